//! The example crawler, run as its readers run it.
#![cfg(all(feature = "html", feature = "online"))]

use std::path::Path;
use std::process::Command;

#[test]
fn the_crawl_ends_and_tells_copies_from_articles() {
    let test = std::env::current_exe().expect("path of the test");
    let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>");
    let binary = profile.join("examples").join(format!("crawler{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.is_file(), "run `cargo build --example crawler` first");
    let dir = tempfile::tempdir().expect("temporary folder");
    let output = Command::new(binary).arg(dir.path()).output().expect("runs");
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{errors}");
    assert!(!told.contains("failed"), "{told}");
    let of = |outcome: &str, page: &str| {
        told.lines().filter(|l| l.starts_with(outcome) && l.contains(page)).count()
    };
    // nine articles on each site, three of them on both
    assert_eq!(of("novel", "/article/") + of("extends", "/article/"), 15, "{told}");
    assert_eq!(of("novel", "/print/") + of("novel", "/teaser/"), 0, "{told}");
    // the calendar has no end, but the crawl has
    assert!((2..60).contains(&of("copy", "/calendar/")), "{told}");
    assert_eq!(of("novel", "/calendar/"), 2, "{told}");
}
