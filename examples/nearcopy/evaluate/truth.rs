//! What is right: the file of groups or pairs, and how it is joined with what was read.

use super::args::TruthArgs;
use super::script;
use crate::exit::Stop;
use crate::input::{Corpus, open};
use crate::layout::{clean, count};
use nearcopy::evaluate::Truth;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::path::Path;

/// The documents that are scored, and everything known of them.
pub struct Labelled {
    /// Positions in the corpus, in order.
    pub docs: Vec<usize>,
    pub truth: Truth,
    /// The group of each document, where the truth has groups.
    pub groups: Option<Vec<u32>>,
    /// The pairs that match, where the truth has pairs.
    pub pairs: Vec<(u32, u32)>,
    pub kinds: Option<Kinds>,
    pub hosts: Vec<Option<u32>>,
    pub languages: Names,
    pub language_of: Vec<Option<u32>>,
    pub words: Vec<u32>,
    /// Ids of the input that the truth lacks, and the other way round.
    pub left_out: [u64; 2],
}

pub struct Kinds {
    pub names: Names,
    pub of: Vec<u32>,
    /// The kind that the others are compared with.
    pub reference: u32,
}

/// Names by number, in order of the names.
#[derive(Default)]
pub struct Names(Vec<String>);

impl Names {
    fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut all: Vec<String> = names.map(str::to_owned).collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.0.binary_search_by(|n| n.as_str().cmp(name)).ok().map(|at| at as u32)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// What the truth says of a document.
struct Label {
    group: String,
    kind: Option<String>,
    host: Option<String>,
    language: Option<String>,
}

enum File {
    Groups(HashMap<String, Label>),
    Pairs(Vec<(String, String)>),
}

/// Lines of a file, with their numbers from 1.
fn lines(path: &Path) -> Result<Vec<(usize, String)>, Stop> {
    let name = path.display();
    let failed = |e: &std::io::Error| Stop::Refused(format!("{name}: {}", open::explain(e)));
    let mut input = open::open(path).map_err(|e| failed(&e))?.input;
    let mut out = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|e| failed(&e))? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
        if !text.trim().is_empty() {
            out.push((number, text.to_owned()));
        }
    }
    Ok(out)
}

fn read_file(args: &TruthArgs) -> Result<File, Stop> {
    let lines = lines(&args.truth)?;
    let name = args.truth.display();
    let Some((_, first)) = lines.first() else {
        return Err(Stop::NothingToDo(format!("{name} is empty: no truth to evaluate by")));
    };
    if first.trim_start().starts_with('{') {
        return Ok(File::Groups(read_groups(args, &lines)?));
    }
    let pairs = columns(&args.truth, &lines, [["id_a", "a"], ["id_b", "b"]])?;
    if pairs.is_empty() {
        return Err(Stop::NothingToDo(format!("{name} holds no pair: no truth to evaluate by")));
    }
    Ok(File::Pairs(pairs))
}

/// Two columns of a table with a header, each under one of two names.
fn columns(
    path: &Path,
    lines: &[(usize, String)],
    names: [[&str; 2]; 2],
) -> Result<Vec<(String, String)>, Stop> {
    let header: Vec<&str> = lines.first().map_or(Vec::new(), |(_, l)| l.split('\t').collect());
    let at = |names: [&str; 2]| {
        names.iter().find_map(|name| header.iter().position(|column| column.trim() == *name))
    };
    let (Some(a), Some(b)) = (at(names[0]), at(names[1])) else {
        return Err(Stop::Refused(format!(
            "{}: expected JSON lines, or a table with tabs and the columns {} and {} in its first line",
            path.display(),
            names[0][0],
            names[1][0]
        )));
    };
    lines[1..]
        .iter()
        .map(|(number, line)| {
            let cells: Vec<&str> = line.split('\t').collect();
            match (cells.get(a), cells.get(b)) {
                (Some(a), Some(b)) if !a.is_empty() && !b.is_empty() => {
                    Ok(((*a).to_owned(), (*b).to_owned()))
                }
                _ => {
                    let what = format!("expected the columns {} and {}", names[0][0], names[1][0]);
                    Err(Stop::Refused(format!("{}:{number}: {what}", path.display())))
                }
            }
        })
        .collect()
}

fn read_groups(
    args: &TruthArgs,
    lines: &[(usize, String)],
) -> Result<HashMap<String, Label>, Stop> {
    let mut out = HashMap::with_capacity(lines.len());
    for (number, line) in lines {
        let wrong =
            |what: String| Stop::Refused(format!("{}:{number}: {what}", args.truth.display()));
        let fields: Map<String, Value> = serde_json::from_str(line)
            .map_err(|e| wrong(format!("{e}; expected one JSON object a line")))?;
        let needed = |field: &str, option: &str| {
            name_of(fields.get(field)).ok_or_else(|| {
                wrong(format!("no field `{}` with a name or number; see {option}", clean(field)))
            })
        };
        let id = needed(&args.truth_id_field, "--truth-id-field")?;
        let group = needed(&args.group_field, "--group-field")?;
        let host = filled(name_of(fields.get(&args.host_field)))
            .or_else(|| host_of(fields.get("url")?.as_str()?));
        let language = filled(name_of(fields.get(&args.lang_field)))
            .map(|tag| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase());
        let kind = filled(name_of(fields.get(&args.kind_field)));
        if out.insert(id.clone(), Label { group, kind, host, language }).is_some() {
            let what = format!("the id {} stands there twice", clean(&id));
            return Err(wrong(what));
        }
    }
    Ok(out)
}

