//! Furniture that reads like prose: learned from a site's pages.

mod prose;

use nearcopy::content::Template;
use nearcopy::dedup::{Dedup, Doc};
use nearcopy::recipe::Recipe;
use nearcopy::shingle::{shingles, window_for, winnow};
use nearcopy::text::tokenize;
use nearcopy::{Comparer, Relation};
use prose::{Rng, article, paragraph, word_count};

/// What a site prints above every article.
fn boilerplate() -> String {
    paragraph(&mut Rng(1), 90)
}

fn page(seed: u64, words: usize) -> String {
    format!("{}\n\n{}", boilerplate(), article(5000 + seed, words))
}

/// A long page with the same below.
fn teacher(seed: u64) -> String {
    format!("{}\n\n{}", article(5000 + seed, 400), boilerplate())
}

#[test]
fn a_template_is_what_three_pages_share() {
    let pages: Vec<String> = (0..3).map(|seed| page(seed, 200)).collect();
    let learn =
        |n: usize| Template::learn(Recipe::default(), pages[..n].iter().map(String::as_str));
    assert!(learn(0).is_empty() && learn(1).is_empty() && learn(2).is_empty());
    let template = learn(3);
    assert!(!template.is_empty());

    let recipe = Recipe::default();
    let kept = |text: &str| -> Vec<u64> {
        let shingles = shingles(&tokenize(text), recipe.shingle_width());
        let window = window_for(recipe, shingles.len());
        winnow(shingles.hashes(), window).iter().map(|f| f.hash).collect()
    };
    let known = kept(&boilerplate()).iter().filter(|f| template.contains(**f)).count();
    assert!(known >= 90 / recipe.window() as usize, "{known} of the boilerplate");
    for seed in 0..3 {
        assert!(kept(&article(5000 + seed, 200)).iter().all(|f| !template.contains(*f)));
    }
    assert!(template.len() >= known);
}

#[test]
fn a_template_takes_weight_from_furniture_alone() {
    let pages: Vec<String> = (0..3).map(|seed| page(seed, 200)).collect();
    let template = Template::learn(Recipe::default(), pages.iter().map(String::as_str));
    let comparer = Comparer::default();
    let fresh = page(77, 150);
    let document = comparer.prepare_with(&fresh, &template).unwrap();
    let furniture = word_count(&boilerplate());
    // winnowing sees the ends of a passage to one window and one shingle
    let ends = Recipe::default().window() as usize + 5;
    let mass = document.mass();
    assert!(mass[ends..furniture - ends].iter().all(|&m| m == 0));
    assert!(mass[furniture + 5..].iter().all(|&m| m > 0));
    // nothing known, nothing taken
    let other = article(9, 200);
    assert_eq!(comparer.prepare_with(&other, &template).unwrap(), comparer.prepare(&other));
    assert_eq!(
        comparer.prepare_with(&fresh, &Template::default()).unwrap(),
        comparer.prepare(&fresh)
    );
}

#[test]
fn templates_merge_like_sets() {
    let recipe = Recipe::default();
    let mut one = Template::new(recipe, vec![3, 1, 2, 3]);
    assert_eq!((one.len(), one.recipe()), (3, recipe));
    one.merge(&Template::new(recipe, vec![9, 2])).unwrap();
    assert_eq!(one, Template::new(recipe, vec![1, 2, 3, 9]));
    assert!(one.contains(9) && !one.contains(4));

    let foreign = Template::new(Recipe::new(5, 99).unwrap(), vec![7]);
    let error = one.merge(&foreign).unwrap_err();
    assert_eq!((error.field, &*error.left, &*error.right), ("window", "16", "99"));
    assert!(!one.contains(7), "what was refused has changed nothing");
    assert!(Comparer::default().prepare_with("text", &foreign).is_err());
}

/// Three long pages teach the site; short ones that begin with its boilerplate are told apart.
#[test]
fn pages_of_one_site_do_not_merge() {
    for founders in [3, 6, 12] {
        assert_told_apart(founders);
    }
}

