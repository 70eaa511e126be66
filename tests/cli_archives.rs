//! Web archives: which records become documents, and what damage costs.

mod cli;

use cli::{article, file, folder, gzip, run, zstd};
use std::io::Write;
use std::path::Path;

fn ids(run: &cli::Run) -> Vec<String> {
    run.json().iter().map(|d| d["id"].as_str().expect("id").to_owned()).collect()
}

#[track_caller]
fn read(path: &str, more: &[&str], code: i32) -> cli::Run {
    run(["cluster", path, "--format", "json"].iter().chain(more)).code(code)
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

/// A WARC record.
fn warc(kind: &str, uri: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\n\
         WARC-Record-ID: <urn:uuid:{}>\r\nWARC-Date: 2024-05-01T00:00:00Z\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        uri.len(),
        body.len()
    )
    .into_bytes();
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n\r\n");
    out
}

/// An HTTP response.
fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes();
    out.extend_from_slice(body);
    out
}

/// A response record that carries `text` as plain text.
fn page(uri: &str, text: &str) -> Vec<u8> {
    let body = http("200 OK", "Content-Type: text/plain; charset=utf-8\r\n", text.as_bytes());
    warc("response", uri, "application/http; msgtype=response", &body)
}

fn url(n: usize) -> String {
    format!("http://www.example.org/{n}")
}

/// Pages 0..n behind the records that go before them.
fn records(n: usize) -> Vec<Vec<u8>> {
    let mut out = vec![warc("warcinfo", "", "application/warc-fields", b"software: x\r\n")];
    for n in 0..n {
        let request = b"GET / HTTP/1.1\r\n\r\n";
        out.push(warc("request", &url(n), "application/http; msgtype=request", request));
        out.push(page(&url(n), &article(n)));
    }
    out
}

#[test]
fn one_archive_in_every_packing() {
    let dir = folder();
    let records = records(6);
    let plain = records.concat();
    let expected: Vec<String> = (0..6).map(url).collect();
    let members: Vec<u8> = records.iter().flat_map(|record| gzip(record)).collect();
    let frames: Vec<u8> = records.iter().flat_map(|record| zstd(record, 20)).collect();
    let bare = String::from_utf8(plain.clone()).expect("UTF-8").replace("\r\n\r\nWARC", "\r\nWARC");
    let bare = bare.into_bytes();
    for (name, bytes) in [
        ("plain.warc", plain.clone()),
        ("members.warc.gz", members.clone()),
        ("one-member.warc.gz", gzip(&plain)),
        ("frames.warc.zst", frames),
        ("unnamed", plain.clone()),
        ("wrong-name.txt", members.clone()),
        ("padded.warc.gz", [members, vec![0; 512]].concat()),
        ("one-blank-line.warc", bare),
    ] {
        let found = read(&file(&dir, name, bytes), &[], 0);
        assert_eq!(ids(&found), expected, "{name}: {}", found.stderr);
        says(&found.stderr, &["being no pages (requests, metadata, revisits and such): 7"]);
    }
    let piped = cli::run_with_input(["cluster", "-", "--format", "json"], &plain).code(0);
    assert_eq!(ids(&piped), expected);
    let named = read(&file(&dir, "ids.warc", &plain), &["--id-field", "WARC-Record-ID"], 4);
    says(&named.stderr, &["urn:uuid:24"]);
}