/// A name or number as text.
fn name_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(name) => Some(name.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn filled(name: Option<String>) -> Option<String> {
    name.filter(|name| !name.is_empty())
}

/// The host of an address.
fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    filled(Some(host.to_owned()))
}

/// Reads the truth and joins it with what was read.
pub fn label(args: &TruthArgs, corpus: &Corpus) -> Result<Labelled, Stop> {
    let file = read_file(args)?;
    let place: HashMap<&str, usize> =
        corpus.records.iter().enumerate().map(|(at, r)| (&*r.id, at)).collect();
    let (unknown, missing) = match &file {
        File::Groups(labels) => (
            corpus.records.iter().map(|r| &*r.id).filter(|id| !labels.contains_key(*id)).collect(),
            labels.keys().map(|id| &**id).filter(|id| !place.contains_key(id)).collect(),
        ),
        File::Pairs(pairs) => {
            let ids = pairs.iter().flat_map(|(a, b)| [&**a, &**b]);
            (Vec::new(), ids.filter(|id| !place.contains_key(id)).collect())
        }
    };
    let left_out = check_ids(args, unknown, missing)?;
    match file {
        File::Groups(labels) => {
            let labels: Vec<(usize, &Label)> = corpus
                .records
                .iter()
                .enumerate()
                .filter_map(|(at, r)| Some((at, labels.get(&*r.id)?)))
                .collect();
            let groups = Names::of(labels.iter().map(|(_, l)| &*l.group));
            let number = |name: &str| groups.number(name).expect("listed");
            let group_of: Vec<u32> = labels.iter().map(|(_, l)| number(&l.group)).collect();
            let mut truth = Truth::groups(&group_of);
            if let Some(path) = &args.overlaps {
                let names = [["group_a", "a"], ["group_b", "b"]];
                let pairs = columns(path, &lines(path)?, names)?;
                // groups that are not here cannot be mistaken for each other
                let known =
                    pairs.iter().filter_map(|(a, b)| groups.number(a).zip(groups.number(b)));
                truth = truth.ignoring(known);
            }
            let of = |at: usize| Some(labels[at].1);
            let docs: Vec<usize> = labels.iter().map(|(at, _)| *at).collect();
            let mut out = describe(args, corpus, docs, truth, left_out, &of);
            out.groups = Some(group_of);
            Ok(out)
        }
        File::Pairs(pairs) => {
            if args.overlaps.is_some() {
                let what = "--overlaps names groups, and the truth is a table of pairs";
                return Err(Stop::Usage(what.to_owned()));
            }
            let place = |id: &str| place.get(id).map(|&at| at as u32);
            let pairs: Vec<(u32, u32)> =
                pairs.iter().filter_map(|(a, b)| place(a).zip(place(b))).collect();
            let docs: Vec<usize> = (0..corpus.records.len()).collect();
            let truth = Truth::pairs(docs.len(), pairs.iter().copied());
            let mut out = describe(args, corpus, docs, truth, left_out, &|_| None);
            out.pairs = pairs;
            Ok(out)
        }
    }
}

/// Refuses ids that only one side has, unless that is what was asked for.
fn check_ids(
    args: &TruthArgs,
    unknown: Vec<&str>,
    mut missing: Vec<&str>,
) -> Result<[u64; 2], Stop> {
    missing.sort_unstable();
    missing.dedup();
    let left_out = [unknown.len() as u64, missing.len() as u64];
    if args.partial || left_out == [0, 0] {
        return Ok(left_out);
    }
    let truth = args.truth.display();
    let mut parts = Vec::new();
    if let Some(first) = unknown.first() {
        let many = count(left_out[0], "document is", "documents are");
        parts.push(format!("{many} not in {truth}, the first {}", clean(first)));
    }
    if let Some(first) = missing.first() {
        let many = count(left_out[1], "id", "ids");
        parts.push(format!("{many} of {truth} not in the input, such as {}", clean(first)));
    }
    parts.push("name the same documents, or score those in both with --partial".to_owned());
    Err(Stop::Refused(parts.join("\n")))
}

fn describe<'l>(
    args: &TruthArgs,
    corpus: &Corpus,
    docs: Vec<usize>,
    truth: Truth,
    left_out: [u64; 2],
    label: &dyn Fn(usize) -> Option<&'l Label>,
) -> Labelled {
    let all = || 0..docs.len();
    let text = |at: usize| corpus.held_text(docs[at]);
    let host = |at: usize| {
        let known = label(at).and_then(|l| l.host.as_deref());
        known.or(corpus.records[docs[at]].site.as_deref())
    };
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let hosts = all()
        .map(|at| {
            let next = numbers.len() as u32;
            host(at).map(|name| *numbers.entry(name).or_insert(next))
        })
        .collect();
    let language: Vec<String> = all()
        .map(|at| match label(at).and_then(|l| l.language.clone()) {
            Some(language) => language,
            None => script::of(text(at)).to_owned(),
        })
        .collect();
    let languages = Names::of(language.iter().map(String::as_str));
    let language_of = language.iter().map(|name| languages.number(name)).collect();
    let kind = |at: usize| label(at).and_then(|l| l.kind.as_deref()).unwrap_or("?");
    let names = Names::of(all().map(kind));
    let kinds = names.number(&args.reference_kind).map(|reference| {
        let of = all().map(|at| names.number(kind(at)).expect("listed")).collect();
        Kinds { of, reference, names }
    });
    let words = all().map(|at| nearcopy::text::tokenize(text(at)).len() as u32).collect();
    Labelled {
        docs,
        truth,
        groups: None,
        pairs: Vec::new(),
        kinds,
        hosts,
        languages,
        language_of,
        words,
        left_out,
    }
}
