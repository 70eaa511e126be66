//! What shells and the manual know of the command line.

use crate::cli::Cli;
use crate::exit::{Done, Stop};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Writes the completions of a shell.
pub fn completions(args: &CompletionsArgs) -> Result<Done, Stop> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "nearcopy", &mut out);
    write(&out)
}

/// Writes the manual: one page, the commands one behind the other.
pub fn man() -> Result<Done, Stop> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut out = Vec::new();
    let failed = |e: io::Error| Stop::writing("standard output", &e);
    let page = clap_mangen::Man::new(command.clone()).title("NEARCOPY");
    page.render_title(&mut out).map_err(failed)?;
    page.render_name_section(&mut out).map_err(failed)?;
    page.render_synopsis_section(&mut out).map_err(failed)?;
    page.render_description_section(&mut out).map_err(failed)?;
    page.render_options_section(&mut out).map_err(failed)?;
    for sub in command.get_subcommands() {
        let page = clap_mangen::Man::new(sub.clone());
        let mut section = Vec::new();
        page.render_synopsis_section(&mut section).map_err(failed)?;
        page.render_description_section(&mut section).map_err(failed)?;
        page.render_options_section(&mut section).map_err(failed)?;
        writeln!(out, ".SH \"NEARCOPY {}\"", sub.get_name().to_uppercase()).map_err(failed)?;
        // what is a section of a page of its own is a part of this one
        let section = String::from_utf8_lossy(&section);
        for line in section.lines() {
            let line =
                line.strip_prefix(".SH ").map_or(line.to_owned(), |name| format!(".SS {name}"));
            writeln!(out, "{line}").map_err(failed)?;
        }
    }
    page.render_extra_section(&mut out).map_err(failed)?;
    page.render_version_section(&mut out).map_err(failed)?;
    write(&out)
}

fn write(bytes: &[u8]) -> Result<Done, Stop> {
    let mut out = io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.map(|()| Done::All).map_err(|e| Stop::writing("standard output", &e))
}
