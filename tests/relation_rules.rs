//! The decision against its plain form: one boolean expression for each sentence of the documentation.

use nearcopy::relation::{Evidence, Need, Relation, Rule, Test, Thresholds, decide, tests};
use nearcopy::{Comparer, Profile};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::BTreeSet;

/// The oracle.
mod plain {
    use super::{Evidence, Relation, Thresholds};

    pub fn decide(e: &Evidence, t: &Thresholds) -> Relation {
        if e.identical {
            return Relation::Identical;
        }
        if is_same_article(e, t) {
            return direction(e, t);
        }
        let passage = e.longest_run >= t.min_overlap_run;
        if passage && !is_substituted(e, t) {
            return Relation::Overlaps;
        }
        if e.a_in_b.max(e.b_in_a) >= t.min_containment {
            return Relation::SameTemplate;
        }
        if passage { Relation::Overlaps } else { Relation::Unrelated }
    }

    fn smaller_side(e: &Evidence) -> (f64, f64) {
        let a = (e.content_a, -e.matched_a, e.head_a, e.tail_a);
        let b = (e.content_b, -e.matched_b, e.head_b, e.tail_b);
        if a <= b { (e.matched_a, e.content_a_in_b()) } else { (e.matched_b, e.content_b_in_a()) }
    }

    fn is_substituted(e: &Evidence, t: &Thresholds) -> bool {
        let (matched, contained) = smaller_side(e);
        let lead =
            e.lead >= t.max_lead && !(e.lead < t.max_lead_share * matched && contained >= 0.5);
        let tail = if t.count_tail { e.tail_a.min(e.tail_b) } else { 0.0 };
        let numbers =
            t.max_substituted_numbers.is_some_and(|most| e.substituted_numbers > Some(most));
        lead || numbers
            || e.substituted + tail >= t.max_substituted * matched
            || has_other_text_between(e, t)
            || has_other_text_at_head(e, t)
    }

    fn has_other_text_between(e: &Evidence, t: &Thresholds) -> bool {
        let (matched, contained) = smaller_side(e);
        let whole = contained >= t.whole && matched >= t.long_opening_words;
        let short = matched < t.short_words;
        let most = if short { t.max_substituted_tokens_short } else { t.max_substituted_tokens };
        !whole && f64::from(e.substituted_tokens) >= most * matched
    }

    fn has_other_text_at_head(e: &Evidence, t: &Thresholds) -> bool {
        let (matched, _) = smaller_side(e);
        let page = f64::from(e.matched_tokens_a.min(e.matched_tokens_b));
        t.max_lead_tokens.is_some_and(|most| {
            e.lead_tokens > 0 && f64::from(e.lead_tokens) >= (most * matched).max(0.1 * page)
        })
    }

    /// Whether short runs are all that is shared, with other content and other numbers between them.
    fn is_fragmentary(e: &Evidence, t: &Thresholds) -> bool {
        let (matched, contained) = smaller_side(e);
        let numbers = f64::from(e.substituted_numbers.unwrap_or(0));
        e.longest_run < t.fragment_run
            && contained < t.fragment_containment
            && numbers >= (t.fragment_numbers * matched).max(2.0)
            && e.substituted >= 0.1 * matched
            && e.substituted > e.lead
    }

    fn is_same_article(e: &Evidence, t: &Thresholds) -> bool {
        let (matched, contained) = smaller_side(e);
        let both = e.content_a_in_b().min(e.content_b_in_a());
        if matched < t.both_words && both < t.both_containment {
            return false;
        }
        let enough = matched >= t.min_matched && contained >= t.min_containment;
        if enough && !is_substituted(e, t) && !is_fragmentary(e, t) {
            return true;
        }
        if has_other_text_between(e, t) || has_other_text_at_head(e, t) {
            return false;
        }
        let one_run = e.longest_run >= t.opening_share * matched;
        let pure = e.lead < 5.0 && e.substituted < 0.1 * matched;
        let passage = matched >= t.passage_words && contained >= t.passage_containment && pure;
        let long_opening = e.longest_run >= t.long_opening_words
            && contained >= t.passage_containment
            && e.head_a.min(e.head_b) <= t.opening_head
            && e.lead < 5.0;
        one_run && (passage || long_opening)
    }

    fn direction(e: &Evidence, t: &Thresholds) -> Relation {
        let (in_b, in_a) = (e.content_a_in_b(), e.content_b_in_a());
        if in_b >= t.whole && in_a >= t.whole || in_b == in_a && e.content_a == e.content_b {
            return Relation::NearDuplicate;
        }
        if in_b > in_a || in_b == in_a && e.content_a < e.content_b {
            let cut = e.tail_b >= t.min_continuation && e.head_b < e.tail_b;
            if cut { Relation::TruncatedOf } else { Relation::ContainedIn }
        } else {
            let cut = e.tail_a >= t.min_continuation && e.head_a < e.tail_a;
            if cut { Relation::TruncationOf } else { Relation::Contains }
        }
    }
}

/// What a rule that holds leads to.
fn leads_to(rule: Rule) -> &'static [Relation] {
    match rule {
        Rule::Identical => &[Relation::Identical],
        Rule::Whole | Rule::Versions => &[Relation::NearDuplicate],
        Rule::CutOff => &[Relation::TruncatedOf, Relation::TruncationOf],
        Rule::CleanOverlap | Rule::Overlap => &[Relation::Overlaps],
        Rule::Template => &[Relation::SameTemplate],
        _ => &[],
    }
}

