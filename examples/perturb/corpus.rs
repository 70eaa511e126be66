//! Articles to a corpus with planted copies and known truth.

use super::frames::{PLAIN_HOSTS, SITES};
use super::kinds::{self, Kind};
use super::random::Random;
use super::words::{self, Seen};

/// A text as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Article {
    pub(crate) id: String,
    pub(crate) title: Option<String>,
    pub(crate) text: String,
}

/// Which articles are taken, and what is made of them.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Articles that get copies.
    pub(crate) limit: usize,
    pub(crate) min_words: usize,
    pub(crate) max_words: usize,
    pub(crate) kinds: Vec<Kind>,
}

/// A text of the corpus.
#[derive(Debug, Clone)]
pub(crate) struct Planted {
    pub(crate) id: String,
    /// The article whose copy it is; texts match if their groups are equal.
    pub(crate) group: String,
    /// `None` for the article itself.
    pub(crate) kind: Option<Kind>,
    pub(crate) host: &'static str,
    pub(crate) text: String,
    /// Words, the frame included.
    pub(crate) words: usize,
    /// Words without the frame.
    pub(crate) content_words: usize,
    /// Words of the article that stand here unaltered.
    pub(crate) kept: usize,
    /// Where the article stands in the corpus that this text was made from.
    pub(crate) source: usize,
    /// The article of which passages stand here, too.
    pub(crate) lender: Option<usize>,
}

/// What was made, and what was not taken.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    pub(crate) texts: Vec<Planted>,
    pub(crate) sources: usize,
    pub(crate) lenders: usize,
    /// Texts of another length.
    pub(crate) other_length: usize,
    /// Texts that share a tenth of their word sequences with an earlier one.
    pub(crate) near: usize,
    /// Copies left out because an article has too few words or paragraphs for the kind.
    pub(crate) impossible: usize,
}

/// Chooses articles that share next to nothing and plants copies of each kind. Articles that lend
/// surroundings and paragraphs are not in the corpus themselves.
pub(crate) fn plant(mut articles: Vec<Article>, plan: &Plan) -> Result<Corpus, String> {
    let mut out = Corpus::default();
    let random = |purpose: &str| Random::new(plan.seed, purpose);
    random("order").shuffle(&mut articles);
    let borrowing = plan.kinds.iter().filter(|k| k.borrows()).count().max(1);
    let mut seen = Seen::default();
    let mut taken = Vec::new();
    for article in articles {
        if taken.len() == plan.limit * (1 + borrowing) {
            break;
        }
        if !(plan.min_words..=plan.max_words).contains(&words::count(&article.text)) {
            out.other_length += 1;
        } else if !seen.accept(&article.text) {
            out.near += 1;
        } else {
            taken.push(article);
        }
    }
    if taken.len() < 4 {
        return Err(format!(
            "found {} different articles of {} to {} words, need 4 at least",
            taken.len(),
            plan.min_words,
            plan.max_words
        ));
    }
    out.sources = plan.limit.min((taken.len() / 2).max(taken.len() / (1 + borrowing)));
    let lenders = taken.split_off(out.sources);
    out.lenders = lenders.len();
    for (at, article) in taken.iter().enumerate() {
        let source = out.texts.len();
        let n = words::count(&article.text);
        let home = &SITES[random(&format!("site {}", article.id)).below(SITES.len())];
        out.texts.push(Planted {
            id: article.id.clone(),
            group: article.id.clone(),
            kind: None,
            host: PLAIN_HOSTS[at % PLAIN_HOSTS.len()],
            text: article.text.clone(),
            words: n,
            content_words: n,
            kept: n,
            source,
            lender: None,
        });
        let mut borrowed = 0;
        for &kind in &plan.kinds {
            let id = format!("{}~{}", article.id, kind.name());
            let mut random = random(&id);
            let lender_at = (at + borrowed * out.sources) % lenders.len();
            borrowed += usize::from(kind.borrows());
            let lender = &lenders[lender_at];
            let Some(copy) = kinds::perturb(kind, &article.text, &lender.text, &mut random) else {
                out.impossible += 1;
                continue;
            };
            let content_words = words::count(&copy.text);
            let (host, text) = if kind.is_framed() {
                // truncated copies of every other article stand on another site than the whole page
                let other = matches!(kind, Kind::WrapTruncate(_)) && at % 2 == 1;
                let site = if other { &SITES[random.below(SITES.len())] } else { home };
                (site.host, site.frame(article.title.as_deref(), &copy.text, &mut random))
            } else {
                (random.pick(&PLAIN_HOSTS), copy.text)
            };
            // a text that quotes is another article
            let group = if kind.is_copy() { &article.id } else { &lender.id };
            out.texts.push(Planted {
                id,
                group: group.clone(),
                kind: Some(kind),
                host,
                words: words::count(&text),
                text,
                content_words,
                kept: copy.kept,
                source,
                lender: kind.borrows().then_some(lender_at),
            });
        }
    }
    Ok(out)
}
