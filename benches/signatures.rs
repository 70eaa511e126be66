//! Time, throughput and allocations of signatures, one line a case.
//!
//! `cargo bench --bench signatures [word]` runs the cases whose name holds the word. Inputs are made
//! outside the timed part; a time is the least of 15 rounds over at least 100 000 shingles, on one
//! thread unless the line says otherwise.
#![allow(unsafe_code, reason = "a global allocator that counts can only be written so")]
#![allow(clippy::print_stdout, missing_docs)]

use nearcopy::hash::mix;
use nearcopy::sketch::MinHasher;
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is handed on to the system allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Times `round`, which handles `units` units of `bytes` bytes in `documents` documents.
fn case(name: &str, unit: &str, units: usize, bytes: usize, documents: usize, mut round: impl FnMut()) {
    if std::env::args().skip(1).any(|word| !word.starts_with('-') && !name.contains(&word)) {
        return;
    }
    round();
    let before = ALLOCATIONS.load(Relaxed);
    round();
    let allocations = ALLOCATIONS.load(Relaxed) - before;
    let seconds = (0..60)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    let each = seconds / units as f64 * 1e9;
    let document = seconds / documents as f64 * 1e9;
    let rate = if bytes == 0 { String::new() } else { format!("{:7.0} MB/s", bytes as f64 / seconds / 1e6) };
    let allocations = allocations as f64 / documents as f64;
    println!("{name:44} {each:8.2} ns/{unit:8} {document:9.0} ns/document {allocations:6.2} allocations/document {rate}");
}

fn main() {
    let shingles: Vec<u64> = (0..120_000).map(mix).collect();
    let total = shingles.len();

    for slots in [128, 256, 1024] {
        let hasher = MinHasher::new(slots, 0).unwrap();
        let mut row = vec![0; slots];
        for n in [10, 30, 60, 120, 300, 1500, 15_000] {
            case(&format!("minhash {slots} slots, {n} shingles"), "shingle", total, 0, total / n, || {
                for document in shingles.chunks_exact(n) {
                    hasher.sketch_row(document, &mut row);
                    black_box(&mut row);
                }
            });
        }
    }
}
