//! Values that are fixed for good. Whoever must change one of them breaks what users have stored:
//! it is a breaking change of the crate, and of hashes a new
//! [`SCHEME_VERSION`](nearcopy::recipe::SCHEME_VERSION).
//!
//! The token hashes, and so the products of [`mix`](nearcopy::hash::mix) over them, follow from the
//! published XXH3 and the formulas in the module docs; the report is what this version answers.

use nearcopy::dedup::{Dedup, Doc};
use nearcopy::hash;
use nearcopy::recipe::{Recipe, SCHEME_VERSION};
use nearcopy::shingle::{shingles, window_for, winnow};
use nearcopy::text::tokenize;
use nearcopy::{Comparer, Relation};

const LATIN: &str = "The tide mill at Carrow Creek ground its last sack of oats in 1926.";
const MIXED: &str = "渡し船は朝六時に出る。Ferry No. 7 เรือออกเช้า 7:30";

const STORY: &str = "The tide mill at Carrow Creek ground its last sack of oats in 1926, and the wheel \
    has not turned since. Next spring, if the silt can be cleared from the pond, four volunteers mean \
    to open the sluice again. They have rebuilt the gate from the keel of a barge, cast two bearings \
    in a garage, and found the old miller's tables of high water under a floorboard.";

const GOLDEN_MILL: u64 = 0xC74B_2E87_E08B_CE29;
const GOLDEN_MIX: u64 = 0x5692_161D_100B_05E5;
const GOLDEN_RECIPE: u64 = 0xEC9D_DFF7_AA58_D165;
const GOLDEN_RECIPE_8_64: u64 = 0x836D_CE8B_A7F4_090D;
const GOLDEN_CONTENT_LATIN: u64 = 0x493A_B7CD_8B7B_634B;
const GOLDEN_CONTENT_MIXED: u64 = 0x51FF_C755_63F7_E7C8;
#[rustfmt::skip]
const TOKENS_LATIN: [u64; 14] = [
    0xCB12_8363_1CF3_3D7D, 0x031D_979D_1232_410D, 0xC74B_2E87_E08B_CE29, 0x142E_28BE_7AC1_8272,
    0x39FE_9D53_3031_719E, 0x024E_533F_895E_121C, 0x12B6_2B5A_C39B_9023, 0xDB5A_75CA_E8FA_DC64,
    0xD00A_1666_9FFC_866F, 0xC2E3_9CC3_DCB3_8D50, 0xAFC4_F972_37A2_8350, 0xC24D_720C_CB98_7977,
    0x4806_8D8A_56DE_F9A6, 0x0A00_1E39_67FD_AB64,
];
#[rustfmt::skip]
const TOKENS_MIXED: [u64; 24] = [
    0xE4E4_63A6_669E_8107, 0xFADE_15BC_8A65_B697, 0x8164_3422_4A61_2905, 0xFFCA_61DF_86E4_7B9B,
    0xBB26_27D8_160A_F56F, 0x84C3_25F7_B5FB_391F, 0xCC34_23E1_C307_962A, 0xAD3B_D758_84C8_E52C,
    0xB0F3_4C2E_9E3B_5C4A, 0xFEFD_5B41_B84C_BD68, 0xD152_CE34_FF76_FB2B, 0x9D08_FC5A_B702_AAE8,
    0x06EE_D105_B822_85FA, 0x1446_30FB_2245_5284, 0xA2D1_4CAE_D0AF_AE87, 0xBC1B_BE23_572E_D73F,
    0xBC1B_BE23_572E_D73F, 0xBC1B_BE23_572E_D73F, 0xFA9D_DC6C_AD56_7E41, 0x1446_30FB_2245_5284,
    0x696E_1906_C87A_BBB7, 0x412A_86AF_0D94_14BE, 0x06EE_D105_B822_85FA, 0x2134_88A6_5253_40F6,
];
#[rustfmt::skip]
const SHINGLES_LATIN: [u64; 10] = [
    0x8164_24F8_9411_3BCD, 0x634D_6FD8_D6CF_A92E, 0x8D3D_693E_4DE9_A29D, 0x71F5_2C95_557F_5CB0,
    0x95E4_B12C_1F4E_779B, 0xCA2F_D543_271B_765E, 0x7F9A_FA67_B130_AE01, 0xF925_4CDF_3561_83CF,
    0x6A4B_DABE_9263_5D82, 0xAC9E_38AA_B5D2_DC5F,
];
#[rustfmt::skip]
const SHINGLES_MIXED: [u64; 13] = [
    0x8EDB_8E50_4E57_5A39, 0x707E_4CAB_1CEE_9205, 0xD578_813C_EF21_8764, 0xCD89_FD9F_D5A4_22D8,
    0xE4AC_9376_9B2C_57CF, 0xCCC3_6592_54FD_73FB, 0x1FA9_B644_F3DD_D3BF, 0xD45A_5721_49F6_5F15,
    0xC289_5003_978C_7DE5, 0xA89F_D435_D5C5_E813, 0x324D_47CD_127C_937B, 0xDC4D_79A6_8CBD_60DE,
    0xB3C8_214F_7F5E_22EA,
];
const FINGERPRINTS: [(u32, u64); 7] = [
    (15, 0x43AF_6BC2_19B8_2A5F),
    (16, 0x0638_F7A5_E503_978E),
    (25, 0x1C11_F80A_1172_7247),
    (35, 0x1BE7_A7CF_93BD_5B61),
    (45, 0x0A57_4936_ECE5_0539),
    (53, 0x070C_1CBA_94E5_EE37),
    (57, 0x019C_8D81_F503_67BB),
];

