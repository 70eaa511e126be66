//! Words to lines of a given width.

use super::super::side::is_opening;
use super::visible::{Visible, columns, is_closing, visible};
use std::fmt::{self, Write};

/// What a stretch of output means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Shared,
    Removed,
    Added,
    Displaced,
    RemovedFurniture,
    AddedFurniture,
    Note,
    Label,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Self::Shared => "",
            Self::Removed => "\x1b[31m",
            Self::Added => "\x1b[32m",
            Self::Displaced => "\x1b[36m",
            Self::RemovedFurniture => "\x1b[2;31m",
            Self::AddedFurniture => "\x1b[2;32m",
            Self::Note => "\x1b[2m",
            Self::Label => "\x1b[1m",
        }
    }
}

const RESET: &str = "\x1b[0m";

/// Fills lines: text goes in piece by piece, a word may come in several pieces and paints.
pub(super) struct Layout<'w> {
    out: &'w mut dyn Write,
    ansi: bool,
    width: usize,
    /// Columns used on the current line.
    column: usize,
    /// The word that is not yet written, cut where the paint changes.
    word: String,
    cuts: Vec<(usize, Paint)>,
    word_columns: usize,
    last: Option<char>,
    /// What stands before the word: a space, or so many line ends.
    space: bool,
    lines: u8,
    paint: Paint,
}

impl<'w> Layout<'w> {
    pub(super) fn new(out: &'w mut dyn Write, ansi: bool, width: u16) -> Self {
        Self {
            out,
            ansi,
            width: usize::from(width),
            column: 0,
            word: String::new(),
            cuts: Vec::new(),
            word_columns: 0,
            last: None,
            space: false,
            lines: 0,
            paint: Paint::Shared,
        }
    }

    /// Text of a document.
    pub(super) fn text(&mut self, bytes: &[u8], paint: Paint) -> fmt::Result {
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                self.char(c, paint)?;
            }
            if !chunk.invalid().is_empty() {
                self.char('\u{fffd}', paint)?;
            }
        }
        Ok(())
    }

    fn char(&mut self, c: char, paint: Paint) -> fmt::Result {
        match visible(c) {
            Visible::Space => {
                self.end_word()?;
                self.space = true;
            }
            Visible::Line => {
                self.end_word()?;
                self.lines = (self.lines + 1).min(2);
            }
            Visible::Char(c) => self.push(c, paint)?,
            Visible::Number(c) => {
                for c in c.escape_unicode() {
                    self.push(c, paint)?;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, c: char, paint: Paint) -> fmt::Result {
        let wide = columns(c);
        let may_break = |before: char| {
            (wide == 2 || columns(before) == 2) && !is_closing(c) && !is_opening(before)
        };
        if wide > 0 && (self.last.is_some_and(may_break) || self.word_columns + wide > self.width) {
            self.end_word()?;
        }
        if self.cuts.last().is_none_or(|cut| cut.1 != paint) {
            self.cuts.push((self.word.len(), paint));
        }
        self.word.push(c);
        self.word_columns += wide;
        self.last = Some(c);
        // a heap of combining marks has no width: it is cut all the same
        if self.word.len() > 8 * self.width {
            self.end_word()?;
        }
        Ok(())
    }

    /// Marks and notes of ours: `text` joins the word that is being written.
    pub(super) fn mark(&mut self, text: &str, paint: Paint) -> fmt::Result {
        text.chars().try_for_each(|c| self.char(c, paint))
    }

    /// A place where the line may end although no space stands there.
    pub(super) fn may_break(&mut self) -> fmt::Result {
        self.end_word()
    }

    /// Ends the line; with `blank`, an empty one follows.
    pub(super) fn line(&mut self, blank: bool) -> fmt::Result {
        self.end_word()?;
        self.lines = self.lines.max(1 + u8::from(blank));
        Ok(())
    }

    fn end_word(&mut self) -> fmt::Result {
        if self.word.is_empty() {
            return Ok(());
        }
        if self.lines > 0 && self.column > 0 {
            self.reset()?;
            for _ in 0..self.lines {
                self.out.write_char('\n')?;
            }
            self.column = 0;
        } else if self.column > 0 {
            let needed = self.word_columns + usize::from(self.space);
            if self.column + needed > self.width {
                self.reset()?;
                self.out.write_char('\n')?;
                self.column = 0;
            } else if self.space {
                // a space inside one colour keeps it
                if self.cuts.first().is_some_and(|cut| cut.1 != self.paint) {
                    self.reset()?;
                }
                self.out.write_char(' ')?;
                self.column += 1;
            }
        }
        (self.space, self.lines) = (false, 0);
        for i in 0..self.cuts.len() {
            let (start, paint) = self.cuts[i];
            let end = self.cuts.get(i + 1).map_or(self.word.len(), |cut| cut.0);
            if self.ansi && self.paint != paint {
                if self.paint != Paint::Shared {
                    self.out.write_str(RESET)?;
                }
                self.out.write_str(paint.code())?;
            }
            self.paint = paint;
            self.out.write_str(&self.word[start..end])?;
        }
        self.column += self.word_columns;
        self.word.clear();
        self.cuts.clear();
        self.word_columns = 0;
        self.last = None;
        Ok(())
    }

    /// Pagers forget colours at the end of a line, so each line names its own.
    fn reset(&mut self) -> fmt::Result {
        if self.ansi && self.paint != Paint::Shared {
            self.out.write_str(RESET)?;
        }
        self.paint = Paint::Shared;
        Ok(())
    }

    /// Writes what is left; the output ends without a line end.
    pub(super) fn finish(mut self) -> fmt::Result {
        self.end_word()?;
        self.reset()
    }
}