#[test]
fn bodies_are_taken_out_of_their_encodings() {
    let dir = folder();
    let text = article(3);
    let chunks = |body: &[u8]| -> Vec<u8> {
        let mut out = Vec::new();
        for part in body.chunks(100) {
            out.extend(format!("{:x};x=y\r\n", part.len()).bytes());
            out.extend_from_slice(part);
            out.extend(b"\r\n");
        }
        out.extend(b"0\r\n\r\n");
        out
    };
    let deflate = |zlib: bool| {
        let level = flate2::Compression::default();
        if zlib {
            let mut out = flate2::write::ZlibEncoder::new(Vec::new(), level);
            out.write_all(text.as_bytes()).expect("packed");
            out.finish().expect("packed")
        } else {
            let mut out = flate2::write::DeflateEncoder::new(Vec::new(), level);
            out.write_all(text.as_bytes()).expect("packed");
            out.finish().expect("packed")
        }
    };
    let plain = text.clone().into_bytes();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("", plain.clone()),
        ("Transfer-Encoding: chunked\r\n", chunks(&plain)),
        ("transfer-encoding: Chunked\r\nContent-Encoding: gzip\r\n", chunks(&gzip(&plain))),
        ("Content-Encoding: gzip\r\n", gzip(&plain)),
        ("Content-Encoding: deflate\r\n", deflate(true)),
        ("Content-Encoding: deflate\r\n", deflate(false)),
        ("Content-Encoding: zstd\r\n", zstd(&plain, 20)),
        // headers of a crawler that joined and unpacked
        ("Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", plain.clone()),
        ("Content-Encoding: identity\r\nX-Folded: a\r\n b\r\n", plain.clone()),
        ("Content-Type: text/plain; charset=\"UTF-16BE\"\r\n", wide),
    ];
    let count = cases.len();
    let mut archive = Vec::new();
    for (n, (headers, body)) in cases.into_iter().enumerate() {
        let kind =
            if headers.contains("Content-Type") { "" } else { "Content-Type: text/plain\r\n" };
        let body = http("200 OK", &format!("{kind}{headers}"), &body);
        archive.extend(warc("response", &url(n), "application/http", &body));
    }
    let found = read(&file(&dir, "in.warc", &archive), &[], 0);
    let documents = found.json();
    assert_eq!(documents.len(), count);
    for document in &documents[1..] {
        let same =
            document["relation"].is_null() || document["difference"] == "the same, byte for byte";
        assert!(same && document["size"] == count, "{document}");
    }
    // the end is missing: what there is, is used and told
    let cut = gzip(&plain);
    let cut = http("200 OK", "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", &cut[..300]);
    let short = http(
        "200 OK",
        "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n",
        b"5\r\nwords\r\nffff\r\nonly",
    );
    let archive = [
        warc("response", "http://a/", "application/http", &cut),
        warc("response", "http://b/", "application/http", &short),
    ]
    .concat();
    let found = read(&file(&dir, "cut.warc", archive), &[], 0);
    says(&found.stderr, &["packed bodies that are cut off", "chunks that do not fit"]);
    // what cannot be unpacked
    let odd = http("200 OK", "Content-Type: text/plain\r\nContent-Encoding: compress\r\n", b"x");
    let odd = file(&dir, "odd.warc", warc("response", "http://a/", "application/http", &odd));
    says(&read(&odd, &[], 3).stderr, &["odd.warc:1", "encoded as compress"]);
    // a bomb
    let bomb = http(
        "200 OK",
        "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n",
        &gzip(&vec![b'x'; 8 << 20]),
    );
    let bomb = file(&dir, "bomb.warc", warc("response", "http://a/", "application/http", &bomb));
    says(&read(&bomb, &["--max-record", "4"], 3).stderr, &["bomb.warc:1", "longer than 4 MiB"]);
}

#[test]
fn only_pages_and_texts_are_documents() {
    let dir = folder();
    let text = article(1);
    let response = |n: usize, status: &str, kind: &str| {
        let body = http(status, &format!("Content-Type: {kind}\r\n"), text.as_bytes());
        warc("response", &url(n), "application/http", &body)
    };
    let archive = [
        response(0, "200 OK", "text/plain"),
        response(1, "404 Not Found", "text/plain"),
        response(2, "301 Moved", "text/plain"),
        response(3, "200 OK", "image/png"),
        response(4, "200 OK", "application/json"),
        warc("revisit", &url(5), "application/http", &http("200 OK", "", b"")),
        warc("metadata", &url(6), "text/plain", text.as_bytes()),
        warc("conversion", &url(7), "text/plain", text.as_bytes()),
        warc("resource", &format!("<{}>", url(8)), "text/plain", text.as_bytes()),
        warc("resource", "metadata://crawler/log.txt", "text/plain", text.as_bytes()),
        warc("response", "dns:example.org", "text/dns", b"x"),
    ]
    .concat();
    let found = read(&file(&dir, "in.warc", archive), &[], 0);
    assert_eq!(ids(&found), [url(0), url(7), url(8)]);
    says(&found.stderr, &["not being 2xx: 2", "neither HTML nor text: 2", "being no pages"]);
    let wat = warc("metadata", &url(1), "application/json", b"{}");
    let found = read(&file(&dir, "in.warc.wat", wat), &[], 3);
    says(&found.stderr, &["no pages or texts", "1 metadata"]);
    let empty = file(&dir, "empty.warc", "");
    says(&read(&empty, &[], 3).stderr, &["holds no records"]);
    let none = file(&dir, "none.warc", "no archive at all\n");
    says(&read(&none, &[], 3).stderr, &["no record where one was expected"]);
}

