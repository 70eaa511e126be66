//! Time, throughput and allocations of signatures, one line a case.
//!
//! `cargo bench --bench signatures [-- word]` runs the cases whose name holds the word. Inputs are
//! made outside the timed part. A time is the least of 40 rounds over 120 000 shingles or a text of
//! about 200 KB, on one thread unless the line says otherwise.
#![allow(unsafe_code, reason = "a global allocator that counts can only be written so")]
#![allow(clippy::print_stdout, missing_docs)]

use nearcopy::hash::mix;
use nearcopy::lsh::{BandIndex, Bands, HammingIndex};
use nearcopy::shingle::{Shingles, shingles_into, window_for, winnow_into};
use nearcopy::sketch::{Digest8, MinHash, MinHasher, PermutationHasher, Sampler, SimHasher};
use nearcopy::text::{Tokens, tokenize_into};
use nearcopy::{Comparer, Document};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
/// Bytes in use.
static HELD: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is handed on to the system allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        HELD.fetch_add(layout.size() as u64, Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How much a round handles.
struct Work {
    units: usize,
    unit: &'static str,
    documents: usize,
    /// 0 where the input is no text.
    bytes: usize,
}

impl Work {
    fn of_shingles(units: usize, documents: usize) -> Self {
        Self { units, unit: "shingle", documents, bytes: 0 }
    }

    fn of_documents(units: usize) -> Self {
        Self { units, unit: "document", documents: units, bytes: 0 }
    }
}

fn case(name: &str, work: &Work, mut round: impl FnMut()) {
    if std::env::args().skip(1).any(|word| !word.starts_with('-') && !name.contains(&word)) {
        return;
    }
    round();
    let before = ALLOCATIONS.load(Relaxed);
    round();
    let allocations = (ALLOCATIONS.load(Relaxed) - before) as f64 / work.documents as f64;
    let time = |_| {
        let start = Instant::now();
        round();
        start.elapsed().as_secs_f64()
    };
    let seconds = (0..40).map(time).fold(f64::INFINITY, f64::min);
    let each = seconds / work.units as f64 * 1e9;
    let document = seconds / work.documents as f64 * 1e9;
    let rate = match work.bytes {
        0 => String::new(),
        bytes => format!("{:6.0} MB/s", bytes as f64 / seconds / 1e6),
    };
    println!(
        "{name:46} {each:9.2} ns/{:9} {document:9.0} ns/document {allocations:6.2} allocations/document {rate}",
        work.unit
    );
}

fn main() {
    let shingles: Vec<u64> = (0..120_000).map(mix).collect();
    kernels(&shingles);
    threads(&shingles);
    others(&shingles);
    comparing();
    indexes();
    from_text();
}

fn kernels(shingles: &[u64]) {
    for slots in [128, 256, 1024] {
        let hasher = MinHasher::new(slots, 0).unwrap();
        let mut row = vec![0; slots];
        for n in [10, 30, 60, 120, 300, 1500, 15_000] {
            let work = Work::of_shingles(shingles.len(), shingles.len() / n);
            case(&format!("minhash {slots} slots, {n} shingles"), &work, || {
                for document in shingles.chunks_exact(n) {
                    hasher.sketch_row(document, &mut row);
                    black_box(&mut row);
                }
            });
        }
    }
}

/// A batch in the pool of the machine, against the same on one thread.
fn threads(shingles: &[u64]) {
    let hasher = MinHasher::default();
    let shingles = shingles.repeat(8);
    let ends: Vec<usize> = (1..=shingles.len() / 1500).map(|i| i * 1500).collect();
    let mut rows = vec![0; ends.len() * hasher.slots()];
    let work = Work::of_shingles(shingles.len(), ends.len());
    case("minhash batch of 640 x 1500, one thread", &work, || {
        for (document, row) in shingles.chunks_exact(1500).zip(rows.chunks_mut(hasher.slots())) {
            hasher.sketch_row(document, row);
        }
        black_box(&mut rows);
    });
    case("minhash batch of 640 x 1500, all threads", &work, || {
        hasher.sketch_rows(&shingles, &ends, &mut rows);
        black_box(&mut rows);
    });
}

fn others(shingles: &[u64]) {
    for n in [60, 1500] {
        let work = Work::of_shingles(shingles.len(), shingles.len() / n);
        let permutations = PermutationHasher::new(128, 1).unwrap();
        let mut row = vec![0; 128];
        case(&format!("permutations 128 slots, {n} shingles"), &work, || {
            for document in shingles.chunks_exact(n) {
                permutations.sketch_row(document.iter().map(|&x| x as u32), &mut row);
                black_box(&mut row);
            }
        });
        let simhash = SimHasher::default();
        let weights: Vec<u32> = (0..n as u64).map(|i| mix(i) as u32 % 15 + 1).collect();
        case(&format!("simhash64, {n} shingles"), &work, || {
            for document in shingles.chunks_exact(n) {
                black_box(simhash.sketch64(document));
            }
        });
        case(&format!("simhash64 weighted 1 to 15, {n} shingles"), &work, || {
            for document in shingles.chunks_exact(n) {
                let _ = black_box(simhash.sketch64_weighted(document, &weights));
            }
        });
        case(&format!("simhash128, {n} shingles"), &work, || {
            for document in shingles.chunks_exact(n) {
                black_box(simhash.sketch128(document));
            }
        });
        for (name, sampler) in [("1/16", Sampler::one_in(16)), ("least 64", Sampler::least(64))] {
            let sampler = sampler.unwrap();
            case(&format!("sampled {name}, {n} shingles"), &work, || {
                for document in shingles.chunks_exact(n) {
                    black_box(sampler.sample(document));
                }
            });
        }
    }
}

/// Signatures of 4 000 documents of 60 shingles.
fn signatures() -> Vec<MinHash> {
    let hasher = MinHasher::default();
    let document = |d: u64| (d * 60..d * 60 + 60).map(mix).collect::<Vec<_>>();
    (0..4000).map(|d| hasher.sketch(&document(d))).collect()
}

fn comparing() {
    let signatures = signatures();
    let digests: Vec<Digest8> = signatures.iter().map(Digest8::from).collect();
    let work = Work::of_documents(signatures.len());
    case("compare minhash, 128 slots", &work, || {
        for signature in &signatures {
            let _ = black_box(signature.jaccard(&signatures[7]));
        }
    });
    case("compare digest8, 128 slots", &work, || {
        for digest in &digests {
            let _ = black_box(digest.jaccard(&digests[7]));
        }
    });
    let bands = Bands::new(25, 5).unwrap();
    case("keys of 25 x 5 bands", &work, || {
        for signature in &signatures {
            for key in bands.keys(signature.slots()) {
                black_box(key);
            }
        }
    });
    let mut bytes = Vec::new();
    case("encode and decode minhash", &work, || {
        for signature in &signatures {
            bytes.clear();
            signature.encode(&mut bytes);
            let _ = black_box(MinHash::decode(&bytes));
        }
    });
}

fn indexes() {
    let signatures = signatures();
    let hasher = MinHasher::default();
    let bands = Bands::new(25, 5).unwrap();
    let filled = || {
        let mut index = BandIndex::new(&hasher, bands, 100).unwrap();
        for (key, signature) in (0u32..).zip(&signatures) {
            let _ = black_box(index.insert(key, signature.clone()));
        }
        index
    };
    let work = Work::of_documents(signatures.len());
    case("band index 25 x 5, insert", &work, || drop(black_box(filled())));
    let before = HELD.load(Relaxed);
    let index = filled();
    println!(
        "band index 25 x 5 of {} documents: {} bytes a document with u32 keys, at most {} by the formula",
        index.len(),
        (HELD.load(Relaxed) - before) / index.len() as u64,
        bands.bytes_per_document(hasher.slots()),
    );
    case("band index 25 x 5, query", &work, || {
        for signature in &signatures {
            let _ = black_box(index.query(signature, 0.5));
        }
    });

    let fingerprints: Vec<u64> = (0..20_000).map(|i| mix(i + 1_000_000)).collect();
    let mut index = HammingIndex::new(3).unwrap();
    for (key, &bits) in (0u32..).zip(&fingerprints) {
        index.insert(key, bits);
    }
    let work = Work::of_documents(fingerprints.len());
    case("hamming index k = 3 of 20 000, query", &work, || {
        for &bits in &fingerprints {
            let _ = black_box(index.within(bits, 3));
        }
    });
}

/// Documents of 400 words from a vocabulary of 4 000, short words more often than long ones.
fn documents() -> Vec<String> {
    let word = |i: u64| -> String {
        let letters = 1 + (mix(i) % 10).min(mix(i + 1) % 12);
        (0..=letters).map(|j| char::from(b'a' + (mix(i * 16 + j) % 26) as u8)).collect()
    };
    let words: Vec<String> = (0..4000).map(word).collect();
    (0..100u64)
        .map(|document| {
            (0..400)
                .map(|i| {
                    let end = if i % 17 == 16 { ". " } else { " " };
                    format!("{}{end}", words[(mix(document * 1000 + i) % 4000) as usize])
                })
                .collect()
        })
        .collect()
}

fn from_text() {
    let documents = documents();
    let bytes = documents.iter().map(String::len).sum();
    let units = documents.len() * 396;
    let work = Work { units, unit: "shingle", documents: documents.len(), bytes };
    let (mut tokens, mut shingles) = (Tokens::default(), Shingles::default());
    let hasher = MinHasher::default();
    let mut row = vec![0; hasher.slots()];
    case("text to shingles", &work, || {
        for text in &documents {
            tokenize_into(text, &mut tokens);
            shingles_into(&tokens, 5, &mut shingles);
            black_box(&shingles);
        }
    });
    case("text to minhash, 128 slots", &work, || {
        for text in &documents {
            tokenize_into(text, &mut tokens);
            shingles_into(&tokens, 5, &mut shingles);
            hasher.sketch_row(shingles.hashes(), &mut row);
            black_box(&mut row);
        }
    });
    let (comparer, mut document) = (Comparer::default(), Document::default());
    let mut fingerprints = Vec::new();
    case("text to document and fingerprints", &work, || {
        for text in &documents {
            comparer.prepare_into(text, &mut document);
            let hashes = document.shingles().hashes();
            winnow_into(hashes, window_for(comparer.recipe, hashes.len()), &mut fingerprints);
            black_box((&document, &fingerprints));
        }
    });
    case("text to simhash64", &work, || {
        for text in &documents {
            tokenize_into(text, &mut tokens);
            shingles_into(&tokens, 5, &mut shingles);
            black_box(SimHasher::default().sketch64(shingles.hashes()));
        }
    });
}
