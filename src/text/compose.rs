//! Canonical composition of single words (UAX #15), without the state machines of iterators.

use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};

/// Memory for the composition of words; it stays empty until the first.
#[derive(Debug, Default)]
pub(super) struct Composer {
    /// The characters of the canonical decomposition in canonical order, with their classes.
    parts: Vec<(char, u8)>,
    text: String,
}

impl Composer {
    /// The NFC of a word.
    pub(super) fn nfc(&mut self, word: &str) -> &str {
        self.parts.clear();
        for c in word.chars() {
            if c.is_ascii() {
                self.parts.push((c, 0));
            } else if ('\u{300}'..'\u{340}').contains(&c) {
                // marks that are their own decomposition, the most frequent ones
                insert(&mut self.parts, c);
            } else {
                decompose_canonical(c, |c| insert(&mut self.parts, c));
            }
        }
        // Composed in place: `kept` parts so far, the last starter of them, and the class of the last
        // part behind it that did not compose.
        let (mut kept, mut starter, mut blocking) = (0, None::<usize>, None);
        for i in 0..self.parts.len() {
            let (c, class) = self.parts[i];
            if let Some(starter) = starter
                && !c.is_ascii()
                && blocking.is_none_or(|blocking| blocking != 0 && blocking < class)
                && let Some(composed) = compose(self.parts[starter].0, c)
            {
                self.parts[starter].0 = composed;
                continue;
            }
            if class == 0 {
                (starter, blocking) = (Some(kept), None);
            } else {
                blocking = Some(class);
            }
            self.parts[kept] = (c, class);
            kept += 1;
        }
        self.text.clear();
        self.parts[..kept].iter().for_each(|&(c, _)| self.text.push(c));
        &self.text
    }
}

/// Appends a character, in front of those marks whose class is greater.
fn insert(parts: &mut Vec<(char, u8)>, c: char) {
    let class = canonical_combining_class(c);
    let mut at = parts.len();
    if class != 0 {
        while at > 0 && parts[at - 1].1 > class {
            at -= 1;
        }
    }
    parts.insert(at, (c, class));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    fn part() -> impl Strategy<Value = char> {
        let marks = "\u{300}\u{301}\u{302}\u{303}\u{306}\u{308}\u{309}\u{31B}\u{323}\u{327}\u{338}\u{345}\u{5BC}\u{64B}\u{93C}\u{94D}\u{9BE}\u{BBE}\u{3099}\u{F71}\u{F72}\u{1161}\u{11A8}";
        let bases =
            "aeiouyAEdcAơưếệộ각가ᄀかαωἀक\u{9C7}\u{BC6}\u{958}\u{2ADC}\u{1D15E}\u{212B}\u{F73}";
        let of = |chars: &str| prop::sample::select(chars.chars().collect::<Vec<_>>());
        prop_oneof![of(marks), of(bases), any::<char>()]
    }

    proptest! {
        #[test]
        fn composes_as_the_standard_says(word in proptest::collection::vec(part(), 0..12)) {
            let word: String = word.into_iter().collect();
            let mut composer = Composer::default();
            prop_assert_eq!(composer.nfc(&word), word.nfc().collect::<String>());
        }
    }
}
