//! Quotation marks of tables that open a cell and close none, which would make many rows one.

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A mark that opened a cell is never closed.
    NeverClosed,
    /// A cell that began with a mark went on behind the mark that closed it, on a later line: neither was
    /// meant to quote.
    ClosedInside,
}

impl Flaw {
    pub fn name(self) -> &'static str {
        match self {
            Self::NeverClosed => {
                "a quotation mark opens a cell and is never closed; what stands behind it was passed \
                 over; --no-quotes reads such marks as characters"
            }
            Self::ClosedInside => {
                "a quotation mark opens a cell, and the next one stands inside a cell some lines below; \
                 the row was passed over; --no-quotes reads such marks as characters"
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Start,
    Bare,
    Quoted,
    /// Behind a mark in a quoted cell: it closed the cell, or stands for one with the next.
    Closed,
}

/// Follows the bytes of a table as its parser reads them.
#[derive(Debug)]
pub struct Quotes {
    delimiter: u8,
    at: At,
    /// The quoted cell has a line break.
    broken: bool,
    closed_inside: bool,
}

impl Quotes {
    pub fn new(delimiter: u8) -> Self {
        Self { delimiter, at: At::default(), broken: false, closed_inside: false }
    }

    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let ends = byte == self.delimiter || matches!(byte, b'\n' | b'\r');
            self.at = match self.at {
                At::Quoted if byte != b'"' => {
                    self.broken |= byte == b'\n';
                    At::Quoted
                }
                At::Quoted => At::Closed,
                At::Closed if byte == b'"' => At::Quoted,
                _ if ends => At::Start,
                At::Start if byte == b'"' => {
                    self.broken = false;
                    At::Quoted
                }
                At::Closed => {
                    self.closed_inside |= self.broken;
                    At::Bare
                }
                At::Start | At::Bare => At::Bare,
            };
        }
    }

    /// What is wrong with the row that was just read, if it is the last one or not.
    pub fn flaw(&mut self, last: bool) -> Option<Flaw> {
        let closed_inside = std::mem::take(&mut self.closed_inside);
        if last && self.at == At::Quoted {
            return Some(Flaw::NeverClosed);
        }
        closed_inside.then_some(Flaw::ClosedInside)
    }
}