#[test]
fn broken_records_cost_only_themselves() {
    let dir = folder();
    let records = records(6);
    let all: Vec<String> = (0..6).map(url).collect();
    let without =
        |gone: &[usize]| -> Vec<String> { (0..6).filter(|n| !gone.contains(n)).map(url).collect() };
    // page n is record 2 n + 2
    let with = |n: usize, f: &dyn Fn(&str) -> String| {
        let mut records = records.clone();
        let text = String::from_utf8(records[2 * n + 2].clone()).expect("UTF-8");
        records[2 * n + 2] = f(&text).into_bytes();
        records.concat()
    };
    let length = |text: &str, by: i64| {
        let at = text.find("Content-Length: ").expect("header") + 16;
        let end = at + text[at..].find('\r').expect("end");
        let n: i64 = text[at..end].parse().expect("number");
        format!("{}{}{}", &text[..at], n + by, &text[end..])
    };
    let none = |text: &str| text.replacen("Content-Length", "X-Length", 1);
    let cases: [(&str, Vec<u8>, Vec<String>, &str); 6] = [
        ("short.warc", with(2, &|t| length(t, -400)), all.clone(), "belong to no record"),
        ("no-length.warc", with(2, &none), without(&[2]), "no Content-Length"),
        (
            "odd-length.warc",
            with(2, &|t| t.replacen("Content-Length: ", "Content-Length: x", 1)),
            without(&[2]),
            "as `x",
        ),
        (
            "garbage.warc",
            with(2, &|t| format!("???\nGARBAGE\n{t}")),
            all.clone(),
            "belong to no record",
        ),
        (
            "no-http.warc",
            with(2, &|t| t.replacen("HTTP/1.1 200", "XXXX/1.1 200", 1)),
            without(&[2]),
            "no HTTP response",
        ),
        (
            "cut.warc",
            {
                let all = records.concat();
                all[..all.len() - 300].to_vec()
            },
            without(&[5]),
            "is cut off",
        ),
    ];
    for (name, bytes, expected, word) in cases {
        let found = read(&file(&dir, name, &bytes), &[], 1);
        assert_eq!(ids(&found), expected, "{name}: {}", found.stderr);
        says(&found.stderr, &[name, word]);
        let packed = file(&dir, &format!("{name}.gz"), gzip(&bytes));
        assert_eq!(ids(&read(&packed, &[], 1)), expected, "{name} in one member");
    }
    // damage inside a member, and a member that is gone in the middle
    let members: Vec<Vec<u8>> = records.iter().map(|record| gzip(record)).collect();
    for (name, from, to) in [("zeros", 100, 140), ("head", 0, 6), ("checksum", usize::MAX, 0)] {
        let mut members = members.clone();
        let member = &mut members[6];
        let end = member.len();
        let range = if from == usize::MAX { end - 8..end - 4 } else { from..to };
        member[range].fill(0x5a);
        let found = read(&file(&dir, &format!("{name}.warc.gz"), members.concat()), &[], 1);
        let expected = if name == "checksum" { all.clone() } else { without(&[2]) };
        assert_eq!(ids(&found), expected, "{name}: {}", found.stderr);
        says(&found.stderr, &["error: "]);
    }
    let mut cut = members.concat();
    cut.truncate(cut.len() - 50);
    let found = read(&file(&dir, "cut.warc.gz", cut), &[], 1);
    assert_eq!(ids(&found), without(&[5]), "{}", found.stderr);
    // any one byte changed or any end cut off: an answer or a word, never a crash
    let bytes = members[..5].concat();
    for at in (0..bytes.len()).step_by(37) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0xff;
        run(["cluster", &file(&dir, "changed.warc.gz", &bytes)]);
        run(["cluster", &file(&dir, "cut.warc.gz", &bytes[..at])]);
    }
}

