//! What the candidate step finds of a pair, and what it misses, by the text that is shared.

use crate::profile;
use crate::recipe::Recipe;
use crate::shingle::window_for;
use std::collections::BTreeMap;

/// The chances of a pair to be nominated under a recipe.
///
/// Winnowing keeps of every window of `w` shingles the least one (S. Schleimer, D. Wilkerson and A.
/// Aiken, *Winnowing: local algorithms for document fingerprinting*, SIGMOD 2003), so that a run of
/// shared text that is long enough is certain to give a common fingerprint. What is shared in
/// pieces is a matter of chance, computed here for shingles that are shared independently of each
/// other: the worst case, as changed words change several neighbouring shingles at once.
///
/// A nomination is no match yet: alignment verifies it.
///
/// ```
/// use nearcopy::index::Detection;
///
/// // a scrape of 300 words of an article of 1,200: nine tenths of it stand there in one run
/// let detection = Detection::new(Default::default());
/// let (scrape, article) = (296, 1196);
/// assert_eq!(detection.guaranteed_run(article, 1), 20);
/// assert_eq!(detection.probability(scrape, article, 0.89, true), 1.0);
/// // the bands of MinHash see their resemblance of 0.22
/// let bands = nearcopy::lsh::Bands::new(14, 8)?;
/// assert!(bands.candidate_probability(0.22) < 0.001);
/// # Ok::<(), nearcopy::error::ConfigError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Detection {
    recipe: Recipe,
}

impl Detection {
    /// That of documents made with `recipe`.
    #[must_use]
    pub fn new(recipe: Recipe) -> Self {
        Self { recipe }
    }

    /// Tokens that a document of `shingles` shingles must share in one run with one that is not
    /// longer, for `fingerprints` common fingerprints to be certain.
    #[must_use]
    pub fn guaranteed_run(self, shingles: usize, fingerprints: usize) -> usize {
        let run = fingerprints.max(1) * window_for(self.recipe, shingles);
        run + usize::from(self.recipe.shingle_width()) - 1
    }

    /// Fingerprints of a document of `shingles` distinct shingles, on average: `2 / (w + 1)` of them.
    #[must_use]
    pub fn fingerprints(self, shingles: usize) -> f64 {
        kept(shingles as f64, window_for(self.recipe, shingles) as f64)
    }

    /// Hashes by which a document of `shingles` distinct shingles is looked up, and which a batch keeps of
    /// it: all of them where they are few (150; 3,200 in the profile for scanned text), otherwise its
    /// [fingerprints](Self::fingerprints), on average.
    #[must_use]
    pub fn looked_up(self, shingles: usize) -> f64 {
        if self.looks_up_all(shingles) { shingles as f64 } else { self.fingerprints(shingles) }
    }

    fn looks_up_all(self, shingles: usize) -> bool {
        shingles <= profile::probe_all(self.recipe.profile())
    }

    /// Common fingerprints that a pair must have to be verified, if the documents have as many shingles
    /// as stated: on average, and rounded up. At least 1.
    #[must_use]
    pub fn needed(self, smaller: usize, larger: usize) -> usize {
        self.needed_of(self.fingerprints(smaller), self.fingerprints(larger))
    }

    fn needed_of(self, own: f64, theirs: f64) -> usize {
        let least = own.min(theirs).max(1.0).round() as usize;
        least.div_ceil(profile::fingerprints_a_hit(self.recipe.profile()))
    }

    /// How many must be common, and with which probability: documents of one length differ in the
    /// number of their fingerprints.
    fn needs(self, smaller: usize, larger: usize) -> BTreeMap<usize, f64> {
        let spread = |shingles: usize| {
            let mean = self.fingerprints(shingles);
            // a half of the root: the distances of neighbours vary little
            let deviation = if mean > 1.0 { 0.5 * mean.sqrt() } else { 0.0 };
            NORMAL.map(|(z, weight)| ((mean + z * deviation).max(1.0), weight))
        };
        let mut out = BTreeMap::new();
        for (own, w) in spread(smaller) {
            for (theirs, v) in spread(larger) {
                *out.entry(self.needed_of(own, theirs)).or_default() += w * v;
            }
        }
        out
    }

