//! An article and its truncated scrape, from the texts shared beside the repository. Where they do
//! not stand, the test says so and passes.
#![allow(clippy::print_stderr)]

use nearcopy::diff;
use nearcopy::diff::{End, HunkKind, Side, Style};

fn seed(prefix: &str) -> Option<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/seeds");
    let path = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix)))?;
    std::fs::read_to_string(path).ok()
}

#[test]
fn the_scrape_is_the_head_of_the_article_in_furniture() {
    let (Some(article), Some(scrape)) = (seed("000"), seed("001")) else {
        eprintln!("skipped: ../shared/seeds does not hold the texts");
        return;
    };
    let diff = diff(&article, &scrape);
    let kinds: Vec<HunkKind> = diff.hunks().iter().map(|hunk| hunk.kind).collect();
    assert_eq!(
        kinds,
        [
            HunkKind::Shared,
            HunkKind::OnlyInB,
            HunkKind::Shared,
            HunkKind::CutOff { end: End::Tail, missing_in: Side::B },
            HunkKind::Wrapped { end: End::Tail, only_in: Side::B },
        ]
    );
    let tail = diff.hunks()[3];
    assert!(article[tail.a.range()].starts_with("been unable, after almost 75 years"));
    assert_eq!(tail.a.end as usize, article.len());
    let banner = diff.hunks()[4];
    assert!(scrape[banner.b.range()].starts_with("Loading, please wait..."));
    assert!(banner.furniture);
    assert!(diff.headline().to_string().starts_with("B is the first 2"));
    let rendered = diff.inline(Style::plain()).to_string();
    assert!(rendered.lines().all(|line| line.chars().count() <= 80));
    assert!(rendered.lines().count() < 40);
}
