//! A recipe: its range, its identity, and what differs between two.

use nearcopy::recipe::{Recipe, RecipeId, SCHEME_VERSION};

#[test]
fn settings_have_a_range() {
    for width in 0..=u8::MAX {
        let made = Recipe::new(width, 16);
        assert_eq!(made.is_ok(), (1..=32).contains(&width), "width {width}");
        match made {
            Ok(recipe) => assert_eq!((recipe.shingle_width(), recipe.window()), (width, 16)),
            Err(error) => {
                assert_eq!(error.setting(), "shingle_width");
                assert_eq!(
                    error.to_string(),
                    format!("shingle_width is {width}, expected 1 to 32 words")
                );
            }
        }
    }
    for window in (0..5000).chain([u32::MAX]) {
        let made = Recipe::new(5, window);
        assert_eq!(made.is_ok(), (1..=4096).contains(&window), "window {window}");
        if let Err(error) = made {
            assert_eq!(error.setting(), "window");
            assert_eq!(
                error.to_string(),
                format!("window is {window}, expected 1 to 4096 shingles")
            );
        }
    }
}

#[test]
fn the_id_tells_recipes_apart_and_nothing_else() {
    let mut seen = std::collections::HashMap::new();
    for width in 1..=32 {
        for window in 1..=4096 {
            let recipe = Recipe::new(width, window).unwrap();
            assert_eq!(seen.insert(recipe.id(), recipe), None);
        }
    }
    // the written rule: version, width and window, little-endian, hashed
    let mut bytes = SCHEME_VERSION.to_le_bytes().to_vec();
    bytes.push(7);
    bytes.extend(300u32.to_le_bytes());
    assert_eq!(Recipe::new(7, 300).unwrap().id(), RecipeId(nearcopy::hash::bytes(&bytes)));
    assert_eq!(RecipeId(0xAB).to_string(), "00000000000000ab");
}

#[test]
fn a_mismatch_names_the_setting_and_both_values() {
    let recipe = |width, window| Recipe::new(width, window).unwrap();
    assert_eq!(recipe(5, 16).check(recipe(5, 16)), Ok(()));
    let error = recipe(5, 16).check(recipe(6, 32)).unwrap_err();
    assert_eq!((error.field, &*error.left, &*error.right), ("shingle_width", "5", "6"));
    let error = recipe(5, 16).check(recipe(5, 32)).unwrap_err();
    assert_eq!((error.field, &*error.left, &*error.right), ("window", "16", "32"));
    let said = error.to_string();
    for part in ["window", "16", "32", "same recipe"] {
        assert!(said.contains(part), "{said}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn serialised_recipes_are_checked() {
    let recipe = Recipe::new(7, 300).unwrap();
    let json = serde_json::to_string(&recipe).unwrap();
    assert_eq!(json, r#"{"scheme":1,"shingle_width":7,"window":300}"#);
    assert_eq!(serde_json::from_str::<Recipe>(&json).unwrap(), recipe);
    for (bad, word) in [
        (r#"{"scheme":2,"shingle_width":7,"window":300}"#, "scheme"),
        (r#"{"scheme":1,"shingle_width":0,"window":300}"#, "shingle_width"),
        (r#"{"scheme":1,"shingle_width":33,"window":300}"#, "shingle_width"),
        (r#"{"scheme":1,"shingle_width":7,"window":0}"#, "window"),
        (r#"{"scheme":1,"shingle_width":7,"window":4097}"#, "window"),
        (r#"{"shingle_width":7,"window":300}"#, "scheme"),
        (r#"{"scheme":1,"shingle_width":7}"#, "window"),
    ] {
        let error = serde_json::from_str::<Recipe>(bad).unwrap_err().to_string();
        assert!(error.contains(word), "{bad}: {error}");
    }
    let id = recipe.id();
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(serde_json::from_str::<RecipeId>(&json).unwrap(), id);
}
