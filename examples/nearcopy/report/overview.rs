//! What stands above the figures and below them, as HTML that needs no script.

use super::figures;
use super::html::escape;
use super::relations;
use super::texts::Choice;
use super::{About, Settings};
use crate::batch;
use crate::layout::{count, number, percent};
use crate::words;
use nearcopy::dedup::Cluster;
use nearcopy::{Comparer, Recipe, Report};
use std::fmt::Write as _;

/// The numbers of the run.
pub fn numbers(report: &Report) -> String {
    let clusters = report.clusters();
    let documents = report.counts().documents;
    let clustered: usize = clusters.iter().map(Cluster::size).sum();
    let copies = (clustered - clusters.len()) as u64;
    let mut out = String::new();
    for (id, n, one, many) in [
        ("documents", documents, "document", "documents"),
        ("clusters", clusters.len() as u64, "cluster", "clusters"),
        ("copies", copies, "copy of another", "copies of another"),
        ("alone", documents - clustered as u64, "alone", "alone"),
        ("kept", documents - copies, "left without the copies", "left without the copies"),
    ] {
        let name = if n == 1 { one } else { many };
        let _ = write!(out, "<div><dt>{name}</dt><dd id=\"n-{id}\">{}</dd></div>", number(n));
    }
    out
}

/// What the numbers come to, in a sentence or two.
pub fn lead(report: &Report) -> String {
    let copies = figures::copies(report);
    if copies.is_empty() {
        return "No document repeats another.".to_owned();
    }
    let documents = report.counts().documents;
    let mut out = format!(
        "{} of {} ({}) {} another.",
        number(copies.len() as u64),
        count(documents, "document", "documents"),
        percent(copies.len() as f64 / documents as f64),
        if copies.len() == 1 { "repeats" } else { "repeat" },
    );
    let below = figures::below_half(&copies);
    if below > 0 {
        let _ = write!(
            out,
            " {} of the copies {} a Jaccard resemblance below 0.5 with the document {} and would be \
             lost by a threshold there.",
            percent(below as f64 / copies.len() as f64),
            if below == 1 { "has" } else { "have" },
            if below == 1 { "it repeats" } else { "they repeat" },
        );
    }
    out
}

/// The relations: what each means and how many copies have it.
pub fn relations(report: &Report) -> String {
    let members = || report.clusters().iter().flat_map(|cluster| &cluster.members);
    let all = members().count().max(1);
    let mut out = String::new();
    for (at, relation) in relations::ALL.into_iter().enumerate() {
        let found = members().filter(|member| member.relation == relation).count();
        if found == 0 && !relation.is_match() {
            continue;
        }
        let share = found as f64 / all as f64;
        let name = words::member(relation);
        let link = match found {
            0 => name.to_owned(),
            _ => format!("<a href=\"#clusters&amp;rel={at}\">{name}</a>"),
        };
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}<code>{relation}</code></th><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"bar\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" \
             aria-hidden=\"true\"><rect class=\"part2\" width=\"{:.1}\" height=\"10\"/></svg></td></tr>",
            link,
            relations::meaning(relation),
            number(found as u64),
            percent(share),
            share * 100.0
        );
    }
    out
}