#[test]
fn hashes_of_bytes_and_words() {
    assert_eq!(hash::bytes(b""), 0x2D06_8005_38D3_94C2);
    assert_eq!(hash::bytes(b"mill"), GOLDEN_MILL);
    assert_eq!(hash::mix(0), 0);
    assert_eq!(hash::mix(1), GOLDEN_MIX);
    assert_eq!(hash::POLYNOMIAL_BASE, 0x9E37_79B9_7F4A_7C15);
}

#[test]
fn tokens() {
    assert_eq!(tokenize(LATIN).hashes(), TOKENS_LATIN);
    assert_eq!(tokenize(MIXED).hashes(), TOKENS_MIXED);
}

#[test]
fn shingle_hashes() {
    assert_eq!(shingles(&tokenize(LATIN), 5).hashes(), SHINGLES_LATIN);
    assert_eq!(shingles(&tokenize(MIXED), 5).hashes(), SHINGLES_MIXED);
}

#[test]
fn fingerprints() {
    let recipe = Recipe::default();
    let shingles = shingles(&tokenize(STORY), recipe.shingle_width());
    let kept = winnow(shingles.hashes(), window_for(recipe, shingles.len()));
    let kept: Vec<(u32, u64)> = kept.iter().map(|f| (f.position, f.hash)).collect();
    assert_eq!(kept, FINGERPRINTS);
}

#[test]
fn identities() {
    assert_eq!(SCHEME_VERSION, 1);
    assert_eq!(Recipe::default().id().0, GOLDEN_RECIPE);
    assert_eq!(Recipe::new(8, 64).unwrap().id().0, GOLDEN_RECIPE_8_64);
    let content_hash = |text: &str| Comparer::default().prepare(text).content_hash();
    assert_eq!(content_hash(""), 0);
    assert_eq!(content_hash(LATIN), GOLDEN_CONTENT_LATIN);
    assert_eq!(content_hash(MIXED), GOLDEN_CONTENT_MIXED);
}

/// A page with the story, a beginning of it, an edited copy, the story in capitals, another text,
/// none, and a tiny one twice.
fn texts() -> [String; 8] {
    [
        format!("Home\nNews\n\n{STORY}\n\nLoading, please wait..."),
        STORY[..STORY.find("They have").unwrap()].to_owned(),
        STORY.replace("in a garage", "in a shed").replace("four", "five"),
        STORY.to_uppercase(),
        "A night bus has run between the two hospitals since Monday. It carries nurses, mostly, and \
         now and then a father who cannot sleep, and it waits at the lights whether or not they are \
         red."
        .to_owned(),
        String::new(),
        "Closed on Mondays".to_owned(),
        "CLOSED on Mondays!".to_owned(),
    ]
}

#[test]
fn clusters() {
    let texts = texts();
    let report = Dedup::new().run(texts.iter().map(|t| Doc::new(t)));
    let clusters: Vec<Vec<usize>> = report.clusters().iter().map(|c| c.docs().collect()).collect();
    assert_eq!(clusters, [vec![0, 2, 3, 1], vec![6, 7]]);
    let relations: Vec<Relation> =
        report.clusters()[0].members.iter().map(|m| m.relation).collect();
    let near = Relation::NearDuplicate;
    assert_eq!(relations, [near, near, Relation::TruncatedOf]);
    assert_eq!(report.kept().collect::<Vec<_>>(), [0, 4, 5, 6]);
}

#[cfg(feature = "serde")]
#[test]
fn a_report_as_json() {
    let texts = texts();
    let report = Dedup::new().run(texts.iter().map(|t| Doc::new(t)));
    let json = serde_json::to_string_pretty(&report).unwrap();
    assert_eq!(json.trim(), include_str!("golden_report.json").trim());
}
