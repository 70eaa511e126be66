//! Bands and rows: which pairs become candidates, and at what cost.

use crate::error::ConfigError;
use crate::hash::{POLYNOMIAL_BASE, mix};
use crate::sketch::power;
use std::fmt;

/// A signature cut into `bands` bands of `rows` slots. Two documents are candidates when they agree
/// in all rows of at least one band (A. Broder 1997; J. Leskovec, A. Rajaraman and J. Ullman, *Mining
/// of Massive Datasets*, section 3.4).
///
/// ```
/// use nearcopy::lsh::Bands;
///
/// // all but 2 % of the pairs that resemble each other by 0.8, from 128 slots
/// let bands = Bands::for_recall(128, 0.8, 0.98).unwrap();
/// assert!(bands.candidate_probability(0.8) >= 0.98);
/// assert!(bands.candidate_probability(0.3) < 0.02);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "BandsFields"))]
pub struct Bands {
    bands: u32,
    rows: u32,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct BandsFields {
    bands: u32,
    rows: u32,
}

#[cfg(feature = "serde")]
impl TryFrom<BandsFields> for Bands {
    type Error = ConfigError;

    fn try_from(fields: BandsFields) -> Result<Self, ConfigError> {
        Self::new(fields.bands, fields.rows)
    }
}

/// The most slots that a signature has.
const MOST_SLOTS: u32 = 4096;

impl Bands {
    /// `bands` bands of `rows` rows.
    ///
    /// # Errors
    /// If either is 0, or the two together need more slots (`bands * rows`) than a signature has.
    pub fn new(bands: u32, rows: u32) -> Result<Self, ConfigError> {
        if bands == 0 {
            return Err(ConfigError::new("bands", bands, "1 or more"));
        }
        if rows == 0 {
            return Err(ConfigError::new("rows", rows, "1 or more"));
        }
        if bands.checked_mul(rows).is_none_or(|slots| slots > MOST_SLOTS) {
            let found = format!("{bands} x {rows}");
            return Err(ConfigError::new("bands x rows", found, "at most 4096 slots"));
        }
        Ok(Self { bands, rows })
    }

    /// The bands that nominate at least a share `recall` of the pairs of resemblance `jaccard` (and
    /// more of those above), with the fewest candidates below it.
    ///
    /// Fewest means the least area under [`candidate_probability`](Self::candidate_probability) from
    /// 0 to `jaccard`; of equal areas the fewer bands.
    ///
    /// # Errors
    /// If a share is not between 0 and 1, or `slots` slots cannot reach the recall: take more.
    pub fn for_recall(slots: usize, jaccard: f64, recall: f64) -> Result<Self, ConfigError> {
        let slots = checked_slots(slots)?;
        checked_share("jaccard", jaccard)?;
        checked_share("recall", recall)?;
        let reaches = |bands: &Self| bands.candidate_probability(jaccard) >= recall;
        least(Self::within(slots).filter(reaches), |bands| bands.area(0.0, jaccard))
            .ok_or_else(|| ConfigError::new("recall", recall, "less, or more slots to reach it"))
    }

    /// The bands with the least weighted error around the threshold `jaccard`: `false_positive` times
    /// the area under the curve below it and `false_negative` times the area above the curve beyond
    /// it. Equal weights are the usual rule of other implementations.
    ///
    /// # Errors
    /// If `jaccard` is not between 0 and 1, or a weight is negative or both are 0.
    pub fn for_threshold(
        slots: usize,
        jaccard: f64,
        false_positive: f64,
        false_negative: f64,
    ) -> Result<Self, ConfigError> {
        let slots = checked_slots(slots)?;
        checked_share("jaccard", jaccard)?;
        let valid = |weight: f64| weight.is_finite() && weight >= 0.0;
        if !valid(false_positive)
            || !valid(false_negative)
            || false_positive + false_negative == 0.0
        {
            let found = format!("{false_positive} and {false_negative}");
            return Err(ConfigError::new("weights", found, "0 or more, not both 0"));
        }
        let error = |bands: Self| {
            let missed = (1.0 - jaccard) - bands.area(jaccard, 1.0);
            false_positive * bands.area(0.0, jaccard) + false_negative * missed
        };
        least(Self::within(slots), error)
            .ok_or_else(|| ConfigError::new("slots", slots, "1 or more"))
    }

    /// All choices within `slots`, for each number of rows the most bands, and all fewer.
    fn within(slots: u32) -> impl Iterator<Item = Self> {
        (1..=slots).flat_map(move |bands| (1..=slots / bands).map(move |rows| Self { bands, rows }))
    }

    /// Number of bands.
    #[must_use]
    pub fn bands(self) -> u32 {
        self.bands
    }

    /// Rows of a band.
    #[must_use]
    pub fn rows(self) -> u32 {
        self.rows
    }

    /// Slots used: bands times rows.
    #[must_use]
    pub fn slots(self) -> usize {
        self.bands as usize * self.rows as usize
    }

    /// The probability that two documents of resemblance `jaccard` become candidates:
    /// `1 - (1 - jaccard^rows)^bands`, the S-curve. For documents of less than some 200 shingles the
    /// curve of [`MinHash`](crate::sketch::MinHash) is steeper than this by 0.01 or 0.02. Values
    /// outside 0..=1 count as the nearer end.
    #[must_use]
    pub fn candidate_probability(self, jaccard: f64) -> f64 {
        let jaccard = if jaccard > 0.0 { jaccard.min(1.0) } else { 0.0 };
        1.0 - power(1.0 - power(jaccard, self.rows.into()), self.bands.into())
    }

