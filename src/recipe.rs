//! All that must be equal before two sketches, fingerprints or index files may be compared.
//!
//! A [`Recipe`] fixes how a text becomes tokens, shingles and fingerprints. Its [`id`](Recipe::id)
//! travels with everything made from it; bringing together things made with different recipes is a
//! [`RecipeMismatch`] that names the first setting that differs.

use crate::error::{ConfigError, RecipeMismatch};
use crate::hash;
use crate::text::{self, Tokens};
use std::fmt;
use std::str::FromStr;

/// Version of tokenisation, normalisation (Unicode 15.0), token and shingle hashes.
///
/// Raised whenever any produced hash changes, which is a breaking change.
pub const SCHEME_VERSION: u16 = 1;

/// What kind of text a recipe is for, by name.
///
/// The numbers that belong to each and what they were measured to do stand in
/// [`profile`](crate::profile).
///
/// ```
/// use nearcopy::recipe::Profile;
///
/// assert_eq!("ocr".parse(), Ok(Profile::Ocr));
/// assert_eq!(Profile::Ocr.to_string(), "ocr");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Profile {
    /// Pages, articles, documents: tokens are words (the default).
    #[default]
    Web,
    /// Text with errors in its characters, as optical recognition leaves it: tokens are letters and
    /// digits, so that lost and added spaces change nothing.
    Ocr,
    /// Titles, headlines, posts: tokens are words, all of them content.
    Short,
    /// Source code: tokens are words, all of them content but for the licence at the head.
    Code,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::Web, Self::Ocr, Self::Short, Self::Code];

    /// The name: `web`, `ocr`, `short` or `code`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Ocr => "ocr",
            Self::Short => "short",
            Self::Code => "code",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Profile {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        let found = Self::ALL.into_iter().find(|p| p.name() == name);
        found.ok_or_else(|| ConfigError::new("profile", name, "web, ocr, short or code"))
    }
}

/// Settings that fix every produced hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RecipeFields", into = "RecipeFields"))]
pub struct Recipe {
    profile: Profile,
    shingle_width: u8,
    window: u32,
}

/// A recipe's fields as they are serialised; read back through validation.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct RecipeFields {
    scheme: u16,
    #[serde(default, skip_serializing_if = "is_web")]
    profile: Profile,
    shingle_width: u8,
    window: u32,
}

#[cfg(feature = "serde")]
fn is_web(profile: &Profile) -> bool {
    *profile == Profile::Web
}

#[cfg(feature = "serde")]
impl From<Recipe> for RecipeFields {
    fn from(recipe: Recipe) -> Self {
        let Recipe { profile, shingle_width, window } = recipe;
        Self { scheme: SCHEME_VERSION, profile, shingle_width, window }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<RecipeFields> for Recipe {
    type Error = ConfigError;

    fn try_from(fields: RecipeFields) -> Result<Self, ConfigError> {
        if fields.scheme != SCHEME_VERSION {
            return Err(ConfigError::new("scheme", fields.scheme, "1, the scheme of this version"));
        }
        Self::with(fields.profile, fields.shingle_width, fields.window)
    }
}

impl Default for Recipe {
    /// That of [`Profile::Web`]: shingles of five words, a winnowing window of 16 shingles.
    fn default() -> Self {
        Self::for_profile(Profile::Web)
    }
}

impl Recipe {
    /// The recipe of `profile`.
    ///
    /// | profile | shingle | winnowing window |
    /// |---|---|---|
    /// | web | 5 words | 16 shingles |
    /// | ocr | 12 letters | 24 |
    /// | short | 2 words | 1: every shingle |
    /// | code | 6 words | 16 |
    #[must_use]
    pub const fn for_profile(profile: Profile) -> Self {
        let (shingle_width, window) = match profile {
            Profile::Web => (5, 16),
            Profile::Ocr => (12, 24),
            Profile::Short => (2, 1),
            Profile::Code => (6, 16),
        };
        Self { profile, shingle_width, window }
    }

    /// A recipe of [`Profile::Web`] of `shingle_width` words a shingle (1 to 32) and a winnowing
    /// window of `window` shingles (1 to 4096).
    ///
    /// # Errors
    /// If a setting is out of range.
    pub fn new(shingle_width: u8, window: u32) -> Result<Self, ConfigError> {
        Self::with(Profile::Web, shingle_width, window)
    }

    /// A recipe of `profile` with other numbers than its own: `shingle_width` words a shingle, under
    /// [`Profile::Ocr`] letters (1 to 32), and a winnowing window of `window` shingles (1 to 4096).
    ///
    /// # Errors
    /// If a setting is out of range.
    pub fn with(profile: Profile, shingle_width: u8, window: u32) -> Result<Self, ConfigError> {
        if !(1..=32).contains(&shingle_width) {
            let expected =
                if profile == Profile::Ocr { "1 to 32 letters" } else { "1 to 32 words" };
            return Err(ConfigError::new("shingle_width", shingle_width, expected));
        }
        if !(1..=4096).contains(&window) {
            return Err(ConfigError::new("window", window, "1 to 4096 shingles"));
        }
        Ok(Self { profile, shingle_width, window })
    }

    /// The kind of text.
    #[must_use]
    pub fn profile(self) -> Profile {
        self.profile
    }

    /// Words a shingle; under [`Profile::Ocr`] letters.
    #[must_use]
    pub fn shingle_width(self) -> u8 {
        self.shingle_width
    }

    /// Shingles a winnowing window.
    #[must_use]
    pub fn window(self) -> u32 {
        self.window
    }

    /// The identity: XXH3-64 of the scheme version and all settings, little-endian, in the order of
    /// their declaration; [`Profile::Web`] adds nothing, the others the byte 1, 2 or 3. Equal ids mean
    /// comparable sketches.
    #[must_use]
    pub fn id(self) -> RecipeId {
        let mut bytes = Vec::with_capacity(16);
        bytes.extend_from_slice(&SCHEME_VERSION.to_le_bytes());
        bytes.push(self.shingle_width);
        bytes.extend_from_slice(&self.window.to_le_bytes());
        match self.profile {
            Profile::Web => {}
            Profile::Ocr => bytes.push(1),
            Profile::Short => bytes.push(2),
            Profile::Code => bytes.push(3),
        }
        RecipeId(hash::bytes(&bytes))
    }

    /// The tokens of `text` under this recipe's profile.
    #[must_use]
    pub fn tokenize(self, text: &str) -> Tokens {
        let words = text::tokenize(text);
        if self.profile == Profile::Ocr { text::letters(text.as_bytes(), &words) } else { words }
    }

    /// Whether things made by `self` and `other` may be compared.
    ///
    /// # Errors
    /// Names the first setting that differs.
    pub fn check(self, other: Self) -> Result<(), RecipeMismatch> {
        if self.profile != other.profile {
            return Err(RecipeMismatch::new("profile", self.profile, other.profile));
        }
        if self.shingle_width != other.shingle_width {
            return Err(RecipeMismatch::new(
                "shingle_width",
                self.shingle_width,
                other.shingle_width,
            ));
        }
        if self.window != other.window {
            return Err(RecipeMismatch::new("window", self.window, other.window));
        }
        Ok(())
    }
}

/// The identity of a [`Recipe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RecipeId(pub u64);

impl fmt::Display for RecipeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
