//! Outputs are files of their own: none is named twice, and none is read.

use crate::exit::Stop;
use crate::input::{self, args::InputArgs};
use std::path::{Path, PathBuf};

/// Refuses outputs that would take the place of each other, or of what is read: the inputs and `others`,
/// among them the files of folders.
pub fn check<'p>(
    outputs: impl IntoIterator<Item = &'p PathBuf>,
    args: &'p InputArgs,
    others: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<(), Stop> {
    let outputs: Vec<(&Path, PathBuf)> =
        outputs.into_iter().map(|path| (path.as_path(), place(path))).collect();
    for (at, (path, there)) in outputs.iter().enumerate() {
        if let Some((before, _)) = outputs[..at].iter().find(|(_, before)| before == there) {
            return Err(Stop::Usage(format!(
                "two of the outputs name one file: {} and {}",
                before.display(),
                path.display()
            )));
        }
    }
    let read: Vec<&PathBuf> = args.paths.iter().chain(others).collect();
    // a device or a pipe is not replaced
    for (path, there) in outputs.iter().filter(|(_, there)| there.is_file()) {
        if input::reads(args, &read, there)? {
            return Err(Stop::Usage(format!(
                "the output {} is also read, and would be lost; name another file",
                path.display()
            )));
        }
    }
    Ok(())
}

/// The path without links and detours, also of a file that is not there yet.
fn place(path: &Path) -> PathBuf {
    let of_new = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(of_new).unwrap_or_else(|| path.to_owned())
}
