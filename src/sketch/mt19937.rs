//! The Mersenne Twister MT19937 (M. Matsumoto and T. Nishimura, ACM TOMACS 8, 1998), seeded as by
//! its `init_genrand`: the generator behind NumPy's `RandomState`.

const WORDS: usize = 624;
const MIDDLE: usize = 397;

pub(super) struct Mt19937 {
    state: [u32; WORDS],
    at: usize,
}

impl Mt19937 {
    pub(super) fn new(seed: u32) -> Self {
        let mut state = [seed; WORDS];
        for i in 1..WORDS {
            let before = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(before ^ before >> 30).wrapping_add(i as u32);
        }
        Self { state, at: WORDS }
    }

    pub(super) fn next_u32(&mut self) -> u32 {
        if self.at == WORDS {
            self.twist();
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9D2C_5680;
        y ^= y << 15 & 0xEFC6_0000;
        y ^ y >> 18
    }

    fn twist(&mut self) {
        for i in 0..WORDS {
            let joined = self.state[i] & 0x8000_0000 | self.state[(i + 1) % WORDS] & 0x7FFF_FFFF;
            let odd = if joined & 1 == 1 { 0x9908_B0DF } else { 0 };
            self.state[i] = self.state[(i + MIDDLE) % WORDS] ^ joined >> 1 ^ odd;
        }
        self.at = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousandth_word_of_the_reference_seed() {
        let mut random = Mt19937::new(5489);
        let last = (0..10_000).map(|_| random.next_u32()).last();
        // the value that the C++ standard requires of std::mt19937
        assert_eq!(last, Some(4_123_659_995));
    }
}
