//! An id names one document.

use super::Corpus;
use super::args::OnDuplicateId;
use crate::exit::Stop;
use crate::layout::{clean, count};
use std::collections::{HashMap, HashSet};

/// Makes sure that no two documents have one id.
pub fn unique(corpus: &mut Corpus, on_duplicate: OnDuplicateId) -> Result<(), Stop> {
    const SHOWN: usize = 5;
    let records = &corpus.records;
    // a tenth of the memory of a map
    let mut by_id: Vec<u32> = (0..records.len() as u32).collect();
    let id = |at: &u32| &*records[*at as usize].id;
    by_id.sort_unstable_by(|x, y| id(x).cmp(id(y)).then(x.cmp(y)));
    let mut twice: Vec<(usize, usize)> = Vec::new();
    for same in by_id.chunk_by(|x, y| id(x) == id(y)) {
        twice.extend(same[1..].iter().map(|&at| (same[0] as usize, at as usize)));
    }
    if twice.is_empty() {
        return Ok(());
    }
    twice.sort_unstable_by_key(|&(_, at)| at);
    if on_duplicate == OnDuplicateId::Refuse {
        let mut message = format!(
            "{} an id that stands before:",
            count(twice.len() as u64, "document has", "documents have")
        );
        for &(before, at) in twice.iter().take(SHOWN) {
            let (before, record) = (&corpus.records[before], &corpus.records[at]);
            message.push_str(&format!(
                "\n  {} at {} and at {}",
                clean(&record.id),
                clean(&corpus.place(before)),
                clean(&corpus.place(record))
            ));
        }
        if twice.len() > SHOWN {
            message.push_str(&format!("\n  and {} more", twice.len() - SHOWN));
        }
        message.push_str(
            "\nname another field with --id-field, or number them with --on-duplicate-id suffix",
        );
        return Err(Stop::Refused(message));
    }
    let mut taken: HashSet<Box<str>> = records.iter().map(|record| record.id.clone()).collect();
    let mut next: HashMap<usize, u64> = HashMap::new();
    for (before, at) in twice {
        let number = next.entry(before).or_insert(2);
        loop {
            let id: Box<str> = format!("{}#{number}", corpus.records[before].id).into();
            *number += 1;
            if taken.insert(id.clone()) {
                corpus.records[at].id = id;
                break;
            }
        }
    }
    Ok(())
}
