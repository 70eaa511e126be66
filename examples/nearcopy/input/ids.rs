//! An id names one document.

use super::Corpus;
use super::args::OnDuplicateId;
use crate::exit::Stop;
use crate::layout::{clean, count};
use std::collections::{HashMap, HashSet};

/// Makes sure that no two documents have one id.
pub fn unique(corpus: &mut Corpus, on_duplicate: OnDuplicateId) -> Result<(), Stop> {
    const SHOWN: usize = 5;
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(corpus.records.len());
    let mut twice: Vec<(usize, usize)> = Vec::new();
    for (at, record) in corpus.records.iter().enumerate() {
        if let Some(&before) = first.get(record.id.as_str()) {
            twice.push((before, at));
        } else {
            first.insert(&record.id, at);
        }
    }
    if twice.is_empty() {
        return Ok(());
    }
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
    let mut taken: HashSet<String> = first.into_keys().map(str::to_owned).collect();
    let mut next: HashMap<usize, u64> = HashMap::new();
    for (before, at) in twice {
        let number = next.entry(before).or_insert(2);
        loop {
            let id = format!("{}#{number}", corpus.records[before].id);
            *number += 1;
            if taken.insert(id.clone()) {
                corpus.records[at].id = id;
                break;
            }
        }
    }
    Ok(())
}
