//! The relations of a copy to its representative, in the order in which the page lists them.

use nearcopy::Relation;

pub const ALL: [Relation; 9] = [
    Relation::Identical,
    Relation::NearDuplicate,
    Relation::TruncatedOf,
    Relation::TruncationOf,
    Relation::ContainedIn,
    Relation::Contains,
    Relation::Overlaps,
    Relation::SameTemplate,
    Relation::Unrelated,
];

/// What it means, said of the copy.
pub fn meaning(relation: Relation) -> &'static str {
    match relation {
        Relation::Identical => "The same words in the same order.",
        Relation::NearDuplicate => "The same article, edited or in other furniture.",
        Relation::TruncatedOf => "The beginning of the representative’s article, cut off.",
        Relation::TruncationOf => {
            "Begins with the representative’s article and goes on behind its end."
        }
        Relation::ContainedIn => {
            "Its article stands in the representative, which holds more around it."
        }
        Relation::Contains => "Holds the representative’s article and more around it.",
        Relation::Overlaps => "Shares a passage; linked through other documents.",
        Relation::SameTemplate => "Shares only furniture; linked through other documents.",
        _ => "Shares nothing of weight; linked through other documents.",
    }
}
