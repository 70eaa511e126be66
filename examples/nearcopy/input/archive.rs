//! Web archives: which records are documents, and their texts.

use super::buffer::Input;
use super::fields::Named;
use super::http::{self, Unreadable};
use super::warc::{Broken, Head, Records};
use super::{Reader, charset, host, html};
use crate::exit::Stop;
use crate::layout::{clean, cut_end};

/// Broken records of one damaged place that are told as one.
const BROKEN: &str = "broken records";

impl Reader<'_> {
    /// Reads the pages and texts of one archive.
    pub(super) fn archive(&mut self, source: &str, input: Input) -> Result<(), Stop> {
        let before = self.documents();
        let errors = self.problems.count();
        let mut records = Records::new(input);
        let mut kinds: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
        while !self.full() {
            match records.next() {
                Ok(None) => break,
                Ok(Some(head)) => {
                    *kinds.entry(head.kind.clone()).or_default() += 1;
                    self.record(source, &mut records, &head)?;
                }
                Err(Broken(what)) => self.broken(source, records.number, &what)?,
            }
        }
        if self.documents() == before && self.problems.count() == errors && !self.full() {
            let kinds: Vec<String> = kinds.into_iter().map(|(k, n)| format!("{n} {k}")).collect();
            let what = match kinds.is_empty() {
                true => "holds no records".to_owned(),
                false => format!(
                    "holds no pages or texts, only records such as {}",
                    cut_end(&clean(&kinds.join(", ")), 100)
                ),
            };
            self.problems.error(source, None, "files", &what)?;
        }
        Ok(())
    }

    fn broken(&mut self, source: &str, number: u64, what: &str) -> Result<(), Stop> {
        self.problems.error(source, Some(number), BROKEN, what)
    }

    fn record(&mut self, source: &str, records: &mut Records, head: &Head) -> Result<(), Stop> {
        let number = records.number;
        let place = format!("{source}:{number}");
        let said = http::header(&head.headers, "content-type").unwrap_or("");
        let (kind, charset) = http::content_type(said);
        let http = match head.kind.as_str() {
            "response" => kind == "application/http",
            "arc" => true,
            _ => false,
        };
        let address = http::header(&head.headers, "warc-target-uri").unwrap_or("");
        // under these a crawler keeps its own logs and settings
        let own = ["metadata:", "urn:", "warcinfo:"]
            .iter()
            .any(|scheme| address.trim_start_matches('<').starts_with(scheme));
        let plain =
            matches!(head.kind.as_str(), "resource" | "conversion") && is_page(&kind) && !own;
        if !http && !plain {
            self.problems.note(
                "left aside in archives, being no pages (requests, metadata, revisits and such)",
                &place,
            );
            return Ok(());
        }
        let most = self.args.most_bytes();
        if head.length > most as u64 {
            return self.too_long(source, number, "the record");
        }
        let body = match records.body() {
            Ok(body) => body,
            Err(Broken(what)) => return self.broken(source, number, &what),
        };
        if plain {
            return self.page(source, number, head, body, &kind, charset);
        }
        let Some(response) = http::parse(&body) else {
            // ARC keeps what other protocols brought as it is
            if head.kind == "arc" && is_page(&kind) {
                return self.page(source, number, head, body, &kind, charset);
            }
            return self.broken(source, number, "the record holds no HTTP response");
        };
        if !(200..300).contains(&response.status) {
            self.problems.note("left aside in archives, the HTTP status not being 2xx", &place);
            return Ok(());
        }
        let said = http::header(&response.headers, "content-type").unwrap_or("text/html");
        let (kind, charset) = http::content_type(said);
        if !is_page(&kind) {
            self.problems.note("left aside in archives, being neither HTML nor text", &place);
            return Ok(());
        }
        match response.decoded(most) {
            Ok(body) => {
                if let Some(odd) = body.odd {
                    self.problems.note(odd, &place);
                }
                self.page(source, number, head, body.bytes, &kind, charset)
            }
            Err(Unreadable::TooLong) => self.too_long(source, number, "the page, unpacked,"),
            Err(Unreadable::Encoding(what)) => {
                self.problems.error(source, Some(number), "pages in other encodings", &what)
            }
        }
    }

    fn page(
        &mut self,
        source: &str,
        number: u64,
        head: &Head,
        body: Vec<u8>,
        kind: &str,
        declared: Option<&'static encoding_rs::Encoding>,
    ) -> Result<(), Stop> {
        let place = format!("{source}:{number}");
        let address = http::header(&head.headers, "warc-target-uri").unwrap_or("");
        let address = address.trim_start_matches('<').trim_end_matches('>');
        let site = host(address);
        let markup = kind != "text/plain";
        if markup && !html::BUILT {
            let what = super::open::needs("the page is HTML", "html");
            return self.problems.error(source, Some(number), "pages in HTML", &what);
        }
        let declared = self.encoding.or(declared);
        let declared = declared.or_else(|| charset::declared_in_html(&body).filter(|_| markup));
        let domain = site.as_deref().and_then(|site| site.rsplit('.').next());
        let encoding = charset::find(&body, declared, domain);
        let decoded = charset::decode(body, encoding);
        if decoded.replaced > 0 {
            self.replaced(decoded.replaced, &place);
        }
        let text = if markup { self.of_html(&decoded.text, &place) } else { decoded.text };
        let named = http::header(&head.headers, &self.args.id_field.to_ascii_lowercase());
        let id = named.unwrap_or(address).trim_start_matches('<').trim_end_matches('>');
        let id = (!id.is_empty()).then(|| id.to_owned());
        let date = http::header(&head.headers, "warc-date").map(str::to_owned);
        self.push(Named { id, text, site, date }, Some(number), Vec::new());
        Ok(())
    }
}

/// Whether a type is that of a text.
fn is_page(kind: &str) -> bool {
    matches!(kind, "text/html" | "application/xhtml+xml" | "text/plain")
}
