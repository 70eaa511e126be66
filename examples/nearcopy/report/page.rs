//! The page: its frame, and what is put into it.

use sha2::{Digest, Sha256};
use std::io::{self, Write};

const FRAME: &str = include_str!("assets/report.html");
const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");

/// Writes the frame; each `{{name}}` in it is given to `fill`, which writes what belongs there.
/// What `fill` writes is not looked at again.
pub fn write<W: Write + ?Sized>(
    out: &mut W,
    mut fill: impl FnMut(&mut W, &str) -> io::Result<()>,
) -> io::Result<()> {
    let mut parts = FRAME.split("{{");
    out.write_all(parts.next().unwrap_or_default().as_bytes())?;
    for part in parts {
        let (name, behind) = part.split_once("}}").unwrap_or((part, ""));
        match name {
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            "policy" => out.write_all(policy().as_bytes())?,
            _ => fill(out, name)?,
        }
        out.write_all(behind.as_bytes())?;
    }
    Ok(())
}

/// Nothing is loaded, and of scripts and styles only those of the page itself count, by their hash.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        source(SCRIPT),
        source(STYLE)
    )
}

fn source(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text)))
}

/// Base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, &byte| group << 8 | u32::from(byte));
        let group = group << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            if digit <= chunk.len() {
                out.push(char::from(DIGITS[(group >> (18 - 6 * digit) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}