/// Everything that was left out, cut short or could not be read.
pub fn notes(about: &About<'_>, report: &Report, choice: &Choice) -> String {
    let counts = report.counts();
    let mut lines = Vec::new();
    let mut said = |n: u64, one: &str, many: &str| {
        if n > 0 {
            lines.push(format!("{} {}", number(n), if n == 1 { one } else { many }));
        }
    };
    said(
        counts.empty,
        "document holds no word and matches nothing.",
        "documents hold no word and match nothing.",
    );
    said(
        counts.tiny,
        "document is too short to compare and matches only the same words.",
        "documents are too short to compare and match only the same words.",
    );
    said(
        about.errors,
        "input or record could not be read and is not counted here.",
        "inputs or records could not be read and are not counted here.",
    );
    said(
        counts.candidates_capped,
        "document had more candidates than are verified.",
        "documents had more candidates than are verified.",
    );
    said(
        counts.fingerprints_stopped,
        "fingerprint stood in too many clusters to nominate candidates.",
        "fingerprints stood in too many clusters to nominate candidates.",
    );
    said(
        counts.pairs_skipped,
        "pair in a large cluster was not verified.",
        "pairs in large clusters were not verified.",
    );
    said(
        counts.places_skipped,
        "place of a repeated passage was not looked at.",
        "places of repeated passages were not looked at.",
    );
    if about.limited {
        lines.push("Reading stopped at the number of documents asked for.".to_owned());
    }
    lines.push(texts(choice));
    lines.iter().fold(String::new(), |mut out, line| {
        let _ = write!(out, "<li>{}</li>", escape(line));
        out
    })
}

/// Which diffs stand in the page, and by what rule.
fn texts(choice: &Choice) -> String {
    if choice.copies == 0 {
        return "There is no copy to show.".to_owned();
    }
    let mut out = if choice.diffs == choice.copies {
        "The page shows the differences of every copy".to_owned()
    } else {
        let of = format!(
            "The page shows the differences of {} of {}",
            number(choice.diffs as u64),
            count(choice.copies as u64, "copy", "copies")
        );
        match choice.per_cluster {
            _ if choice.clusters == 0 => return format!("{of}: no room was given to texts."),
            1 => format!("{of}: of the first of each cluster"),
            n => format!("{of}: of the first {} of each cluster", number(n as u64)),
        }
    };
    if choice.left_out > 0 {
        let _ = write!(
            out,
            ", but of none in the {} behind, for which the texts would be too much",
            count(choice.left_out as u64, "cluster", "clusters")
        );
    }
    if choice.too_long > 0 {
        let _ = write!(
            out,
            "; {} left out because a text is longer than {} kB",
            number(choice.too_long as u64),
            super::gather::MOST_TEXT / 1024
        );
    }
    out.push_str(". Measures stand for all of them.");
    out
}

/// The settings, as rows of a table.
pub fn settings(settings: &Settings<'_>) -> String {
    let comparer = Comparer::default();
    let (recipe, t) = (Recipe::default(), comparer.thresholds);
    let fields = settings.input;
    let paths: Vec<String> =
        fields.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let site = fields.site_field.as_deref().unwrap_or("none");
    let date = fields.date_field.as_deref().unwrap_or("none");
    let rows = [
        ("Input", paths.join(", ")),
        (
            "Fields",
            format!(
                "id: {}, text: {}, site: {site}, date: {date}",
                fields.id_field,
                fields.text_field.join(" + ")
            ),
        ),
        ("Program", format!("nearcopy {}", env!("CARGO_PKG_VERSION"))),
        (
            "Recipe",
            format!(
                "{}: profile {}, shingles of {} words, window {}",
                recipe.id(),
                recipe.profile(),
                recipe.shingle_width(),
                recipe.window()
            ),
        ),
        ("Linkage", settings.linkage.to_owned()),
        (
            "Candidates",
            format!(
                "the best {} of each document; a fingerprint nominates in up to {} clusters",
                batch::MAX_CANDIDATES,
                batch::POSTING_CAP
            ),
        ),
        (
            "A match has at least",
            format!(
                "{} words of content in common and {} of the smaller document’s content",
                t.min_matched,
                percent(t.min_containment)
            ),
        ),
        ("The whole of an article is", format!("{} of its content", percent(t.whole))),
        (
            "Confidence is high",
            format!(
                "from 50 words and {} of the smaller document’s content on, with next to nothing \
                 substituted; low below 25 words or {}",
                percent(t.whole),
                percent(t.min_containment)
            ),
        ),
    ];
    rows.iter().fold(String::new(), |mut out, (name, value)| {
        let _ = write!(out, "<tr><th scope=\"row\">{name}</th><td>{}</td></tr>", escape(value));
        out
    })
}