#[test]
fn arc_is_read() {
    let dir = folder();
    let body = |n: usize| http("200 OK", "Content-Type: text/plain\r\n", article(n).as_bytes());
    let version = "1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n";
    let mut one = format!(
        "filedesc://x.arc 0.0.0.0 20240501000000 text/plain {}\n{version}\n",
        version.len()
    )
    .into_bytes();
    let mut two = one.clone();
    for n in 0..3 {
        let body = body(n);
        let blank = if n == 1 { " with blanks" } else { "" };
        let address = format!("{}{blank}", url(n));
        one.extend(format!("{address} 1.2.3.4 20240501000000 text/plain {}\n", body.len()).bytes());
        two.extend(
            format!("{address} 1.2.3.4 20240501000000 text/plain 200 - - 0 x.arc {}\n", body.len())
                .bytes(),
        );
        for out in [&mut one, &mut two] {
            out.extend_from_slice(&body);
            out.push(b'\n');
        }
    }
    let expected = [url(0), format!("{} with blanks", url(1)), url(2)];
    for (name, bytes) in [("one.arc", one.clone()), ("two.arc", two), ("in.arc.gz", gzip(&one))] {
        let found = read(&file(&dir, name, bytes), &[], 0);
        assert_eq!(ids(&found), expected, "{name}: {}", found.stderr);
    }
    let cut = file(&dir, "cut.arc", &one[..one.len() - 200]);
    let found = read(&cut, &[], 1);
    assert_eq!(ids(&found), expected[..2]);
    says(&found.stderr, &["is cut off"]);
}

#[test]
fn hosts_of_addresses_are_the_sites() {
    let dir = folder();
    // three long pages end in what their site prints everywhere; short ones begin with it
    let footer = article(50).lines().skip(2).take(6).collect::<Vec<_>>().join("\n");
    let text = |n: usize| match n {
        0..3 => format!("{}{}{}{footer}", article(n), article(n + 10), article(n + 20)),
        _ => format!("{footer}\n{}", article(n).lines().skip(2).take(3).collect::<String>()),
    };
    let pages = |host: &dyn Fn(usize) -> String| -> Vec<u8> {
        (0..6).flat_map(|n| page(&format!("http://{}/{n}", host(n)), &text(n))).collect()
    };
    let relations = |name: &str, bytes: Vec<u8>| -> usize {
        let found = read(&file(&dir, name, bytes), &[], 0);
        found.json().iter().filter(|d| d["size"] != 1).count()
    };
    let apart = relations("many.warc", pages(&|n| format!("host{n}.org")));
    let together = relations("one.warc", pages(&|_| "host.org".to_owned()));
    assert!(together < apart, "{together} in clusters with the site known, {apart} without");
}

#[cfg(feature = "html")]
#[test]
fn pages_become_text() {
    let dir = folder();
    let sentences =
        article(9).lines().skip(2).map(|line| format!("<p>{line}</p>")).collect::<String>();
    let html = format!(
        "<!DOCTYPE html><html><head><title>Head &amp; line</title><style>p {{ color: red }}</style>\
         <script>var secret = '<p>not text</p>';</script></head><body><nav><ul><li>Home<li>News</ul></nav>\
         <article><h1>Head &amp; line</h1>{sentences}<p>caf&eacute;&nbsp;&#x41;<br>two<b>bold</b>\n end</p>\
         <pre>kept\nlines</pre><table><tr><td>a<td>b</table></article><noscript>enable it</noscript>\
         <!-- a comment --></body></html>"
    );
    let text = format!(
        "Head & line\nHome\nNews\nHead & line\n{}\ncaf\u{e9} A\ntwobold end\nkept\nlines\na b\n",
        article(9).lines().skip(2).collect::<Vec<_>>().join("\n")
    );
    let plain = file(&dir, "plain.txt", &text);
    let page = file(&dir, "page.html", &html);
    let same =
        |found: &cli::Run| assert!(found.stdout.contains("byte for byte"), "{}", found.stdout);
    same(&run(["cluster", &plain, &page, "--format", "json"]).code(0));
    same(&run(["cluster", &plain, &page, "--format", "json", "--html", "all-text"]).code(0));
    let body = http("200 OK", "Content-Type: text/html\r\n", html.as_bytes());
    let archive = file(&dir, "in.warc", warc("response", &url(1), "application/http", &body));
    same(&run(["cluster", &plain, &archive, "--format", "json"]).code(0));
    let compared = run(["compare", &plain, &page]).code(0);
    says(&compared.stdout, &["same"]);
    // the article alone has no navigation
    let found = run(["compare", &plain, &page, "--format", "json"]).code(0).json();
    assert_eq!(found[0]["difference"]["only_a"], 0);
    let article = read(&page, &["--html", "article"], 0);
    assert_eq!(ids(&article).len(), 1);
    let twice = ["cluster", &plain, &page, "--html", "article", "--diff"];
    let diff = run(twice).code(0).stdout;
    says(&diff, &["Home"]);
    // no article: the whole page, and that is told
    let bare = file(&dir, "bare.html", "<html><body></body></html>");
    says(&read(&bare, &["--html", "article"], 0).stderr, &["without an article"]);
    // the charset that the page names
    let latin1: Vec<u8> =
        "<html><head><meta charset=\"iso-8859-1\"></head><body>caf\u{e9} \u{fc}ber</body>"
            .chars()
            .map(|c| c as u8)
            .collect();
    let named = file(&dir, "latin1.html", latin1);
    let text = file(&dir, "latin1.txt", "caf\u{e9} \u{fc}ber\n");
    same(&run(["cluster", &text, &named, "--format", "json"]).code(0));
    // hostile nesting
    for tag in ["div", "b", "table", "a href=x"] {
        let deep = format!("{}text of it", format!("<{tag}>").repeat(100_000));
        let deep = file(&dir, "deep.html", deep);
        for mode in ["all-text", "article"] {
            read(&deep, &["--html", mode], 0);
        }
    }
}

