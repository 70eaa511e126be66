//! An own pipeline from the crate's parts: which documents of a file are near-duplicates?
//!
//! ```text
//! cargo run --release --example pipeline                    # a few built-in lines
//! cargo run --release --example pipeline -- documents.txt   # one document a line
//! ```
//!
//! The front doors of the crate do more, and better; this is for those who need only signatures,
//! or want to put a part of their own between ours.
#![allow(clippy::print_stdout)]

use nearcopy::lsh::{BandIndex, Bands};
use nearcopy::recipe::Recipe;
use nearcopy::shingle::{Shingles, shingles_into};
use nearcopy::sketch::{MinHasher, SampledShingles, Sampler};
use nearcopy::text::{Tokens, tokenize_into};
use std::error::Error;

const BUILT_IN: &str = "\
The council voted on Tuesday night to close the old bridge for repairs until the spring of next year.
The council voted on Tuesday night to close the old bridge for repairs until the autumn of next year.
Herring gulls have learned to open the new bins, and the town is now looking for heavier lids.
BREAKING: The council voted on Tuesday night to close the old bridge for repairs until the spring of next year.
The council voted on Tuesday night to close the old
Herring gulls have learned to open the new bins, and the town is now looking for heavier locks.";

fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => BUILT_IN.to_owned(),
    };
    let documents: Vec<&str> = text.lines().collect();

    // What must be equal for all sketches is one value: here, shingles of three words. News would
    // take the default of five.
    let recipe = Recipe::new(3, 64)?;

    // Signatures of 128 slots, cut into bands so that 95 of 100 pairs that resemble each other by
    // 0.5 are looked at; the curve says what else will be.
    let hasher = MinHasher::new(128, 0)?.with_recipe(recipe.id());
    let bands = Bands::for_recall(hasher.slots(), 0.5, 0.95)?;
    println!("{} bands of {} rows", bands.bands(), bands.rows());
    for jaccard in [0.1, 0.3, 0.5, 0.7] {
        let found = 100.0 * bands.candidate_probability(jaccard);
        println!("  a pair of resemblance {jaccard} becomes a candidate in {found:.1} % of cases");
    }
    // The warning is a value, not a line in a log: a cut-off copy of half the length cannot be found.
    if let Some(warning) = bands.length_warning(0.6, 2.0) {
        println!("note: {warning}");
    }

    // One pass. The buffers are used again for every document, so nothing is allocated but what is
    // kept: the signature, and all shingles in order to verify with.
    let mut index = BandIndex::new(&hasher, bands, 100)?;
    let everything = Sampler::one_in(1)?.with_recipe(recipe.id());
    let mut kept: Vec<SampledShingles> = Vec::new();
    let (mut tokens, mut shingles) = (Tokens::default(), Shingles::default());
    let mut pairs = 0;
    for (number, document) in documents.iter().enumerate() {
        tokenize_into(document, &mut tokens);
        shingles_into(&tokens, recipe.shingle_width(), &mut shingles);
        let signature = hasher.sketch(shingles.hashes());
        let all = everything.sample(shingles.hashes());

        // A signature only nominates. The shingles themselves decide, and say which way round.
        let answer = index.query(&signature, 0.3)?;
        for hit in &answer.hits {
            let other: usize = *hit.key;
            let exact = all.jaccard(&kept[other])?.value();
            let containment = all.containment(&kept[other])?;
            let (low, high) = hit.jaccard.interval(1.96);
            println!(
                "{number} and {other}: resemblance {exact:.2} (estimated {low:.2} to {high:.2}), \
                 {:.2} of {number} in {other}, {:.2} of {other} in {number}",
                containment.a_in_b.value(),
                containment.b_in_a.value(),
            );
            pairs += 1;
        }
        if answer.full_buckets > 0 {
            println!("{number}: {} full buckets, there may be more", answer.full_buckets);
        }
        index.insert(number, signature)?;
        kept.push(all);
    }
    println!("{} documents, {pairs} pairs, {} entries capped", documents.len(), index.capped());
    Ok(())
}
