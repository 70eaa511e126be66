//! An estimated share and what it is worth.

/// An estimated share between 0 and 1, from counted trials.
///
/// `matches` of `trials` agreed. Where unequal things agree by chance with a probability `floor`, the
/// value is the observed rate on the scale from floor to 1, not less than 0:
///
/// `value = (matches / trials - floor) / (1 - floor)`
///
/// ```
/// use nearcopy::sketch::Estimate;
///
/// let estimate = Estimate::from_counts(96, 128);
/// assert_eq!(estimate.value(), 0.75);
/// let (low, high) = estimate.interval(1.96);
/// assert!(low > 0.66 && high < 0.82);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "EstimateFields"))]
pub struct Estimate {
    matches: u64,
    trials: u64,
    floor: f64,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct EstimateFields {
    matches: u64,
    trials: u64,
    floor: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<EstimateFields> for Estimate {
    type Error = crate::error::ConfigError;

    fn try_from(fields: EstimateFields) -> Result<Self, Self::Error> {
        let EstimateFields { matches, trials, floor } = fields;
        if matches > trials {
            let error = crate::error::ConfigError::new("matches", matches, "at most the trials");
            return Err(error);
        }
        if !(0.0..1.0).contains(&floor) {
            let expected = "0 or more, less than 1";
            return Err(crate::error::ConfigError::new("floor", floor, expected));
        }
        Ok(Self { matches, trials, floor })
    }
}

impl Estimate {
    /// The share of `matches` among `trials`. No trials give 0 with the interval 0 to 1; more
    /// matches than trials count as all.
    #[must_use]
    pub fn from_counts(matches: u64, trials: u64) -> Self {
        Self { matches: matches.min(trials), trials, floor: 0.0 }
    }

    /// The same counts where unequal things agree with probability `floor`, below 1.
    pub(crate) fn above_chance(self, floor: f64) -> Self {
        Self { floor, ..self }
    }

    /// The estimated share, 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        self.scale(self.rate())
    }

    /// Trials that agreed.
    #[must_use]
    pub fn matches(self) -> u64 {
        self.matches
    }

    /// Trials made: slots compared, or shingles sampled.
    #[must_use]
    pub fn trials(self) -> u64 {
        self.trials
    }

    /// The standard error of the value, with each trial an independent draw: `sqrt(p (1 - p) /
    /// trials)` of the observed rate `p`, on the scale of the value. It is 0 at both ends of the
    /// scale, where [`interval`](Self::interval) still says something; and infinite without trials.
    ///
    /// MinHash slots are drawn without replacement from small sets, so the true error of short
    /// documents is less: 0.7 of this at 30 to 130 shingles.
    #[must_use]
    pub fn standard_error(self) -> f64 {
        if self.trials == 0 {
            return f64::INFINITY;
        }
        let p = self.rate();
        (p * (1.0 - p) / self.trials as f64).sqrt() / (1.0 - self.floor)
    }

    /// Wilson's score interval at `z` standard errors (1.96 for 95 %), on the scale of the value
    /// (E. B. Wilson, JASA 22, 1927). Unlike value ± z errors it stays inside 0..=1 and is honest for
    /// few trials and rates near 0 and 1. A negative or undefined `z` counts as 0.
    #[must_use]
    pub fn interval(self, z: f64) -> (f64, f64) {
        if self.trials == 0 {
            return (0.0, 1.0);
        }
        let z = if z > 0.0 { z } else { 0.0 };
        if z.is_infinite() {
            return (0.0, 1.0);
        }
        let (n, p) = (self.trials as f64, self.rate());
        let middle = p + z * z / (2.0 * n);
        let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let width = 1.0 + z * z / n;
        // at the ends the formula is exact but its rounding is not
        let low = if self.matches == 0 { 0.0 } else { (middle - reach) / width };
        let high = if self.matches == self.trials { 1.0 } else { (middle + reach) / width };
        (self.scale(low), self.scale(high))
    }

    fn rate(self) -> f64 {
        if self.trials == 0 { 0.0 } else { self.matches as f64 / self.trials as f64 }
    }

    fn scale(self, rate: f64) -> f64 {
        ((rate - self.floor) / (1.0 - self.floor)).clamp(0.0, 1.0)
    }
}

/// `base` to the power `n`, by squaring: the same on every platform.
pub(crate) fn power(base: f64, mut n: u64) -> f64 {
    let (mut square, mut product) = (base, 1.0);
    while n > 0 {
        if n & 1 == 1 {
            product *= square;
        }
        square *= square;
        n >>= 1;
    }
    product
}