#[cfg(not(feature = "html"))]
#[test]
fn without_the_feature_pages_are_refused_by_its_name() {
    let dir = folder();
    let page = file(&dir, "page.html", "<html><body>text</body></html>");
    says(&read(&page, &[], 3).stderr, &["page.html", "--features html"]);
    says(&run(["compare", &page, &page]).code(4).stderr, &["--features html"]);
    let body = http("200 OK", "Content-Type: text/html\r\n", b"<p>text");
    let archive = file(&dir, "in.warc", warc("response", &url(1), "application/http", &body));
    says(&read(&archive, &[], 3).stderr, &["in.warc:1", "--features html"]);
}

/// Documents in the real files, as other readers count them; none where the file is refused.
#[test]
fn real_archives_hold_what_others_find_in_them() {
    let root = Path::new("../shared/eval/archives");
    if !root.is_dir() {
        cli::skipped("../shared/eval/archives is not here");
        return;
    }
    let html = cfg!(feature = "html");
    for (name, pages, code) in [
        ("jwarc/cc.warc.gz", 1, 0),
        ("jwarc/gzip_extra_sl.warc.gz", 0, 3),
        ("warcio/example-bad-non-chunked.warc.gz", 1, 0),
        ("warcio/example-digest.warc", 0, 3),
        ("warcio/example-iana.org-chunked.warc", 1, 0),
        ("warcio/example-resource.warc.gz", 1, 0),
        ("warcio/example-trunc.warc", 1, 1),
        ("warcio/example-wget-bad-target-uri.warc.gz", 1, 0),
        ("warcio/example-wrong-chunks.warc.gz", 1, 0),
        ("warcio/example.arc", 1, 0),
        ("warcio/example.arc.gz", 1, 0),
        ("warcio/example.warc", 1, 0),
        ("warcio/example.warc.gz", 1, 0),
        ("warcio/post-test.warc.gz", 0, 3),
        ("whirlwind-python/whirlwind.warc", 1, 0),
        ("whirlwind-python/whirlwind.warc.gz", 1, 0),
        ("whirlwind-python/whirlwind.warc.wat.gz", 0, 3),
        ("whirlwind-python/whirlwind.warc.wet", 1, 0),
        ("whirlwind-python/whirlwind.warc.wet.gz", 1, 0),
    ] {
        let path = root.join(name);
        let found = run(["cluster", path.to_str().expect("UTF-8"), "--format", "json"]);
        assert!(!found.stderr.is_empty() || found.code == 0, "{name}");
        if html || name.contains(".wet") {
            assert_eq!((found.json().len(), found.code), (pages, code), "{name}: {}", found.stderr);
        } else {
            assert_eq!(found.code, 3, "{name}");
            says(&found.stderr, &["error: ", name]);
        }
    }
}
