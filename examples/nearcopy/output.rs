//! Files that appear whole or not at all, and standard output.
//!
//! A file is written beside its target and renamed at the end, so neither an error nor an interrupt
//! leaves half a file or harms the one that was there. A name that ends in `.gz` or `.zst` asks for
//! packing.

use crate::cli::Color;
use crate::exit::{INTERRUPTED, Stop};
use crate::table::Shape;
use anstream::adapter::StripBytes;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::Xxh3;

/// Unfinished files, removed on an interrupt. Renames hold the lock.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Ends the process at an interrupt or a termination signal, without leaving unfinished files.
pub fn on_interrupt() {
    // without a handler the signal ends the process all the same, only less tidily
    let _ = ctrlc::set_handler(|| {
        let unfinished = UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for path in unfinished.iter() {
            let _ = fs::remove_file(path);
        }
        let _ = writeln!(io::stderr(), "\ninterrupted; no half-written file was left");
        // the lock is held to the end, so that no rename slips in
        std::process::exit(INTERRUPTED);
    });
}

/// A file in the making.
pub struct Output {
    name: String,
    shape: Shape,
    packed: Packed,
}

/// What became of a file: its size and the XXH3-128 of its bytes.
#[derive(Debug)]
pub struct Written {
    pub name: String,
    pub bytes: u64,
    pub xxh3: u128,
}

/// Bytes on their way through the packing.
enum Packed {
    No(Digested),
    Gzip(GzEncoder<Digested>),
    Zstd(zstd::stream::write::Encoder<'static, Digested>),
}

impl Packed {
    fn begin(path: &Path, out: Digested) -> io::Result<Self> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        Ok(match ending.as_deref() {
            Some("gz") => Self::Gzip(GzEncoder::new(out, flate2::Compression::default())),
            Some("zst") => {
                let mut encoder = zstd::stream::write::Encoder::new(out, 0)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
            _ => Self::No(out),
        })
    }

    fn finish(self) -> io::Result<Digested> {
        match self {
            Self::No(out) => Ok(out),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }
}

/// Bytes as they reach the file.
struct Digested {
    kind: Kind,
    hash: Xxh3,
    bytes: u64,
}

impl Write for Digested {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = match &mut self.kind {
            Kind::Renamed { temporary, .. } => temporary.write(bytes),
            Kind::Direct(file) => file.write(bytes),
        }?;
        self.hash.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Renamed { temporary, .. } => temporary.flush(),
            Kind::Direct(file) => file.flush(),
        }
    }
}

#[derive(Debug)]
enum Kind {
    Renamed {
        temporary: BufWriter<NamedTempFile>,
        target: PathBuf,
    },
    /// A device or a pipe, which must not be replaced.
    Direct(BufWriter<File>),
}

impl Output {
    /// Begins the file that will stand at `path`.
    pub fn create(path: &Path) -> Result<Self, Stop> {
        if path.as_os_str() == "-" {
            let what =
                "an output is named -; name a file (without --output, standard output is used)";
            return Err(Stop::Usage(what.to_owned()));
        }
        let name = path.display().to_string();
        let shape = Shape::of(path)?;
        let failed = |e: io::Error| Stop::writing(&name, &e);
        let kind = Self::begin(path).map_err(failed)?;
        let out = Digested { kind, hash: Xxh3::new(), bytes: 0 };
        let packed = Packed::begin(path, out).map_err(failed)?;
        Ok(Self { name, shape, packed })
    }