    /// Bytes of memory that the postings of a document of `shingles` shingles take in
    /// [`Postings`](super::Postings), the table of one's own pipeline, after it has doubled and before it
    /// doubles again: at least and at most. It prices nothing else: `dedup::Batch` keeps its
    /// fingerprints without a table, and `online::OnlineIndex` has fewer of them, packed.
    #[must_use]
    pub fn bytes(self, shingles: usize) -> [f64; 2] {
        // slots of 16 bytes in a table that is 3/8 to 3/4 full
        [3.0 / 4.0, 3.0 / 8.0].map(|full| self.fingerprints(shingles) * 16.0 / full)
    }

    /// The probability that a document of `smaller` shingles nominates one of `larger`, of which it
    /// holds a share `containment` (0.0..=1.0) of its own shingles: either `in_one_run`, as a text that
    /// was cut or wrapped, or scattered, as one that was edited all over. Shares outside 0..=1 count as
    /// the nearer end.
    ///
    /// Takes as long as the square of the window, some 2 ms at the default's.
    #[must_use]
    pub fn probability(
        self,
        smaller: usize,
        larger: usize,
        containment: f64,
        in_one_run: bool,
    ) -> f64 {
        let share = if containment > 0.0 { containment.min(1.0) } else { 0.0 };
        let (smaller, larger) = (smaller.min(larger), larger.max(smaller));
        let window = window_for(self.recipe, larger);
        let mean = |chance: &dyn Fn(usize) -> f64| {
            let needs = self.needs(smaller, larger);
            // what is certain stays certain, whatever the weights sum to
            let missed: f64 = needs.iter().map(|(&n, weight)| weight * (1.0 - chance(n))).sum();
            (1.0 - missed).max(0.0)
        };
        if in_one_run {
            let run = share * smaller as f64;
            return mean(&|needed| certain_or_likely(run, window as f64, needed as f64));
        }
        if share == 0.0 || smaller == 0 {
            return 0.0;
        }
        // where every shingle is looked up, what counts are the other's fingerprints
        let (count, hit) = if self.looks_up_all(smaller) {
            (kept(smaller as f64, window as f64), share)
        } else {
            let own = window_for(self.recipe, smaller);
            (self.fingerprints(smaller), share * agreement(share, own, window))
        };
        mean(&|needed| at_least(needed, count, hit))
    }

    /// The highest resemblance (Jaccard) of documents of so many shingles of which the smaller shares
    /// `containment` of its own: what bands of MinHash can see of the pair.
    #[must_use]
    pub fn resemblance(smaller: usize, larger: usize, containment: f64) -> f64 {
        let (smaller, larger) = (smaller.min(larger) as f64, larger.max(smaller) as f64);
        let shared = containment.clamp(0.0, 1.0) * smaller;
        if larger > 0.0 { shared / (smaller + larger - shared) } else { 0.0 }
    }
}

/// Places of a normal distribution, in deviations from the mean, and their weights, which sum to 1.
const NORMAL: [(f64, f64); 10] = [
    (-3.0, 0.003),
    (-1.53, 0.124),
    (-0.89, 0.124),
    (-0.49, 0.125),
    (-0.16, 0.124),
    (0.16, 0.124),
    (0.49, 0.125),
    (0.89, 0.124),
    (1.53, 0.124),
    (3.0, 0.003),
];

/// Shingles of which windows keep one each, on average, of `shingles` in a row.
fn kept(shingles: f64, window: f64) -> f64 {
    if shingles <= window {
        return if shingles > 0.0 { 1.0 } else { 0.0 };
    }
    1.0 + (shingles - window) * 2.0 / (window + 1.0)
}

