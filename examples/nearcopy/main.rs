//! Near-duplicate documents at the command line: `nearcopy cluster`, `compare`, `dedup` and others.
//!
//! A thin shell over the library's public interface: `input` reads files, `cluster`, `compare` and
//! `dedup` are the commands, `layout` and `words` shape what is printed, `output` writes it.

mod apart;
mod batch;
mod cli;
mod cluster;
mod compare;
mod dates;
mod dedup;
mod evaluate;
mod exit;
mod explain;
#[cfg(feature = "online")]
mod index;
mod input;
mod layout;
mod manifest;
mod output;
mod params;
#[cfg(feature = "parquet")]
mod parquet;
mod plot;
mod problems;
mod progress;
mod records;
mod report;
mod shell;
mod stream;
mod table;
mod title;
mod words;

use clap::Parser;
use cli::{Cli, Color, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::AlwaysAnsi.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    output::on_interrupt();
    let result = match &cli.command {
        Command::Cluster(args) => cluster::run(&cli, args),
        Command::Compare(args) => compare::run(&cli, args),
        Command::Dedup(args) => dedup::run(&cli, args),
        Command::Report(args) => report::run(&cli, args),
        Command::Evaluate(args) => evaluate::run(&cli, args),
        Command::ExplainParams(args) => params::run(&cli, args),
        Command::Completions(args) => shell::completions(args),
        Command::Man => shell::man(),
        Command::CheckManifest { manifest } => manifest::check::run(manifest, cli.quiet),
        #[cfg(feature = "online")]
        Command::Index(args) => index::run(&cli, args),
    };
    match result {
        Ok(done) => done.into(),
        Err(stop) => {
            let (code, message) = stop.code_and_message();
            if let Some(message) = message {
                problems::say("error", &message);
            }
            code.into()
        }
    }
}