    fn begin(path: &Path) -> io::Result<Kind> {
        // a link stays a link: its target is replaced
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Ok(metadata) = fs::metadata(&target) {
            if metadata.is_dir() {
                return Err(io::Error::other("it is a folder; name a file"));
            }
            if !metadata.is_file() {
                return Ok(Kind::Direct(BufWriter::new(File::create(&target)?)));
            }
        }
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".nearcopy-").suffix(".part");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let temporary = builder.tempfile_in(folder)?;
        unfinished.insert(temporary.path().to_owned());
        Ok(Kind::Renamed { temporary: BufWriter::new(temporary), target })
    }

    /// How rows are written here, by the ending of the name.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// What an error of writing here means.
    pub fn failed(&self, error: &io::Error) -> Stop {
        Stop::Refused(format!("{} could not be written: {error}", self.name))
    }

    /// Puts the file in its place.
    pub fn finish(self) -> Result<Written, Stop> {
        let Self { name, packed, .. } = self;
        let failed = |e: &io::Error| Stop::Refused(format!("{name} could not be written: {e}"));
        let Digested { kind, hash, bytes } = packed.finish().map_err(|e| failed(&e))?;
        match kind {
            Kind::Direct(mut file) => file.flush().map_err(|e| failed(&e))?,
            Kind::Renamed { temporary, target } => {
                let temporary = temporary.into_inner().map_err(|e| failed(e.error()))?;
                temporary.as_file().sync_all().map_err(|e| failed(&e))?;
                let mut unfinished =
                    UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let path = temporary.path().to_owned();
                temporary.persist(&target).map_err(|e| failed(&e.error))?;
                unfinished.remove(&path);
            }
        }
        Ok(Written { name, bytes, xxh3: hash.digest128() })
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.packed {
            Packed::No(out) => out.write(bytes),
            Packed::Gzip(out) => out.write(bytes),
            Packed::Zstd(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.packed {
            Packed::No(out) => out.flush(),
            Packed::Gzip(out) => out.flush(),
            Packed::Zstd(out) => out.flush(),
        }
    }
}

/// A file in which no colours stand.
pub struct Plain {
    file: Output,
    strip: StripBytes,
}

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in self.strip.strip_next(bytes) {
            self.file.write_all(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Where a command prints: standard output, or a file in which no colours stand.
pub enum Printer {
    Terminal(BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>),
    /// Standard output that is no terminal, for data in which every byte counts.
    Pipe(BufWriter<io::StdoutLock<'static>>),
    File(Plain),
    /// A file, for data in which every byte counts.
    Data(Output),
}

impl Printer {
    /// For text with colours, where the reader sees them.
    pub fn new(file: Option<Output>, color: Color) -> Self {
        match file {
            Some(file) => Self::File(Plain { file, strip: StripBytes::new() }),
            None => {
                let stdout = io::stdout();
                let choice = match color {
                    Color::Auto => anstream::AutoStream::choice(&stdout),
                    Color::Always => anstream::ColorChoice::AlwaysAnsi,
                    Color::Never => anstream::ColorChoice::Never,
                };
                Self::Terminal(BufWriter::new(anstream::AutoStream::new(stdout.lock(), choice)))
            }
        }
    }

    /// For data. What would steer a terminal is still kept from one.
    pub fn data(file: Option<Output>) -> Self {
        match file {
            Some(file) => Self::Data(file),
            None if io::stdout().is_terminal() => Self::new(None, Color::Never),
            None => Self::Pipe(BufWriter::new(io::stdout().lock())),
        }
    }

    /// Whether colours reach the reader.
    pub fn colours(&self) -> bool {
        match self {
            Self::Terminal(out) => out.get_ref().current_choice() != anstream::ColorChoice::Never,
            Self::Pipe(_) | Self::File(_) | Self::Data(_) => false,
        }
    }

    /// Writes with `f`, then finishes; says what became of a file.
    pub fn print(
        mut self,
        f: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Option<Written>, Stop> {
        let written = match &mut self {
            Self::Terminal(out) => f(out).and_then(|()| out.flush()),
            Self::Pipe(out) => f(out).and_then(|()| out.flush()),
            Self::File(out) => f(out),
            Self::Data(out) => f(out),
        };
        let file = match self {
            Self::Terminal(_) | Self::Pipe(_) => {
                return written.map_err(|e| Stop::writing("standard output", &e)).map(|()| None);
            }
            Self::File(plain) => plain.file,
            Self::Data(file) => file,
        };
        written.map_err(|e| file.failed(&e))?;
        file.finish().map(Some)
    }
}
