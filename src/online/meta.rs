//! What an index remembers of how it was made.
//!
//! `6E 6C` ("nl"), version 1, what it holds (1 documents, 2 only what was seen), form of the keys, profile
//! (0 web, 1 ocr, 2 short, 3 code), shingle width, 0, window (4 bytes), scheme (2 bytes), little-endian.

use super::key::Key;
use crate::error::{IndexError, RecipeMismatch};
use crate::recipe::{Profile, Recipe, SCHEME_VERSION};

const VERSION: u8 = 1;

/// What the files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Documents = 1,
    Seen = 2,
}

fn code(profile: Profile) -> u8 {
    match profile {
        Profile::Web => 0,
        Profile::Ocr => 1,
        Profile::Short => 2,
        Profile::Code => 3,
    }
}

pub(super) fn of<K: Key>(what: What, recipe: Recipe) -> Vec<u8> {
    let mut out = b"nl".to_vec();
    out.extend([VERSION, what as u8, K::FORM, code(recipe.profile()), recipe.shingle_width(), 0]);
    out.extend_from_slice(&recipe.window().to_le_bytes());
    out.extend_from_slice(&SCHEME_VERSION.to_le_bytes());
    out
}

/// Checks that an index whose files begin with `found` can be used as it is opened.
pub(super) fn check<K: Key>(
    place: &str,
    found: &[u8],
    what: What,
    recipe: Recipe,
) -> Result<(), IndexError> {
    let corrupt = || IndexError::Corrupt {
        file: place.to_owned(),
        offset: 0,
        expected: "the settings of an index".to_owned(),
        found: found.escape_ascii().to_string(),
    };
    let Ok(&[b'n', b'l', version, held, form, profile, width, 0, a, b, c, d, e, f]) =
        <&[u8; 14]>::try_from(found)
    else {
        return Err(corrupt());
    };
    if version != VERSION {
        let (expected, found) = (u32::from(VERSION), u32::from(version));
        return Err(IndexError::Version { file: place.to_owned(), expected, found });
    }
    let differ = |field, left: &dyn std::fmt::Display, right: &dyn std::fmt::Display| {
        Err(RecipeMismatch::new(field, left, right).into())
    };
    let name = |what: u8| match what {
        1 => "documents",
        2 => "only what was seen",
        _ => "something else",
    };
    if held != what as u8 {
        return differ("what the index holds", &name(held), &name(what as u8));
    }
    if form != K::FORM {
        return differ("the form of the keys", &form, &K::FORM);
    }
    let scheme = u16::from_le_bytes([e, f]);
    if scheme != SCHEME_VERSION {
        return differ("scheme", &scheme, &SCHEME_VERSION);
    }
    let profile = Profile::ALL.into_iter().find(|&p| code(p) == profile).ok_or_else(corrupt)?;
    let made = Recipe::with(profile, width, u32::from_le_bytes([a, b, c, d]))?;
    Ok(made.check(recipe)?)
}
