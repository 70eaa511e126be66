//! All that must be equal before two sketches, fingerprints or index files may be compared.
//!
//! A [`Recipe`] fixes how a text becomes tokens, shingles and fingerprints. Its [`id`](Recipe::id)
//! travels with everything made from it; bringing together things made with different recipes is a
//! [`RecipeMismatch`] that names the first setting that differs.

use crate::error::{ConfigError, RecipeMismatch};
use crate::hash;

/// Version of tokenisation, normalisation (Unicode 15.0), token and shingle hashes.
///
/// Raised whenever any produced hash changes, which is a breaking change.
pub const SCHEME_VERSION: u16 = 1;

/// Settings that fix every produced hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RecipeFields", into = "RecipeFields"))]
pub struct Recipe {
    shingle_width: u8,
    window: u32,
}

/// A recipe's fields as they are serialised; read back through validation.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct RecipeFields {
    scheme: u16,
    shingle_width: u8,
    window: u32,
}

#[cfg(feature = "serde")]
impl From<Recipe> for RecipeFields {
    fn from(recipe: Recipe) -> Self {
        Self { scheme: SCHEME_VERSION, shingle_width: recipe.shingle_width, window: recipe.window }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<RecipeFields> for Recipe {
    type Error = ConfigError;

    fn try_from(fields: RecipeFields) -> Result<Self, ConfigError> {
        if fields.scheme != SCHEME_VERSION {
            return Err(ConfigError::new("scheme", fields.scheme, "1, the scheme of this version"));
        }
        Self::new(fields.shingle_width, fields.window)
    }
}

impl Default for Recipe {
    /// Shingles of five words, winnowing window of 16 shingles.
    fn default() -> Self {
        Self { shingle_width: 5, window: 16 }
    }
}

impl Recipe {
    /// A recipe of `shingle_width` words a shingle (1 to 32) and a winnowing window of `window`
    /// shingles (1 to 4096).
    ///
    /// # Errors
    /// If a setting is out of range.
    pub fn new(shingle_width: u8, window: u32) -> Result<Self, ConfigError> {
        if !(1..=32).contains(&shingle_width) {
            return Err(ConfigError::new("shingle_width", shingle_width, "1 to 32 words"));
        }
        if !(1..=4096).contains(&window) {
            return Err(ConfigError::new("window", window, "1 to 4096 shingles"));
        }
        Ok(Self { shingle_width, window })
    }

    /// Words a shingle.
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
    /// their declaration. Equal ids mean comparable sketches.
    #[must_use]
    pub fn id(self) -> RecipeId {
        let mut bytes = Vec::with_capacity(16);
        bytes.extend_from_slice(&SCHEME_VERSION.to_le_bytes());
        bytes.push(self.shingle_width);
        bytes.extend_from_slice(&self.window.to_le_bytes());
        RecipeId(hash::bytes(&bytes))
    }

    /// Whether things made by `self` and `other` may be compared.
    ///
    /// # Errors
    /// Names the first setting that differs.
    pub fn check(self, other: Self) -> Result<(), RecipeMismatch> {
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

impl std::fmt::Display for RecipeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