fn check(e: &Evidence, t: &Thresholds) -> Relation {
    let relation = decide(e, t);
    assert_eq!(relation, plain::decide(e, t), "{e:?} {t:?}");
    let tests = tests(e, t);
    let passed = |rule| tests.iter().filter(|x| x.rule == rule).all(Test::passed);
    let mut rules: Vec<Rule> = tests.iter().map(|x| x.rule).collect();
    rules.dedup();
    assert!(rules.is_sorted(), "each rule once, in order of the decision: {rules:?}");
    let last = *rules.last().expect("at least one rule");
    // the last rule settles the relation, none before it did
    for rule in &rules[..rules.len() - 1] {
        assert!(leads_to(*rule).is_empty() || !passed(*rule), "{rule} and {relation}");
    }
    let expected: &[Relation] = match (passed(last), last) {
        (true, rule) => leads_to(rule),
        (false, Rule::CutOff) => &[Relation::ContainedIn, Relation::Contains],
        (false, _) => &[Relation::Unrelated],
    };
    assert!(expected.contains(&relation), "{last} and {relation}");
    // and one of the three rules for an article held exactly where it is one
    let article = [Rule::Article, Rule::Passage, Rule::Opening];
    let holds = article.into_iter().any(|rule| rules.contains(&rule) && passed(rule));
    assert_eq!(holds, relation.is_match() && relation != Relation::Identical);
    for x in &tests {
        assert!(!x.measure.is_share() || (0.0..=1.0).contains(&x.found), "{x:?}");
    }
    relation
}

/// Round numbers, so that thresholds are met exactly.
fn words() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => (0u32..130).prop_map(f64::from),
        1 => (0u32..40).prop_map(|x| f64::from(x) / 2.0),
        1 => (0u32..1200).prop_map(f64::from),
    ]
}

prop_compose! {
    fn evidence()(
        identical in prop::bool::weighted(0.02),
        content in [words(), words()],
        equal in prop::bool::weighted(0.1),
        matched in [0u32..=20, 0u32..=20],
        whole in prop::bool::weighted(0.3),
        head in [words(), words()],
        tail in [words(), words()],
        run in 0u32..=10,
        lead in prop_oneof![Just(0.0), words()],
        substituted in prop_oneof![Just(0.0), words()],
        tokens in prop_oneof![Just(0u32), 0u32..400],
        lead_tokens in prop_oneof![3 => Just(0u32), 1 => 0u32..200],
        matched_tokens in [0u32..2000, 0u32..2000],
        numbers in prop::option::of(0u32..3),
        shingles in [0u32..=10, 0u32..=10],
    ) -> Evidence {
        let content = if equal { [content[0]; 2] } else { content };
        let share = |x: u32| if whole { 1.0 } else { f64::from(x) / 20.0 };
        let matched = [0, 1].map(|i| content[i] * share(matched[i]));
        let mut e = Evidence::default();
        e.identical = identical;
        [e.content_a, e.content_b] = content;
        [e.matched_a, e.matched_b] = if equal { [matched[0]; 2] } else { matched };
        [e.head_a, e.head_b] = head;
        [e.tail_a, e.tail_b] = tail;
        e.longest_run = e.matched_a.min(e.matched_b) * f64::from(run) / 10.0;
        e.lead = lead;
        e.substituted = lead.max(substituted);
        e.substituted_tokens = tokens;
        e.lead_tokens = lead_tokens;
        [e.matched_tokens_a, e.matched_tokens_b] = matched_tokens;
        e.substituted_numbers = numbers;
        [e.a_in_b, e.b_in_a] = shingles.map(|x| f64::from(x) / 10.0);
        e
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_decision_is_its_plain_form(e in evidence(), profile in 0usize..4, tail: bool) {
        let mut t = Comparer::for_profile(Profile::ALL[profile]).thresholds;
        check(&e, &t);
        check(&e.reversed(), &t);
        t.count_tail = tail;
        t.both_words = 30.0;
        check(&e, &t);
    }
}

#[test]
fn every_relation_and_rule_is_met() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut relations, mut rules) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..8_000 {
        let e = evidence().new_tree(&mut runner).expect("a value").current();
        relations.insert(check(&e, &Thresholds::default()));
        rules.extend(tests(&e, &Thresholds::default()).iter().map(|x| x.rule));
    }
    assert_eq!(relations.len(), 9, "{relations:?}");
    // the default asks nothing of both sides
    assert_eq!(rules.len(), 10, "{rules:?}");
    assert!(!rules.contains(&Rule::BothSides));
}

#[test]
fn a_bound_is_met_or_not_as_the_need_says() {
    let mut e = Evidence::default();
    (e.content_a, e.content_b) = (40.0, 40.0);
    (e.matched_a, e.matched_b) = (12.0, 12.0);
    e.longest_run = 12.0;
    let t = Thresholds::default();
    let of_article: Vec<_> =
        tests(&e, &t).into_iter().filter(|x| x.rule == Rule::Article).collect();
    assert!(of_article.iter().all(Test::passed), "12 of 12 words and 0.3 of 0.3");
    assert_eq!(of_article[0].need, Need::AtLeast);
    e.lead = 20.0;
    e.substituted = 20.0;
    let lead = tests(&e, &t).into_iter().find(|x| x.need == Need::Below).expect("lead");
    assert!(!lead.passed(), "20 is not below 20");
}