    /// How many candidates a query has to expect in a collection of which `count` documents resemble
    /// it by `jaccard`, for all pairs `(jaccard, count)` of `collection`.
    ///
    /// The many documents that resemble it hardly at all must not be left out:
    ///
    /// ```
    /// use nearcopy::lsh::Bands;
    ///
    /// let web = [(0.9, 3.0), (0.05, 1e6)];
    /// assert_eq!(Bands::new(32, 4)?.expected_candidates(&web).round(), 203.0);
    /// assert_eq!(Bands::new(64, 2)?.expected_candidates(&web).round(), 148_030.0);
    /// # Ok::<(), nearcopy::error::ConfigError>(())
    /// ```
    #[must_use]
    pub fn expected_candidates(self, collection: &[(f64, f64)]) -> f64 {
        collection.iter().map(|&(jaccard, count)| self.candidate_probability(jaccard) * count).sum()
    }

    /// Bytes that a [`BandIndex`](super::BandIndex) takes for a document, without its key, at most:
    /// the signature of `slots` slots, its place in the store, and for each band a bucket of its own
    /// in a hash table that has just doubled. Before the next doubling it is about 0.6 of that, and
    /// documents that share buckets take less.
    #[must_use]
    pub fn bytes_per_document(self, slots: usize) -> usize {
        // a bucket is 24 bytes and a control byte, and tables are at least 7/16 full; the store
        // holds 64 bytes a document and doubles too
        slots * 4 + 128 + (self.bands as usize * 25 * 16).div_ceil(7)
    }

    /// Whether documents of lengths as `length_ratio` to 1 can reach the resemblance `threshold` at
    /// all. A shorter document that is wholly inside one `r` times as long resembles it by `1 / r`
    /// and no more; if that is below the threshold, the warning says what will be missed.
    #[must_use]
    pub fn length_warning(self, threshold: f64, length_ratio: f64) -> Option<LengthWarning> {
        let longer = if length_ratio >= 1.0 { length_ratio } else { 1.0 / length_ratio };
        let highest_jaccard = 1.0 / longer;
        (highest_jaccard < threshold).then(|| LengthWarning {
            threshold,
            length_ratio: longer,
            highest_jaccard,
            candidate_probability: self.candidate_probability(highest_jaccard),
        })
    }

    /// The key of each band of the signature with these `slots`, of a MinHash or of one by
    /// permutations: documents are candidates if they share a key.
    ///
    /// Key `i` is [`mix`] of the polynomial in [`POLYNOMIAL_BASE`] with the coefficients `i + 1` and
    /// the band's slots. The signature of an empty set has no keys, so that it is no candidate.
    ///
    /// # Panics
    /// If there are fewer slots than the bands need.
    pub fn keys(self, slots: &[u32]) -> impl Iterator<Item = u64> + '_ {
        assert!(
            slots.len() >= self.slots(),
            "{} slots, the bands need {}",
            slots.len(),
            self.slots()
        );
        let empty = slots.iter().all(|&slot| slot == u32::MAX);
        let slots = if empty { &[] } else { &slots[..self.slots()] };
        slots.chunks_exact(self.rows as usize).zip(1u64..).map(|(band, number)| {
            let step = |sum: u64, &slot: &u32| {
                sum.wrapping_mul(POLYNOMIAL_BASE).wrapping_add(u64::from(slot))
            };
            mix(band.iter().fold(number, step))
        })
    }

    /// Area under the curve, by the midpoints of 200 strips.
    fn area(self, from: f64, to: f64) -> f64 {
        const STRIPS: u32 = 200;
        let width = (to - from) / f64::from(STRIPS);
        let height = |i: u32| self.candidate_probability(from + (f64::from(i) + 0.5) * width);
        (0..STRIPS).map(height).sum::<f64>() * width
    }
}

/// The choice of the least cost; of equal ones the first.
fn least(choices: impl Iterator<Item = Bands>, cost: impl Fn(Bands) -> f64) -> Option<Bands> {
    let mut best: Option<(f64, Bands)> = None;
    for choice in choices {
        let cost = cost(choice);
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, choice));
        }
    }
    best.map(|(_, choice)| choice)
}

fn checked_slots(slots: usize) -> Result<u32, ConfigError> {
    u32::try_from(slots)
        .ok()
        .filter(|slots| (1..=MOST_SLOTS).contains(slots))
        .ok_or_else(|| ConfigError::new("slots", slots, "1 to 4096"))
}

fn checked_share(setting: &'static str, share: f64) -> Result<(), ConfigError> {
    if share > 0.0 && share < 1.0 {
        return Ok(());
    }
    Err(ConfigError::new(setting, share, "more than 0 and less than 1"))
}

/// The threshold is out of reach for documents whose lengths differ so much.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LengthWarning {
    /// The threshold asked for.
    pub threshold: f64,
    /// Length of the longer document over that of the shorter, 1 or more.
    pub length_ratio: f64,
    /// The highest resemblance that two such documents have.
    pub highest_jaccard: f64,
    /// Probability that even these become candidates.
    pub candidate_probability: f64,
}

impl fmt::Display for LengthWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "documents of lengths {:.1} to 1 resemble each other by at most {:.2}, below the \
             threshold {:.2}, and become candidates with probability {:.4}; measure containment \
             instead",
            self.length_ratio, self.highest_jaccard, self.threshold, self.candidate_probability
        )
    }
}
