//! `nearcopy check-manifest`: whether the files are those of the run.

use super::{LAYOUT, hex};
use crate::exit::{Done, Stop};
use crate::input::meter::{self, Digest};
use crate::layout::{clean, count};
use crate::output::Printer;
use crate::problems::say;
use nearcopy::Recipe;
use serde::Deserialize;
use std::io;
use std::path::Path;

/// Of a manifest, what can be checked.
#[derive(Debug, Deserialize)]
struct Told {
    layout: u32,
    program: ProgramTold,
    recipe: RecipeTold,
    input: InputTold,
    outputs: Vec<FileTold>,
}

#[derive(Debug, Deserialize)]
struct ProgramTold {
    version: String,
}

#[derive(Debug, Deserialize)]
struct RecipeTold {
    id: String,
}

#[derive(Debug, Deserialize)]
struct InputTold {
    files: Vec<FileTold>,
}

#[derive(Debug, Deserialize)]
struct FileTold {
    name: String,
    bytes: Option<u64>,
    xxh3_128: Option<String>,
}

/// Compares the files that the manifest at `path` names, and the recipe.
pub fn run(path: &Path, quiet: bool) -> Result<Done, Stop> {
    let name = clean(&path.to_string_lossy());
    let wrong = |what: String| Stop::Refused(format!("{name}: {what}"));
    let text = std::fs::read(path).map_err(|e| wrong(crate::input::open::explain(&e)))?;
    let told: Told = serde_json::from_slice(&text)
        .map_err(|e| wrong(format!("is no manifest of nearcopy: {}", clean(&e.to_string()))))?;
    if told.layout != LAYOUT {
        let what = format!("has layout {}, this build reads {LAYOUT}", told.layout);
        return Err(wrong(what));
    }
    let mut same = true;
    Printer::data(None).print(|out| {
        for (what, files) in [("input", &told.input.files), ("output", &told.outputs)] {
            for file in files {
                let found = meter::of_file(Path::new(&file.name));
                let verdict = verdict(file, &found);
                same &= verdict.is_none();
                let verdict = verdict.unwrap_or_else(|| "unchanged".to_owned());
                writeln!(out, "{what:<6}  {}: {verdict}", clean(&file.name))?;
            }
        }
        Ok(())
    })?;
    let (version, recipe) = (env!("CARGO_PKG_VERSION"), Recipe::default().id().0);
    if !quiet && told.program.version != version {
        let what =
            format!("the run was made by nearcopy {}, this is {version}", told.program.version);
        say("note", &clean(&what));
    }
    if told.recipe.id != format!("{recipe:016x}") {
        same = false;
        let what = format!(
            "the run had recipe {}, this build has {recipe:016x}: it may find other matches",
            told.recipe.id
        );
        say("error", &clean(&what));
    }
    Ok(if same { Done::All } else { Done::Partly })
}

/// How a file differs from what was told of it; none where it does not.
fn verdict(told: &FileTold, found: &io::Result<Digest>) -> Option<String> {
    let (Some(bytes), Some(digest)) = (told.bytes, &told.xxh3_128) else {
        return Some("cannot be checked, it was a pipe".to_owned());
    };
    match found {
        Err(error) => Some(crate::input::open::explain(error)),
        Ok(found) if found.bytes != bytes => {
            let found = count(found.bytes, "byte", "bytes");
            Some(format!("changed: {found}, expected {}", crate::layout::number(bytes)))
        }
        Ok(found) if hex(found.xxh3) != *digest => Some("changed: other bytes".to_owned()),
        Ok(_) => None,
    }
}