/// A site of more pages than the posting cap is learned as well as a small one.
#[test]
fn large_sites_are_learned_too() {
    for founders in [17, 40] {
        assert_told_apart(founders);
    }
}

fn assert_told_apart(founders: u64) {
    let mut pages: Vec<String> = (0..founders).map(teacher).collect();
    pages.extend((100..104).map(|seed| page(seed, 45)));
    let report = Dedup::new().run(pages.iter().map(|p| Doc::new(p).site(Some("example.org"))));
    assert_eq!(report.clusters(), [], "{founders} founders");
    // a copy of an article still meets it, whatever the site prints around it
    pages.push(prose::framed(prose::first_words(&article(5001, 400), 200), 3));
    let n = pages.len() - 1;
    let site = |i: usize| (i < n).then_some("example.org");
    let report = Dedup::new().run(pages.iter().enumerate().map(|(i, p)| Doc::new(p).site(site(i))));
    assert_eq!(report.representative_of(n), 1);
    assert_eq!(report.clusters().len(), 1, "{founders} founders");
}

/// A wire story on three pages of one site is one article, not furniture.
#[test]
fn a_story_printed_often_is_no_template() {
    let story = article(1, 300);
    let pages: Vec<String> = (0..5).map(|site| prose::framed(&story, site)).collect();
    let report = Dedup::new().run(pages.iter().map(|p| Doc::new(p).site(Some("example.org"))));
    assert_eq!(report.clusters().len(), 1);
    assert_eq!(report.clusters()[0].size(), 5);
    assert!(report.clusters()[0].members.iter().all(|m| m.relation == Relation::NearDuplicate));
}

/// Members are verified with what was learned, also where the same words stand on another site.
#[test]
fn no_member_without_a_match_whatever_the_site() {
    let mut pages: Vec<(String, Option<&str>)> =
        (0..4).map(|seed| (teacher(seed), Some("example.org"))).collect();
    for seed in 100..104 {
        for site in [Some("example.org"), Some("mirror.example"), None] {
            pages.push((page(seed, 45), site));
        }
    }
    for turn in 0..pages.len() {
        pages.rotate_left(turn);
        let report = Dedup::new().run(pages.iter().map(|(p, s)| Doc::new(p).site(*s)));
        for cluster in report.clusters() {
            for member in &cluster.members {
                assert!(member.relation.is_match(), "{}", member.relation);
            }
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn serialised_templates_are_checked() {
    let template = Template::new(Recipe::default(), vec![5, 3, 9]);
    let json = serde_json::to_string(&template).unwrap();
    assert_eq!(serde_json::from_str::<Template>(&json).unwrap(), template);
    // a file that somebody wrote by hand need not be sorted
    let turned = json.replace("[3,5,9]", "[9,3,5,3]");
    assert_ne!(turned, json);
    assert_eq!(serde_json::from_str::<Template>(&turned).unwrap(), template);
}

#[test]
fn a_template_that_is_known_holds_from_the_first_page_on() {
    let template = Template::learn(
        Recipe::default(),
        (0..3).map(|seed| page(40 + seed, 200)).collect::<Vec<_>>().iter().map(String::as_str),
    );
    let stubs = [page(50, 20), page(51, 20)];
    let docs = || stubs.iter().map(|text| Doc::new(text).site(Some("paper.example")));
    assert_eq!(Dedup::new().run(docs()).clusters().len(), 1, "two pages tell nothing");
    let known = Dedup::new().template("paper.example", template.clone()).unwrap();
    assert_eq!(known.run(docs()).clusters().len(), 0);
    assert_eq!(known.against([docs().next().unwrap()], docs().skip(1)).found, [None]);
    let elsewhere = Dedup::new().template("other.example", template).unwrap();
    assert_eq!(elsewhere.run(docs()).clusters().len(), 1);
    let ocr = Template::new(Recipe::for_profile(nearcopy::Profile::Ocr), vec![1]);
    assert_eq!(Dedup::new().template("paper.example", ocr).unwrap_err().field, "profile");
}
