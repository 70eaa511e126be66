//! HTML to text: a line for each block, nothing that is not shown as text.

#[cfg(feature = "html")]
pub use built::text;

/// Whether this build reads HTML.
pub const BUILT: bool = cfg!(feature = "html");

/// The text of a page.
#[derive(Debug)]
pub struct Page {
    pub text: String,
    /// An article was asked for and none was found.
    pub no_article: bool,
}

#[cfg(not(feature = "html"))]
pub fn text(_: &str, _: super::args::Html) -> Page {
    Page { text: String::new(), no_article: false }
}

#[cfg(feature = "html")]
mod built {
    use super::super::args::Html;
    use super::super::flatten::flattened;
    use super::Page;
    use dom_query::{Document, NodeRef};
    use dom_smoothie::{Config, Readability};

    /// Elements of a page at most in which an article is sought; the search is not linear.
    const MOST_ELEMENTS: usize = 50_000;

    pub fn text(html: &str, wanted: Html) -> Page {
        let document = Document::from(flattened(html).as_ref());
        let title = document.select("head > title").first().text();
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if wanted == Html::AllText {
            let text = with_title(&title, rendered(&document));
            return Page { text, no_article: false };
        }
        let whole = rendered(&document);
        let config = Config { max_elements_to_parse: MOST_ELEMENTS, ..Config::default() };
        let article = Readability::with_document(document, None, Some(config))
            .and_then(|mut readability| readability.parse());
        match article {
            Ok(article) => {
                let body = rendered(&Document::from(article.content));
                Page { text: with_title(article.title.trim(), body), no_article: false }
            }
            Err(_) => Page { text: with_title(&title, whole), no_article: true },
        }
    }

    /// The title on a line of its own, unless the text begins with it.
    fn with_title(title: &str, text: String) -> String {
        if title.is_empty() || text.lines().next() == Some(title) {
            return text;
        }
        format!("{title}\n{text}")
    }

    /// Elements of which nothing is text.
    const UNSEEN: &[&str] = &[
        "head", "script", "style", "noscript", "template", "svg", "math", "iframe", "object",
        "canvas", "audio", "video", "datalist", "noframes",
    ];

    /// Elements before and behind which a line ends.
    const BLOCKS: &[&str] = &[
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "search",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "textarea",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ];

    /// The text as lines. Walks without recursion: pages nest as deep as they like.
    fn rendered(document: &Document) -> String {
        let mut out = Lines::default();
        let root = document.root();
        let mut at = root.first_child();
        while let Some(node) = at {
            let name = node.node_name();
            let name = name.as_deref().unwrap_or("");
            let block = BLOCKS.contains(&name);
            let mut inside = None;
            if node.is_text() {
                out.text(&node.text());
            } else if !UNSEEN.contains(&name) {
                if block {
                    out.end_line();
                } else if matches!(name, "td" | "th") {
                    out.blank();
                }
                if name == "pre" {
                    out.kept += 1;
                }
                inside = node.first_child();
                if inside.is_none() {
                    leave(&mut out, name);
                }
            }
            at = inside.or_else(|| behind(&mut out, node, root.id));
        }
        out.end_line();
        out.text
    }

    /// The node behind this one and all that it holds.
    fn behind<'a>(
        out: &mut Lines,
        mut node: NodeRef<'a>,
        root: dom_query::NodeId,
    ) -> Option<NodeRef<'a>> {
        loop {
            if let Some(next) = node.next_sibling() {
                return Some(next);
            }
            node = node.parent().filter(|parent| parent.id != root)?;
            leave(out, node.node_name().as_deref().unwrap_or(""));
        }
    }

    fn leave(out: &mut Lines, name: &str) {
        if BLOCKS.contains(&name) {
            out.end_line();
        } else if matches!(name, "td" | "th") {
            out.blank();
        }
        if name == "pre" {
            out.kept = out.kept.saturating_sub(1);
        }
    }

    /// Lines in the making; blanks are one space, empty lines are left out.
    #[derive(Default)]
    struct Lines {
        text: String,
        /// A space is due before the next word.
        space: bool,
        /// Depth of elements that keep their lines.
        kept: usize,
    }

    impl Lines {
        fn text(&mut self, text: &str) {
            // a no-break space is a space; other blanks beyond ASCII are text
            let blank = |c: char| c.is_ascii_whitespace() || c == '\u{a0}';
            for (n, line) in text.split('\n').enumerate() {
                if n > 0 {
                    if self.kept > 0 {
                        self.end_line();
                    } else {
                        self.blank();
                    }
                }
                for (n, word) in line.split(blank).enumerate() {
                    if n > 0 {
                        self.blank();
                    }
                    if !word.is_empty() {
                        if std::mem::take(&mut self.space) {
                            self.text.push(' ');
                        }
                        self.text.push_str(word);
                    }
                }
            }
        }

        fn blank(&mut self) {
            self.space = !self.text.is_empty() && !self.text.ends_with('\n');
        }

        fn end_line(&mut self) {
            self.space = false;
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
        }
    }
}
