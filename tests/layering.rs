//! The shape of the source: a module uses only modules above it in the order of `src/lib.rs`, the
//! library is silent, and `unsafe` stays in the kernels and in the mapping of files.

use std::fs;
use std::path::{Path, PathBuf};

/// Rust source without comments, without the content of literals and without test code.
fn code_of(source: &str) -> String {
    without_tests(&without_text(source))
}

/// Replaces comments by a space and literals by an empty string.
fn without_text(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = String::new();
    let mut i = 0;
    while i < chars.len() {
        let word_before = out.chars().last().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if at(i) == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                i += 1;
            }
        } else if at(i) == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            while i < chars.len() {
                if at(i) == '/' && at(i + 1) == '*' {
                    depth += 1;
                    i += 2;
                } else if at(i) == '*' && at(i + 1) == '/' {
                    depth -= 1;
                    i += 2;
                } else {
                    i += 1;
                }
                if depth == 0 {
                    break;
                }
            }
            out.push(' ');
        } else if let Some(hashes) = raw_string_at(&chars, i).filter(|_| !word_before) {
            while at(i) != '"' {
                i += 1;
            }
            i += 1;
            let close = |i: usize| at(i) == '"' && (1..=hashes).all(|h| at(i + h) == '#');
            while i < chars.len() && !close(i) {
                i += 1;
            }
            i += 1 + hashes;
            out.push_str("\"\"");
        } else if at(i) == '"' {
            i += 1;
            while i < chars.len() && at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
            out.push_str("\"\"");
        } else if at(i) == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            // a character, not a lifetime
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < chars.len() && at(i) != '\'' {
                i += 1;
            }
            i += 1;
            out.push_str("' '");
        } else {
            out.push(at(i));
            i += 1;
        }
    }
    out
}

/// Number of `#` of the raw string literal that begins at `i`.
fn raw_string_at(chars: &[char], i: usize) -> Option<usize> {
    let rest = &chars[i..];
    let rest = rest.strip_prefix(&['b']).or(rest.strip_prefix(&['c'])).unwrap_or(rest);
    let rest = rest.strip_prefix(&['r'])?;
    let hashes = rest.iter().take_while(|&&c| c == '#').count();
    (rest.get(hashes) == Some(&'"')).then_some(hashes)
}

/// Cuts every item under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut depth = 0;
        let mut end = rest.len();
        for (i, c) in rest.char_indices() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if depth == 0 && (c == '}' || c == ';') {
                end = i + 1;
                break;
            }
        }
        rest = &rest[end..];
    }
    out + rest
}

/// The first names of all paths that begin at the root of the crate.
fn names_from_root(code: &str, depth: usize) -> Vec<String> {
    let flat: String = code.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ::", "::");
    let flat = flat.replace(":: ", "::");
    let mut out = Vec::new();
    let mut take = |from: usize| {
        let rest = &flat[from..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut name = String::new();
            let mut heads = true;
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        out.push(std::mem::take(&mut name));
                        heads = true;
                    }
                    ':' | ' ' if !name.is_empty() => heads = false,
                    c if heads && (c.is_alphanumeric() || c == '_') => name.push(c),
                    _ => {}
                }
            }
            out.push(name);
        } else {
            out.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    };
    for (at, found) in flat.match_indices("crate::") {
        if !flat[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            take(at + found.len());
        }
    }
    // as many `super` as the file lies deep lead to the root, too
    let up = "super::".repeat(depth);
    for (at, found) in flat.match_indices(&up) {
        if !flat[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            take(at + found.len());
        }
    }
    out.retain(|name| !name.is_empty());
    out
}

/// The modules that `lib.rs` declares, in order.
fn declared(lib: &str) -> Vec<String> {
    let code = code_of(lib);
    let modules = code.lines().filter_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("pub ").or(line.strip_prefix("pub(crate) ")).unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    modules.map(str::to_owned).collect()
}

/// What is wrong with a file of the module `module`.
fn faults(order: &[String], module: &str, depth: usize, source: &str) -> Vec<String> {
    let rank = |name: &str| order.iter().position(|m| m == name);
    let own = rank(module);
    let mut out = Vec::new();
    if own.is_none() {
        out.push(format!("`{module}` is not declared in lib.rs"));
    }
    for name in names_from_root(&code_of(source), depth) {
        match rank(&name) {
            Some(_) if name == module => {}
            Some(other) if Some(other) < own => {}
            Some(_) => out.push(format!("`{module}` uses `{name}`, which stands below it")),
            None => out.push(format!("`{module}` uses `crate::{name}`, which is not a module")),
        }
    }
    out
}

