//! The kernel of SimHash: how often is each of 64 bits set, over many weighted words.
//!
//! The counts are held bit-sliced: plane `i` holds bit `i` of all 64 counts. Eight words are added
//! at once by carry-save adders, in four independent lanes, so one addition costs a few bitwise
//! operations whatever the number of bits counted. Wider registers than every machine has were no
//! faster.

const LANES: usize = 4;
type Lanes = [u64; LANES];

/// 64 counters, and the total weight.
#[derive(Debug, Clone)]
pub(crate) struct Counters {
    planes: [Lanes; 64],
    total: u64,
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self { planes: [[0; LANES]; 64], total: 0 }
    }

    /// Counts each of `words` once.
    pub(crate) fn add(&mut self, words: &[u64]) {
        self.total += words.len() as u64;
        self.add_shifted(words, 0);
    }

    /// Counts `words[i]` with the weight `weights[i]`. The slices have one length.
    pub(crate) fn add_weighted(&mut self, words: &[u64], weights: &[u32]) {
        const CHUNK: usize = 256;
        let mut chosen = [0; CHUNK];
        for (words, weights) in words.chunks(CHUNK).zip(weights.chunks(CHUNK)) {
            self.total += weights.iter().map(|&w| u64::from(w)).sum::<u64>();
            let used = weights.iter().fold(0, |bits, w| bits | w);
            for bit in (0..32).filter(|bit| used >> bit & 1 == 1) {
                for ((out, word), weight) in chosen.iter_mut().zip(words).zip(weights) {
                    *out = word & 0u64.wrapping_sub(u64::from(weight >> bit & 1));
                }
                self.add_shifted(&chosen[..words.len()], bit);
            }
        }
    }

    /// Bit `i` is set when bit `i` was set in words of more than half of the total weight.
    pub(crate) fn majority(&self) -> u64 {
        let used = (64 - self.total.leading_zeros()) as usize;
        let mut sums = [0; 64];
        for lane in 0..LANES {
            let mut carry = 0;
            for (sum, plane) in sums.iter_mut().zip(&self.planes).take(used) {
                let (a, b) = (*sum, plane[lane]);
                *sum = a ^ b ^ carry;
                carry = a & b | carry & (a ^ b);
            }
        }
        let half = self.total / 2;
        let (mut greater, mut equal) = (0, u64::MAX);
        for (i, sum) in sums.iter().enumerate().take(used).rev() {
            if half >> i & 1 == 1 {
                equal &= sum;
            } else {
                greater |= equal & sum;
                equal &= !sum;
            }
        }
        greater
    }

    /// Adds `2^shift` for each of `words`.
    fn add_shifted(&mut self, words: &[u64], shift: usize) {
        let (lanes, rest) = words.as_chunks::<LANES>();
        let (eights, loose) = lanes.as_chunks::<8>();
        let [mut ones, mut twos, mut fours] =
            [self.planes[shift], self.planes[shift + 1], self.planes[shift + 2]];
        for w in eights {
            let a = adder(&mut ones, &w[0], &w[1]);
            let b = adder(&mut ones, &w[2], &w[3]);
            let c = adder(&mut ones, &w[4], &w[5]);
            let d = adder(&mut ones, &w[6], &w[7]);
            let e = adder(&mut twos, &a, &b);
            let f = adder(&mut twos, &c, &d);
            let carry = adder(&mut fours, &e, &f);
            ripple(&mut self.planes[shift + 3..], carry);
        }
        self.planes[shift] = ones;
        self.planes[shift + 1] = twos;
        self.planes[shift + 2] = fours;
        for &word in loose {
            ripple(&mut self.planes[shift..], word);
        }
        if !rest.is_empty() {
            let mut last = [0; LANES];
            last[..rest.len()].copy_from_slice(rest);
            ripple(&mut self.planes[shift..], last);
        }
    }
}

/// Adds `a` and `b` to `sum` and returns the carry.
#[inline(always)]
fn adder(sum: &mut Lanes, a: &Lanes, b: &Lanes) -> Lanes {
    let mut carry = [0; LANES];
    for i in 0..LANES {
        let either = sum[i] ^ a[i];
        carry[i] = sum[i] & a[i] | either & b[i];
        sum[i] = either ^ b[i];
    }
    carry
}

/// Adds `carry` to the counters that start at the first of `planes`.
#[inline(always)]
fn ripple(planes: &mut [Lanes], mut carry: Lanes) {
    for plane in planes {
        let mut any = 0;
        for i in 0..LANES {
            let next = plane[i] & carry[i];
            plane[i] ^= carry[i];
            carry[i] = next;
            any |= next;
        }
        if any == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    /// A counter a bit.
    fn slow(words: &[u64], weights: &[u32]) -> u64 {
        let total: u64 = weights.iter().map(|&w| u64::from(w)).sum();
        (0..64)
            .filter(|bit| {
                let set = words.iter().zip(weights).filter(|(word, _)| *word >> bit & 1 == 1);
                2 * set.map(|(_, &w)| u64::from(w)).sum::<u64>() > total
            })
            .fold(0, |bits, bit| bits | 1 << bit)
    }

    #[test]
    fn counts_like_a_counter_a_bit() {
        for n in (0..70).chain([255, 256, 257, 1000]) {
            // words that share bits, so that some counts are near one half
            let words: Vec<u64> = (0..n).map(|i| mix(i as u64 / 3) ^ mix(i as u64)).collect();
            let ones = vec![1; n];
            let mut counters = Counters::new();
            counters.add(&words);
            assert_eq!(counters.majority(), slow(&words, &ones), "{n} words");

            for most in [1, 2, 15, u32::MAX] {
                let weights: Vec<u32> = (0..n).map(|i| mix(7 + i as u64) as u32 % most).collect();
                let mut counters = Counters::new();
                let half = n / 2;
                counters.add_weighted(&words[..half], &weights[..half]);
                counters.add_weighted(&words[half..], &weights[half..]);
                assert_eq!(counters.majority(), slow(&words, &weights), "{n} words below {most}");
            }
        }
    }
}
