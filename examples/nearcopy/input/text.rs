//! A file that is one document.

use super::args::Html;
use super::buffer::Input;
use super::kind::Kind;
use super::{args, charset, html, http, open};
use crate::exit::Stop;
use crate::problems::Problems;
use std::path::Path;

/// Spans in texts are 32 bits wide.
pub const MOST_BYTES: usize = u32::MAX as usize;

/// Reads one text file or page, or standard input for `-`; any error ends the command.
pub fn read_text(path: &Path, problems: &mut Problems) -> Result<Option<String>, Stop> {
    let name = super::files::name(path);
    let from_pipe = path.as_os_str() == "-";
    let opened = if from_pipe {
        open::standard_input()
    } else if path.is_dir() {
        Err(std::io::Error::other("is a folder; compare takes two files"))
    } else {
        open::open(path)
    };
    let mut opened = match opened {
        Ok(opened) => opened,
        Err(error) => {
            problems.error(&name, None, "files", &open::explain(&error))?;
            return Ok(None);
        }
    };
    let kind = Kind::find(args::Input::Auto, Some(path), &mut opened.input);
    if matches!(kind, Kind::Parquet | Kind::Archive) {
        let what = "holds many documents; compare takes two texts";
        problems.error(&name, None, "files", what)?;
        return Ok(None);
    }
    let whole = Whole { most: MOST_BYTES, longest: "4 GiB", encoding: None, html: Html::AllText };
    whole.read(&name, kind == Kind::Html, &mut opened.input, problems)
}

/// How a document is read.
pub struct Whole<'a> {
    pub most: usize,
    /// The same in words.
    pub longest: &'a str,
    pub encoding: Option<&'static encoding_rs::Encoding>,
    pub html: Html,
}

impl Whole<'_> {
    /// Reads the text of `source`; of a damaged file the part before the damage.
    pub fn read(
        &self,
        source: &str,
        markup: bool,
        input: &mut Input,
        problems: &mut Problems,
    ) -> Result<Option<String>, Stop> {
        if markup && !html::BUILT {
            let what = open::needs("is HTML", "html");
            problems.error(source, None, "files", &what)?;
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let (read, more) = http::read_up_to(input, self.most, &mut bytes);
        if let Err(error) = read {
            let what = open::explain(&error);
            if bytes.is_empty() {
                problems.error(source, None, "files", &what)?;
                return Ok(None);
            }
            problems.error(
                source,
                None,
                "files",
                &format!("{what}; what stands before was read"),
            )?;
        }
        if more {
            let what = format!("is longer than {}; passed over", self.longest);
            problems.error(source, None, "records that are too long", &what)?;
            return Ok(None);
        }
        let declared = || charset::declared_in_html(&bytes).filter(|_| markup);
        let encoding = charset::find(&bytes, self.encoding.or_else(declared), None);
        let decoded = charset::decode(bytes, encoding);
        note(problems, encoding, decoded.replaced, source);
        if !markup {
            return Ok(Some(decoded.text));
        }
        let page = html::text(&decoded.text, self.html);
        if page.no_article {
            problems.note(NO_ARTICLE, source);
        }
        Ok(Some(page.text))
    }
}

pub const NO_ARTICLE: &str = "without an article that could be found, read as a whole page";

/// Tells which encoding was read, where that is no matter of course.
pub fn note(
    problems: &mut Problems,
    encoding: &'static encoding_rs::Encoding,
    replaced: u64,
    place: &str,
) {
    if encoding != encoding_rs::UTF_8 {
        let place = format!("{place} ({})", encoding.name());
        problems.note("not in UTF-8, read in the encoding declared or detected", &place);
    }
    if replaced > 0 {
        problems.note("with bytes that are no text, which became U+FFFD", place);
        problems.count_replaced(replaced);
    }
}