/// The chance that a run holds so many fingerprints: 1 where its windows that do not overlap are that
/// many, and 0 where none fits; between them a line from where the average run does.
fn certain_or_likely(run: f64, window: f64, needed: f64) -> f64 {
    let (certain, average) = (needed * window, window + (needed - 1.0) * (window + 1.0) / 2.0);
    let least = (2.0 * average - certain).max(0.0);
    // sums of shares: 0.3 * 50 is 15
    if run + 1e-9 >= certain {
        1.0
    } else if run <= least || certain <= least {
        0.0
    } else {
        (run - least) / (certain - least)
    }
}

/// The probability that at least `needed` of `count` trials succeed, each with the probability `p`. The
/// count need not be whole: between two counts it lies between their probabilities.
fn at_least(needed: usize, count: f64, p: f64) -> f64 {
    let whole = |n: usize| {
        if needed > n {
            return 0.0;
        }
        // P(0), P(1), ... below `needed`
        let (mut term, mut below) = ((1.0 - p).powi(n as i32), 0.0);
        if p >= 1.0 {
            return 1.0;
        }
        for hits in 0..needed {
            below += term;
            term *= (n - hits) as f64 / (hits + 1) as f64 * p / (1.0 - p);
        }
        (1.0 - below).clamp(0.0, 1.0)
    };
    let (low, part) = (count.floor(), count.fract());
    (1.0 - part) * whole(low as usize) + part * whole(low as usize + 1)
}

/// The probability that a shingle which one document keeps, by windows of `own` shingles, and which
/// stands in another is kept there, too, by windows of `other`, where each neighbour is the same in both
/// with probability `share`.
///
/// A shingle is kept if the greater ones around it fill a window. Given its rank `u`, a neighbour is
/// greater with probability `1 - u`; the runs of greater ones to the left, in both documents, are
/// as long as `i` and `j` with a probability that is a product of powers, and so to the right.
fn agreement(share: f64, own: usize, other: usize) -> f64 {
    const STRIPS: usize = 200;
    let (mut both, mut one) = (0.0, 0.0);
    for strip in 0..STRIPS {
        // ranks that are kept are small: strips that are narrow there
        let edge = |i: usize| (i as f64 / STRIPS as f64).powi(3);
        let (u, width) = ((edge(strip) + edge(strip + 1)) / 2.0, edge(strip + 1) - edge(strip));
        let p = 1.0 - u;
        let together = share * p + (1.0 - share) * p * p;
        let powers = |base: f64, n: usize| -> Vec<f64> {
            std::iter::successors(Some(1.0), |x| Some(x * base)).take(n).collect()
        };
        let most = own.max(other) + 1;
        let (both_run, one_run) = (powers(together, most), powers(p, most));
        // runs at least as long as i and j
        let tail = |i: usize, j: usize| both_run[i.min(j)] * one_run[i.abs_diff(j)];
        // the left run is exactly i, or at least a whole window
        let exactly = |i: usize, j: usize| {
            let (last_i, last_j) = (i + 1 == own, j + 1 == other);
            let mut out = tail(i, j);
            if !last_i {
                out -= tail(i + 1, j);
            }
            if !last_j {
                out -= tail(i, j + 1);
            }
            if !last_i && !last_j {
                out += tail(i + 1, j + 1);
            }
            out
        };
        let mut kept = 0.0;
        for i in 0..own {
            for j in 0..other {
                kept += exactly(i, j) * tail(own - 1 - i, other - 1 - j);
            }
        }
        both += kept * width;
        // in one document alone: the same with nothing asked of the other
        let alone: f64 = (0..own)
            .map(|i| {
                let left = if i + 1 == own { one_run[i] } else { one_run[i] - one_run[i + 1] };
                left * one_run[own - 1 - i]
            })
            .sum();
        one += alone * width;
    }
    (both / one).clamp(0.0, 1.0)
}
