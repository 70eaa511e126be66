//! Why a command ends, and with which exit code.

use std::io;
use std::process::ExitCode;

/// A command that ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Everything was read.
    All,
    /// Some input could not be read and was reported.
    Partly,
}

/// A command that stopped early.
#[derive(Debug)]
pub enum Stop {
    /// The arguments contradict each other.
    Usage(String),
    /// There was nothing to work on.
    NothingToDo(String),
    /// Going on would have given a wrong or incomplete result.
    Refused(String),
    /// The reader of standard output went away.
    ClosedPipe,
}

pub const INTERRUPTED: i32 = 130;

impl From<Done> for ExitCode {
    fn from(done: Done) -> Self {
        Self::from(match done {
            Done::All => 0,
            Done::Partly => 1,
        })
    }
}

impl Stop {
    /// The exit code and, where there is something to say, the message.
    pub fn code_and_message(self) -> (u8, Option<String>) {
        match self {
            Self::Usage(message) => (2, Some(message)),
            Self::NothingToDo(message) => (3, Some(message)),
            Self::Refused(message) => (4, Some(message)),
            Self::ClosedPipe => (0, None),
        }
    }

    /// An error of writing to `what`.
    pub fn writing(what: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::Refused(format!("{what} could not be written: {error}"))
    }
}
