//! A small site on loopback: articles, teasers, print versions, and a calendar without end.

use nearcopy::hash;
use std::error::Error;
use std::sync::Arc;
use std::thread::JoinHandle;
use tiny_http::{Header, Response, Server};

/// Articles of each site; every third of them stands on both.
const ARTICLES: u64 = 9;

pub struct Site {
    name: &'static str,
    server: Arc<Server>,
    threads: Vec<JoinHandle<()>>,
}

impl Site {
    pub fn start(name: &'static str, number: u64) -> Result<Self, Box<dyn Error>> {
        let server = Server::http("127.0.0.1:0").map_err(|e| e.to_string())?;
        let server = Arc::new(server);
        let threads = (0..2).map(|_| {
            let server = Arc::clone(&server);
            std::thread::spawn(move || serve(&server, name, number))
        });
        let threads = threads.collect();
        Ok(Self { name, server, threads })
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.server_addr())
    }

    pub fn short(&self) -> &str {
        self.name.split(' ').next().unwrap_or(self.name)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn serve(server: &Server, name: &str, number: u64) {
    while let Ok(request) = server.recv() {
        let header = Header::from_bytes("Content-Type", "text/html; charset=utf-8");
        let response = match page(name, number, request.url()) {
            Some(html) => Response::from_string(html),
            None => Response::from_string("<p>Nothing here.</p>").with_status_code(404),
        };
        let response = header.into_iter().fold(response, Response::with_header);
        // a reader that goes away is nobody's problem
        let _ = request.respond(response);
    }
}

fn page(name: &str, number: u64, path: &str) -> Option<String> {
    let mut parts = path.trim_matches('/').split('/');
    let section = parts.next()?;
    let n = parts.next().and_then(|n| n.parse::<u64>().ok());
    let list = |kind: &str| {
        let link = |n| format!("<li><a href=\"/{kind}/{n}\">{}</a></li>", headline(id(number, n)));
        (0..ARTICLES).map(link).collect::<String>()
    };
    let body = match (section, n) {
        ("", None) => format!(
            "<h1>{name}</h1><ul>{}{}{}</ul><p><a href=\"/calendar/2026\">All events</a></p>",
            list("article"),
            list("teaser"),
            list("print")
        ),
        ("article", Some(n)) if n < ARTICLES => article(id(number, n)),
        ("print", Some(n)) if n < ARTICLES => {
            return Some(format!(
                "<html><body>{}<p>Printed from {name}</p></body></html>",
                article(id(number, n))
            ));
        }
        ("teaser", Some(n)) if n < ARTICLES => {
            let id = id(number, n);
            let text = paragraphs(id).join(" ");
            let cut = text.char_indices().nth(text.len() / 3).map_or(text.len(), |(at, _)| at);
            format!(
                "<h1>{}</h1><p>{}</p><p>Loading, please wait...</p><a href=\"/article/{n}\">more</a>",
                headline(id),
                &text[..cut]
            )
        }
        ("calendar", Some(year)) => format!(
            "<h1>Events of {year}</h1><p>{}</p><a href=\"/calendar/{}\">Previous year</a> \
             <a href=\"/calendar/{}\">Next year</a>",
            paragraphs(1000 + number).concat(),
            year.saturating_sub(1),
            year + 1
        ),
        _ => return None,
    };
    Some(format!(
        "<html><head><title>{name}</title></head><body>\
         <nav><a href=\"/\">Home</a> <a href=\"/calendar/2026\">Calendar</a> Weather Sport Letters</nav>\
         {body}\
         <p>{name} has been printed on the quay since 1887 and delivers to every house of the parish \
         before seven in the morning, on Sundays before eight. Write to the editors by post only.</p>\
         <footer>This site uses cookies. Subscribe to our newsletter. All rights reserved.</footer>\
         </body></html>"
    ))
}

/// The article that stands at place `n` of a site.
fn id(site: u64, n: u64) -> u64 {
    if n.is_multiple_of(3) { n } else { 100 * (site + 1) + n }
}

fn article(id: u64) -> String {
    let text: String = paragraphs(id).iter().map(|p| format!("<p>{p}</p>")).collect();
    format!("<h1>{}</h1>{text}", headline(id))
}

const WORDS: &str = "anchor barge bakery bridge cable canal choir clerk clock council crane \
    dentist drummer engine farmer ferry forest fountain gardener glacier harbour island kettle ladder \
    lantern library lighthouse marsh mason mayor meadow miller mirror museum nurse orchard organ \
    painter pastor pigeon pilot pond quarry railway ridge sailor school signal stable surgeon tailor \
    teacher tower tunnel valley viaduct violin weaver widow windmill slowly quietly early gladly twice";
const VERBS: &str = "admired avoided borrowed bought carried cleaned copied counted crossed defended \
    described drew examined followed forgot found guarded hid inspected lifted lost measured mended \
    moved noticed opened passed praised pulled reached repaired sold studied towed visited warmed";

/// Words of a stream of numbers that is the same everywhere.
struct Writer(u64);

impl Writer {
    fn word(&mut self, from: &'static str) -> &'static str {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let words: Vec<&str> = from.split_whitespace().collect();
        words[(hash::mix(self.0) % words.len() as u64) as usize]
    }

    fn sentence(&mut self) -> String {
        let mut clause = |lead: &str| {
            let (a, verb, b, c) =
                (self.word(WORDS), self.word(VERBS), self.word(WORDS), self.word(WORDS));
            format!("{lead} {a} {verb} the {b} near the {c}")
        };
        format!("{}, and later {}. ", clause("The"), clause("a"))
    }
}

fn headline(id: u64) -> String {
    let mut writer = Writer(id << 20);
    let (a, verb, b) = (writer.word(WORDS), writer.word(VERBS), writer.word(WORDS));
    format!("How the {a} {verb} the {b}")
}

fn paragraphs(id: u64) -> Vec<String> {
    let mut writer = Writer((id << 20) + 7);
    (0..4).map(|_| (0..4).map(|_| writer.sentence()).collect()).collect()
}