fn files(under: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(under).expect("readable").map(|e| e.expect("readable").path()) {
        if entry.is_dir() {
            files(&entry, out);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            out.push(entry);
        }
    }
}

/// Path below `src` with `/`, and content, of every source file.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&root, &mut paths);
    // what stands in a folder `tests` is compiled for tests only
    paths.retain(|path| !path.components().any(|part| part.as_os_str() == "tests"));
    paths.sort();
    assert!(paths.len() > 10, "only {} files below {}", paths.len(), root.display());
    let parts = |p: &Path| {
        let parts = p.strip_prefix(&root).expect("below").components();
        parts.map(|c| c.as_os_str().to_str().expect("UTF-8").to_owned()).collect::<Vec<_>>()
    };
    paths.iter().map(|p| (parts(p).join("/"), fs::read_to_string(p).expect("UTF-8"))).collect()
}

#[test]
fn modules_use_only_modules_above_them() {
    let sources = sources();
    let lib = &sources.iter().find(|(path, _)| path == "lib.rs").expect("src/lib.rs").1;
    let order = declared(lib);
    assert!(order.len() >= 10, "modules: {order:?}");
    let mut wrong = Vec::new();
    for (path, source) in sources.iter().filter(|(path, _)| path != "lib.rs") {
        let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
        let depth = parts.len() - usize::from(parts.last() == Some(&"mod"));
        let found = faults(&order, parts[0], depth, source);
        wrong.extend(found.into_iter().map(|fault| format!("src/{path}: {fault}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_is_silent_and_safe() {
    const NEVER: [&str; 9] = [
        "println!",
        "print!",
        "eprintln!",
        "eprint!",
        "dbg!",
        "todo!",
        "unimplemented!",
        "std::env",
        "static mut",
    ];
    let mut wrong = Vec::new();
    for (path, source) in sources() {
        let code = code_of(&source);
        for word in NEVER {
            if holds_word(&code, word) {
                wrong.push(format!("src/{path} has {word}"));
            }
        }
        let kernel = path.starts_with("kernel/") || path.starts_with("sketch/kernel/");
        let allowed = kernel || path == "online/storage/map.rs";
        if !allowed && holds_word(&code, "unsafe") {
            wrong.push(format!("src/{path} has unsafe code"));
        }
        for note in ["TODO", "FIXME", "XXX"] {
            if holds_word(&source, note) {
                wrong.push(format!("src/{path} has a note {note}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether `word` stands in `code` by itself, not inside a longer name.
fn holds_word(code: &str, word: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let goes_on = word.ends_with(name) && code[at + word.len()..].starts_with(name);
        !code[..at].ends_with(name) && !goes_on
    })
}

#[test]
fn the_check_sees_what_is_wrong() {
    let order = ["low", "middle", "high"].map(str::to_owned);
    let check = |source: &str| faults(&order, "middle", 1, source);
    assert_eq!(check("use crate::low::A; fn f() { crate::middle::g() }"), [""; 0]);
    assert_eq!(check("use crate::high::A;").len(), 1);
    assert_eq!(check("use crate::{low::{A, high}, high::B};").len(), 1);
    assert_eq!(check("fn f() { crate :: high :: g() }").len(), 1);
    assert_eq!(check("fn f() -> super::high::A {}").len(), 1);
    assert_eq!(check("use crate::Front;").len(), 1);
    assert_eq!(check("pub(crate) fn f() {} // crate::high\n/* crate::high */"), [""; 0]);
    assert_eq!(
        check("const S: &str = \"crate::high\"; const R: &str = r#\"crate::high\"#;"),
        [""; 0]
    );
    assert_eq!(check("fn f<'a>(x: &'a str) { g('\"', '\\''); crate::high::h() }").len(), 1);
    assert_eq!(check("#[cfg(test)]\nmod tests { use crate::high; fn f() {} }"), [""; 0]);
    assert_eq!(check("#[cfg(test)]\nuse crate::high;\nuse crate::low;"), [""; 0]);
    assert_eq!(faults(&order, "middle", 2, "use super::super::high::A;").len(), 1);
    assert_eq!(faults(&order, "middle", 2, "use super::high::A;"), [""; 0]);
    assert_eq!(faults(&order, "other", 1, "").len(), 1);
    assert!(holds_word("{ unsafe { x } }", "unsafe") && !holds_word("unsafe_code", "unsafe"));
    assert!(holds_word("println!()", "println!") && !holds_word("eprintln!()", "println!"));
    assert_eq!(declared("//! x\npub mod a;\n\nmod b;\npub use a::C;\n"), ["a", "b"]);
}
