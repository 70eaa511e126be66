//! Characters of untrusted text to characters that are safe to show, and their widths.

use unicode_normalization::char::is_combining_mark;

/// What is shown for a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visible {
    /// White space within a line.
    Space,
    /// The end of a line.
    Line,
    /// Itself, or a picture of a control character.
    Char(char),
    /// Its number, as `\u{9b}`.
    Number(char),
}

impl Visible {
    pub(crate) fn push_to(self, out: &mut String) {
        match self {
            Self::Space => out.push(' '),
            Self::Line => out.push('\n'),
            Self::Char(c) => out.push(c),
            Self::Number(c) => out.extend(c.escape_unicode()),
        }
    }
}

/// Control characters, and format characters that reorder or hide text, never reach a terminal as
/// they are: C0 and DEL become their pictures (ESC is U+241B), the others their number.
pub(crate) fn visible(c: char) -> Visible {
    match c {
        '\n' | '\u{2028}' | '\u{2029}' => Visible::Line,
        '\t' | '\r' => Visible::Space,
        '\u{0}'..='\u{1f}' => Visible::Char(char::from_u32(0x2400 + c as u32).unwrap_or('?')),
        '\u{7f}' => Visible::Char('\u{2421}'),
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => Visible::Number(c),
        _ if c.is_whitespace() => Visible::Space,
        _ => Visible::Char(c),
    }
}

/// Columns that a terminal gives to a character: 0, 1 or 2, by the East Asian width of its block.
pub(super) fn columns(c: char) -> usize {
    match c as u32 {
        0..=0x2ff => 1,
        0x200c | 0x200d | 0xfe00..=0xfe0f => 0,
        0x1160..=0x11ff => 0,
        0x1100..=0x115f
        | 0x231a..=0x231b
        | 0x2e80..=0x303e
        | 0x3041..=0x3247
        | 0x3250..=0x4dbf
        | 0x4e00..=0xa4cf
        | 0xa960..=0xa97c
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe10..=0xfe19
        | 0xfe30..=0xfe6b
        | 0xff01..=0xff60
        | 0xffe0..=0xffe6
        | 0x16fe0..=0x18cff
        | 0x1aff0..=0x1b2ff
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x1fa70..=0x1faff
        | 0x20000..=0x3fffd
            if !is_combining_mark(c) =>
        {
            2
        }
        _ if is_combining_mark(c) => 0,
        _ => 1,
    }
}

/// Whether no line may begin with this character.
pub(super) fn is_closing(c: char) -> bool {
    matches!(
        c,
        '、' | '。'
            | '，'
            | '．'
            | '・'
            | '：'
            | '；'
            | '？'
            | '！'
            | '）'
            | '」'
            | '』'
            | '】'
            | '》'
            | '〉'
            | '〕'
            | '］'
            | '｝'
            | 'ー'
            | '々'
            | '”'
            | '’'
            | '…'
            | ')'
            | ']'
            | '}'
            | ','
            | '.'
            | ';'
            | ':'
            | '!'
            | '?'
    )
}
