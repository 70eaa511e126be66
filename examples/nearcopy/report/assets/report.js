"use strict";
// The cluster browser. Text of documents reaches the page as text nodes only: nothing here parses
// HTML, and no address is made from data.
(() => {
  const $ = (id) => document.getElementById(id);
  const index = JSON.parse($("index").textContent);
  const total = index.title.length;
  const CONFIDENCE = ["low", "medium", "high"];
  const SHARED = 0, CHANGED = 1, ONLY = 2, CUT_HEAD = 3, CUT_TAIL = 4, WRAPPED = 5, MOVED = 6,
    REPEATED = 7, FURNITURE = 16;
  /** Height of an entry of the list, as in the style sheet. */
  const ENTRY = 84;
  /** Copies of a cluster that are listed before one asks for more. */
  const LISTED = 100;

  // --- small helpers -----------------------------------------------------------------------------

  /** An element with properties and children; strings become text. */
  function el(name, properties, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(properties || {})) {
      if (key in node && key !== "list") node[key] = value;
      else node.setAttribute(key, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  /** Control characters become their pictures, characters that reorder text their numbers. */
  const hidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufeff]/g;
  function visible(text) {
    return text.replace(/\r\n?|\u2028|\u2029/g, "\n").replace(hidden, (c) => {
      const n = c.charCodeAt(0);
      if (n < 32) return String.fromCharCode(0x2400 + n);
      return n === 127 ? "\u2421" : `[U+${n.toString(16).toUpperCase().padStart(4, "0")}]`;
    });
  }

  const grouped = new Intl.NumberFormat("en-US");
  const number = (n) => grouped.format(n);
  const count = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;
  const words = (n) => count(n, "word", "words");

  /** A share in 1/10,000 in percent, never rounded up to the whole nor down to nothing. */
  function percent(share) {
    if (share >= 10000) return "100%";
    if (share > 0 && share < 100) return "<1%";
    return `${Math.min(Math.round(share / 100), 99)}%`;
  }

  /** Text of a document: its direction is its own, and its language is not that of the page. */
  function foreign(name, className, text) {
    return el(name, { className, dir: "auto", lang: "" }, visible(text));
  }

  // --- data --------------------------------------------------------------------------------------

  const starts = new Uint32Array(total + 1);
  for (let i = 0; i < total; i++) starts[i + 1] = starts[i] + index.size[i];
  const siteOf = (doc) => (index.site[doc] < 0 ? "" : index.sites[index.site[doc]]);

  let lines = null;
  /** Rows, text, edits and diffs of a cluster. */
  function cluster(at) {
    lines = lines || $("lines").textContent.split("\n");
    const [rows, text, edits, diffs] = JSON.parse(lines[at]);
    return { rows, text, edits, diffs: diffs || [] };
  }

  const haystacks = new Array(total);
  /** What a search looks at, in lower case. */
  function haystack(at) {
    if (haystacks[at] === undefined) {
      const sites = new Set();
      for (let doc = starts[at]; doc < starts[at + 1]; doc++) sites.add(siteOf(doc));
      haystacks[at] = [index.title[at], index.excerpt[at], ...index.id.slice(starts[at], starts[at + 1]),
        ...sites].join("\n").toLowerCase();
    }
    return haystacks[at];
  }

  // --- state: all of it stands in the address ----------------------------------------------------

  const KEYS = ["q", "rel", "conf", "min", "site", "sort"];
  let state = {};

  function read() {
    const found = new URLSearchParams(location.hash.slice(1));
    const next = { cluster: null, copy: null };
    for (const key of KEYS) next[key] = found.get(key) || "";
    const whole = (key, most) => {
      const n = Number(found.get(key));
      return found.has(key) && Number.isInteger(n) && n >= 1 && n <= most ? n - 1 : null;
    };
    next.cluster = whole("cluster", total);
    if (next.cluster !== null) next.copy = whole("copy", index.size[next.cluster] - 1);
    next.browser = next.cluster !== null || found.has("clusters");
    return next;
  }

  function address(next) {
    const parts = [];
    if (next.cluster !== null) parts.push(`cluster=${next.cluster + 1}`);
    else if (next.browser) parts.push("clusters");
    if (next.cluster !== null && next.copy !== null) parts.push(`copy=${next.copy + 1}`);
    for (const key of KEYS) {
      if (next[key]) parts.push(`${key}=${encodeURIComponent(next[key])}`);
    }
    return `#${parts.join("&") || "overview"}`;
  }

  /** Goes to a state; `replace` leaves no entry for the back button. */
  function go(change, replace) {
    const next = { ...state, browser: true, ...change };
    const to = address(next);
    if (to === location.hash) return;
    if (replace) history.replaceState(null, "", to);
    else location.hash = to;
    // at once, not when the event comes: what follows may need the view
    show();
  }

  // --- the list ----------------------------------------------------------------------------------

  const list = $("list");
  const rowsBox = $("rows");
  let found = [];
  let filtered = null;
  let active = 0;

  function filter() {
    const key = KEYS.map((k) => state[k]).join("\u0000");
    if (key === filtered) return false;
    filtered = key;
    const terms = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const site = state.site.trim().toLowerCase();
    const hits = new Set();
    index.sites.forEach((name, at) => { if (name.toLowerCase().includes(site)) hits.add(at); });
    const has = (at) => {
      for (let doc = starts[at]; doc < starts[at + 1]; doc++) if (hits.has(index.site[doc])) return true;
      return false;
    };
    const relation = state.rel === "" ? 0 : 1 << Number(state.rel);
    const least = Number(state.min) || 0;
    found = [];
    for (let at = 0; at < total; at++) {
      if (index.size[at] < least) continue;
      if (relation && !(index.relations[at] & relation)) continue;
      if (state.conf !== "" && index.confidence[at] !== Number(state.conf)) continue;
      if (site && !has(at)) continue;
      if (terms.length && !terms.every((term) => haystack(at).includes(term))) continue;
      found.push(at);
    }
    const by = index[state.sort];
    if (by && state.sort === "title") {
      const order = new Intl.Collator("en", { numeric: true }).compare;
      found.sort((a, b) => order(by[a], by[b]) || a - b);
    } else if (by && state.sort === "from") {
      // what has no date comes last
      found.sort((a, b) => (by[a] || "~") < (by[b] || "~") ? -1 : (by[a] || "~") > (by[b] || "~") ? 1 : a - b);
    } else if (by && by.length === total) {
      found.sort((a, b) => by[a] - by[b] || a - b);
    }
    $("count").textContent = found.length === total
      ? count(total, "cluster", "clusters")
      : `${number(found.length)} of ${count(total, "cluster", "clusters")}`;
    return true;
  }

  const pool = new Map();
  /** Puts the entries that are in sight into the list, and no others. */
  function draw() {
    rowsBox.style.height = `${found.length * ENTRY}px`;
    const from = Math.max(0, Math.floor(list.scrollTop / ENTRY) - 4);
    const to = Math.min(found.length, Math.ceil((list.scrollTop + list.clientHeight) / ENTRY) + 4);
    for (const [place, node] of pool) {
      if (place < from || place >= to || node.at !== found[place]) {
        node.remove();
        pool.delete(place);
      }
    }
    for (let place = from; place < to; place++) {
      let node = pool.get(place);
      if (!node) {
        node = entry(found[place]);
        node.style.top = `${place * ENTRY}px`;
        node.id = `entry-${place}`;
        node.setAttribute("aria-posinset", place + 1);
        node.setAttribute("aria-setsize", found.length);
        pool.set(place, node);
        rowsBox.append(node);
      }
      node.setAttribute("aria-selected", found[place] === state.cluster);
      node.classList.toggle("active", place === active);
    }
    if (found.length) list.setAttribute("aria-activedescendant", `entry-${active}`);
    else list.removeAttribute("aria-activedescendant");
  }

  function entry(at) {
    const sites = new Set();
    for (let doc = starts[at]; doc < starts[at + 1]; doc++) if (index.site[doc] >= 0) sites.add(index.site[doc]);
    const facts = [count(index.size[at], "document", "documents")];
    facts.push(index.least[at] >= 10000 ? "all contained" : `contained from ${percent(index.least[at])}`);
    if (sites.size === 1) facts.push(visible(index.sites[[...sites][0]]));
    if (sites.size > 1) facts.push(`${number(sites.size)} sites`);
    if (index.from && index.from[at]) facts.push(index.from[at]);
    const node = el("div", { className: "entry", role: "option" },
      foreign("div", "entry-title", index.title[at] || "(no title)"),
      foreign("div", "entry-excerpt", index.excerpt[at]),
      el("div", { className: "entry-facts" }, facts.join(" · ")));
    node.at = at;
    return node;
  }

  /** Brings an entry into sight. */
  function reveal(place) {
    const top = place * ENTRY;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ENTRY > list.scrollTop + list.clientHeight) list.scrollTop = top + ENTRY - list.clientHeight;
  }

  /** Makes an entry the active one; beside a wide list its cluster is shown at once. */
  function move(place) {
    if (!found.length) return;
    active = Math.max(0, Math.min(found.length - 1, place));
    reveal(active);
    if (wide()) go({ cluster: found[active], copy: null }, true);
    draw();
  }

  const wide = () => matchMedia("(min-width: 900px)").matches;

  // --- a cluster ---------------------------------------------------------------------------------

  const detail = $("pane-detail");

  function back(text, change) {
    return el("button", { type: "button", className: "back", onclick: () => go(change) }, `‹ ${text}`);
  }

  function showCluster(at) {
    const { rows, text } = cluster(at);
    const first = starts[at];
    const facts = [count(index.size[at], "document", "documents")];
    const sites = new Set();
    for (let doc = first; doc < starts[at + 1]; doc++) if (siteOf(doc)) sites.add(siteOf(doc));
    if (sites.size) facts.push(count(sites.size, "site", "sites"));
    if (index.from && index.from[at]) {
      facts.push(index.from[at] === index.to[at] ? index.from[at] : `${index.from[at]} to ${index.to[at]}`);
    }
    facts.push(`least containment ${percent(index.least[at])}`);
    const body = el("tbody");
    const more = el("button", { type: "button", className: "more" });
    const extend = () => {
      const from = body.childElementCount;
      rows.slice(from, from + LISTED).forEach((row, n) => body.append(copyRow(at, row, from + n)));
      const left = rows.length - body.childElementCount;
      more.hidden = left === 0;
      more.textContent = `Show ${number(Math.min(left, LISTED))} of ${number(left)} more`;
    };
    more.onclick = extend;
    extend();
    detail.replaceChildren(
      back("All clusters", { cluster: null, copy: null }),
      foreign("h1", "", index.title[at] || "(no title)"),
      el("p", { className: "facts" }, `Cluster ${number(at + 1)} · ${facts.join(" · ")}`),
      el("div", { className: "representative" },
        el("h2", {}, "Representative"),
        el("p", { className: "id" }, foreign("bdi", "", index.id[first]), ...siteTag(first)),
        text === undefined ? el("p", { className: "note" }, "Its text is not held in this page.")
          : el("details", {}, el("summary", {}, "Text"), foreign("div", "prose", text))),
      el("h2", {}, "Copies"),
      el("table", { className: "copies" },
        el("thead", {}, el("tr", {}, ...[["Copy", ""], ["Relation", ""], ["Carries", "n"], ["Own", "n"],
          ["Jaccard", "n"], ["Words", "n"], ["Confidence", ""]].map(([name, className]) =>
          el("th", { scope: "col", className }, name)))),
        body),
      more,
      el("p", { className: "note" },
        "Carries: how much of the representative’s article the copy has. Own: how much of the copy’s own article stands in the representative."));
  }

  const siteTag = (doc) => (siteOf(doc) ? [" · ", foreign("bdi", "site", siteOf(doc))] : []);

  function copyRow(at, row, n) {
    const doc = starts[at] + 1 + n;
    const open = () => go({ cluster: at, copy: n });
    const cell = (name, className, ...children) => el("td", { className, "data-name": name }, ...children);
    const button = foreign("button", "open", index.id[doc]);
    button.type = "button";
    button.onclick = open;
    return el("tr", {},
      el("th", { scope: "row" }, button, ...siteTag(doc), el("p", { className: "difference" }, visible(row[11]))),
      cell("Relation", "", row[10] ? "same bytes" : index.names[row[0]]),
      cell("Carries", "n", percent(row[2])),
      cell("Own", "n", percent(row[3])),
      cell("Jaccard", "n", (row[4] / 10000).toFixed(2)),
      cell("Words", "n", number(row[9])),
      cell("Confidence", `confidence-${row[1]}`, CONFIDENCE[row[1]]));
  }

  // --- a copy beside its representative ----------------------------------------------------------

  let view = null;
  let fold = false;

  function showCopy(at, n) {
    const { rows, text, edits, diffs } = cluster(at);
    const row = rows[n];
    const doc = starts[at] + 1 + n;
    const diff = text === undefined ? null : diffs[n];
    const step = (by, name, label) => el("button", {
      type: "button", disabled: n + by < 0 || n + by >= rows.length, "aria-label": label,
      onclick: () => go({ copy: n + by }, true),
    }, name);
    const bar = (share) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      svg.setAttribute("viewBox", "0 0 100 6");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("aria-hidden", "true");
      rect.setAttribute("width", share / 100);
      rect.setAttribute("height", 6);
      rect.setAttribute("class", "part2");
      svg.append(rect);
      return svg;
    };
    const measure = (name, value, share, help) => el("div", { title: help },
      el("dt", {}, name), el("dd", {}, value, share === undefined ? null : bar(share)));
    detail.replaceChildren(
      el("div", { className: "path" },
        back(`Cluster ${number(at + 1)}`, { cluster: at, copy: null }),
        el("span", { className: "steps" }, step(-1, "‹", "Previous copy"),
          ` copy ${number(n + 1)} of ${number(rows.length)} `, step(1, "›", "Next copy"))),
      foreign("h1", "", index.title[at] || "(no title)"),
      diff ? el("p", { className: "headline" }, visible(diff[0])) : el("p", { className: "headline" }, visible(row[11])),
      el("dl", { className: "measures" },
        measure("Relation", row[10] ? "same bytes" : index.names[row[0]], undefined, "of the copy to the representative"),
        measure("Confidence", CONFIDENCE[row[1]]),
        measure("Article: A in B", percent(row[2]), row[2], "share of the representative’s content that the copy has"),
        measure("Article: B in A", percent(row[3]), row[3], "share of the copy’s content that stands in the representative"),
        measure("All words: A in B", percent(row[6]), row[6], "share of the representative’s shingles, furniture included"),
        measure("All words: B in A", percent(row[5]), row[5], "share of the copy’s shingles, furniture included"),
        measure("Jaccard resemblance", (row[4] / 10000).toFixed(3), row[4], "shared shingles over all shingles"),
        measure("Words matched", number(row[7]), undefined, "words of content that stand in both")),
      diff ? compared(doc, decode(text, edits, diff[1])) : el("p", { className: "note" }, text === undefined || n < diffs.length
        ? "The texts are not held in this page: they are too long, or the page would be too large."
        : `The page holds the differences of the first ${number(diffs.length)} copies of a cluster.`,
        " nearcopy compare shows any two texts."));
  }

  /** The hunks with their texts: `{kind, furniture, a, b, pairs, wordsA, wordsB, link}`. */
  function decode(text, edits, hunks) {
    let at = 0;
    return hunks.map(([code, wordsA, wordsB, length, own, link]) => {
      const a = text.slice(at, at + length);
      at += length;
      const hunk = { kind: code & 15, furniture: code >= FURNITURE, a, b: own, wordsA, wordsB, link };
      if (hunk.kind !== SHARED) return hunk;
      if (own === 0) hunk.pairs = [[a, a]];
      else if (typeof own === "string") hunk.pairs = [[a, own]];
      else {
        hunk.pairs = [];
        let from = 0;
        for (let i = 0; i < own.length; i += 2) {
          if (own[i]) hunk.pairs.push([a.slice(from, from + own[i]), a.slice(from, from + own[i])]);
          from += own[i];
          if (i + 1 < own.length) {
            const units = edits[2 * own[i + 1]];
            hunk.pairs.push([a.slice(from, from + units), edits[2 * own[i + 1] + 1]]);
            from += units;
          }
        }
      }
      hunk.b = hunk.pairs.map((pair) => pair[1]).join("");
      return hunk;
    });
  }

  function compared(doc, hunks) {
    const narrow = !wide();
    const modes = [["side", "Side by side"], ["one", "Merged"], ["a", "A only"], ["b", "B only"]];
    if (!modes.some(([name]) => name === view)) view = narrow ? "one" : "side";
    const box = el("div", { className: "compared" });
    const paint = () => {
      box.dataset.view = view;
      box.replaceChildren(...table(hunks, view === "one", fold, doc));
      buttons.forEach((button) => button.setAttribute("aria-pressed", button.value === view));
    };
    const buttons = modes.map(([name, label]) => el("button", {
      type: "button", value: name, onclick: () => { view = name; paint(); },
    }, label));
    const folding = el("input", { type: "checkbox", checked: fold, onchange: () => { fold = folding.checked; paint(); } });
    box.repaint = () => { folding.checked = fold; paint(); };
    paint();
    const kinds = new Set(hunks.map((hunk) => (hunk.furniture ? FURNITURE : hunk.kind)));
    const legend = [];
    const mark = (className, label) => legend.push(el("span", { className: `chip ${className}` }, label));
    if (hunks.some((h) => h.kind !== SHARED && h.a)) mark("del", "only in A");
    if (hunks.some((h) => h.kind !== SHARED && h.b)) mark("ins", "only in B");
    if (kinds.has(MOVED)) mark("moved", "moved");
    if (kinds.has(REPEATED)) mark("moved", "repeated");
    if (kinds.has(FURNITURE)) mark("furniture", "furniture");
    return el("section", { "aria-label": "Differences" },
      el("div", { className: "toolbar" },
        el("div", { className: "switch", role: "group", "aria-label": "View" }, ...buttons),
        el("label", { className: "fold" }, folding, " fold shared text"),
        el("div", { className: "legend" }, ...legend)),
      box);
  }

  /** Characters from which on, or with a line end in it, a one-sided passage stands on its own. */
  const BLOCK = 160;
  /** Words, and lines, above which such a passage is folded. */
  const FOLDED = 60;
  const LINES = 6;
  /** Characters of shared text after which a line end begins a new row. */
  const ROW = 200;

  /**
   * The rows of the comparison. A row holds a cell for each side; shared text is cut into rows at its
   * line ends, so that what belongs together stands side by side.
   */
  function table(hunks, merged, folding, doc) {
    const rows = [];
    let row = null;
    const open = () => { row = row || { a: [], b: [], words: 0, length: 0, plain: true }; return row; };
    const close = () => {
      if (row) rows.push(row);
      row = null;
    };
    hunks.forEach((hunk, at) => {
      if (hunk.kind === SHARED) {
        // words are counted over the rows in proportion to their length
        const rate = hunk.wordsA / Math.max(1, hunk.a.length);
        for (const [a, b] of hunk.pairs) {
          const same = a === b;
          const parts = same ? a.split(/(?<=\n)(?=[^\n])/) : [a];
          for (const part of parts) {
            open();
            row.a.push(part);
            row.b.push(same ? part : b);
            row.length += part.length;
            row.words += part.length * rate;
            const breaks = /\n/.test(part) || (!same && /\n/.test(b));
            if (breaks && (row.length >= ROW || /\n\s*\n/.test(part))) close();
          }
        }
        return;
      }
      const sides = [["a", hunk.a, hunk.wordsA], ["b", hunk.b, hunk.wordsB]].filter(([, text]) => text);
      const block = hunk.furniture || sides.length === 1 && (hunk.kind === CUT_HEAD || hunk.kind === CUT_TAIL
        || sides[0][1].length >= BLOCK || /\n\s*\S/.test(sides[0][1]));
      for (const [side, text, n] of sides) {
        const cell = merged ? "a" : side;
        if (block) {
          const last = rows[rows.length - 1];
          const node = passage(hunk, at, side, text, n);
          // what stands on the other side of the same place goes beside it
          if (!row && !merged && last && last.block && !last[cell].length) {
            last[cell].push(node);
          } else {
            close();
            rows.push({ a: [], b: [], block: true, words: 0, [cell]: [node] });
          }
        } else {
          open().plain = false;
          row[cell].push(inline(hunk, at, side, text));
          row.length += text.length;
        }
      }
    });
    close();
    const out = [];
    const head = (letter, className, name, at) => el("div", { className: `head ${className}` },
      el("b", {}, letter), ` ${name} `, foreign("bdi", "id", index.id[at]), ...siteTag(at));
    out.push(el("div", { className: "row heads" },
      head("A", "side-a", "representative", starts[state.cluster]), head("B", "side-b", "copy", doc)));
    let run = [];
    const flush = () => {
      // the first and the last row of a shared stretch stay in sight
      if (folding && run.length > 3) {
        const inner = run.slice(1, -1);
        const n = Math.round(inner.reduce((sum, r) => sum + r.words, 0));
        out.push(build(run[0], merged),
          el("details", { className: "fold-shared" }, el("summary", {}, `${words(n)} shared`), ...inner.map((r) => build(r, merged))),
          build(run[run.length - 1], merged));
      } else {
        out.push(...run.map((r) => build(r, merged)));
      }
      run = [];
    };
    for (const r of rows) {
      if (r.plain && !r.block) {
        run.push(r);
        continue;
      }
      flush();
      out.push(build(r, merged));
    }
    flush();
    return out;
  }

  function build(row, merged) {
    const cell = (side) => {
      const node = el("div", { className: `cell side-${side}`, dir: "auto", lang: "" });
      let text = "";
      const put = () => {
        if (text) node.append(visible(text));
        text = "";
      };
      for (const part of row[side]) {
        if (typeof part === "string") text += part;
        else {
          put();
          node.append(part);
        }
      }
      put();
      // the line end that closes a row is the row itself
      const last = node.lastChild;
      if (last && last.nodeType === 3) last.data = last.data.replace(/\s+$/, "");
      const first = node.firstChild;
      if (first && first.nodeType === 3) first.data = first.data.replace(/^\n+/, "");
      return node;
    };
    return el("div", { className: row.block ? "row block" : "row" }, cell("a"), ...(merged ? [] : [cell("b")]));
  }

  /** A button to the other place of a passage. */
  function jump(hunk, side) {
    const moved = hunk.kind === MOVED;
    return el("button", {
      type: "button", className: "jump",
      title: moved ? "go to its place in the other text" : "go to its counterpart in the other text",
      onclick: (event) => {
        const box = event.target.closest(".compared");
        const other = side === "a" ? "b" : "a";
        const target = box.querySelector(`[data-hunk="${hunk.link}-${moved ? other : "b"}"], [data-hunk^="${hunk.link}-"]`);
        if (target) flash(target);
      },
    }, moved ? (side === "a" ? "moved ↷" : "↶ moved") : "repeated ↶");
  }

  function flash(target) {
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.classList.add("flash");
    setTimeout(() => target.classList.remove("flash"), 1600);
  }

  const isMoved = (hunk) => hunk.kind === MOVED || hunk.kind === REPEATED;

  /** A short passage of one side, within a line. */
  function inline(hunk, at, side, text) {
    const end = text.match(/\s*$/)[0];
    const body = visible(text.slice(0, text.length - end.length));
    const name = side === "a" ? "del" : "ins";
    const node = isMoved(hunk) ? el("span", { className: "moved" }, body, " ", jump(hunk, side)) : el(name, {}, body);
    node.dataset.hunk = `${at}-${side}`;
    const out = document.createDocumentFragment();
    out.append(node, end);
    return out;
  }

  /** A longer passage of one side, on its own; folded if it is long. */
  function passage(hunk, at, side, text, n) {
    const other = side === "a" ? "B" : "A";
    const label = hunk.kind === CUT_TAIL ? `${words(n)} cut off in ${other}`
      : hunk.kind === CUT_HEAD ? `${words(n)} before it, not in ${other}`
      : hunk.kind === MOVED ? `${words(n)} moved`
      : hunk.kind === REPEATED ? `${words(n)} repeated`
      : hunk.furniture ? `${words(n)} of furniture`
      : `${words(n)} only in ${side.toUpperCase()}`;
    const kind = hunk.furniture ? "furniture" : isMoved(hunk) ? "moved" : side === "a" ? "del" : "ins";
    // of menus only the words matter
    const body = foreign("div", "prose", hunk.furniture ? text.trim().replace(/\s*\n\s*/g, "\n") : text.trim());
    const long = n > FOLDED || text.length > 600 || body.textContent.split("\n").length > LINES;
    const node = long
      ? el("details", {}, el("summary", {}, label, " ", foreign("span", "preview", text.trim().slice(0, 90).replace(/\s+/g, " "))), body)
      : el("div", {}, el("div", { className: "label" }, label), body);
    node.className = `passage ${kind}`;
    node.dataset.hunk = `${at}-${side}`;
    if (isMoved(hunk)) node.firstChild.append(" ", jump(hunk, side));
    return node;
  }

  // --- showing a state ---------------------------------------------------------------------------

  let shown = "";

  function show() {
    const before = state;
    state = read();
    $("overview").hidden = state.browser;
    $("browser").hidden = !state.browser;
    $("to-overview").setAttribute("aria-current", state.browser ? "false" : "page");
    $("to-clusters").setAttribute("aria-current", state.browser ? "page" : "false");
    if (!state.browser) return;
    for (const key of KEYS) if ($(key).value !== state[key]) $(key).value = state[key];
    if (filter()) {
      for (const node of pool.values()) node.remove();
      pool.clear();
      active = Math.max(0, found.indexOf(state.cluster));
      list.scrollTop = 0;
      reveal(active);
    }
    const place = found.indexOf(state.cluster);
    if (place >= 0 && place !== active) {
      active = place;
      reveal(place);
    }
    $("browser").dataset.open = state.cluster === null ? "" : "yes";
    const key = `${state.cluster} ${state.copy}`;
    if (key !== shown) {
      shown = key;
      if (state.cluster !== null && document.readyState === "loading") {
        // the texts stand behind this script and are not read yet
        shown = "";
        detail.replaceChildren(el("p", { className: "hint" }, "Loading …"));
      } else if (state.cluster === null) {
        detail.replaceChildren(el("p", { className: "hint" }, total
          ? "Choose a cluster. Press ? for the keys."
          : "No document repeats another: there is no cluster to show."));
      } else if (state.copy === null) showCluster(state.cluster);
      else showCopy(state.cluster, state.copy);
      detail.scrollTop = 0;
      if (!wide()) scrollTo(0, 0);
      // focus follows where one has gone deeper or come back
      if (before.cluster !== undefined && state.cluster !== null && state.copy !== before.copy) {
        if (state.copy === null && before.copy !== null) focusCopy(before.copy);
        else detail.focus({ preventScroll: true });
      }
    }
    draw();
  }

  function focusCopy(n) {
    const buttons = detail.querySelectorAll(".open");
    if (buttons.length) buttons[Math.max(0, Math.min(buttons.length - 1, n))].focus();
  }

  // --- events ------------------------------------------------------------------------------------

  let waiting = 0;
  function changed() {
    clearTimeout(waiting);
    const change = {};
    for (const key of KEYS) change[key] = $(key).value;
    go(change, true);
  }
  $("filters").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, 90);
  });
  $("filters").addEventListener("submit", (event) => event.preventDefault());

  let frame = 0;
  list.addEventListener("scroll", () => {
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(); });
  });
  addEventListener("resize", () => { if (state.browser) draw(); });
  rowsBox.addEventListener("click", (event) => {
    const node = event.target.closest(".entry");
    if (!node) return;
    active = found.indexOf(node.at);
    go({ cluster: node.at, copy: null });
    draw();
  });
  addEventListener("hashchange", show);

  function stepBy(by) {
    if (state.copy !== null) {
      const next = state.copy + by;
      if (next >= 0 && next < index.size[state.cluster] - 1) go({ copy: next }, true);
    } else if (detail.contains(document.activeElement)) {
      const buttons = [...detail.querySelectorAll(".open")];
      focusCopy(buttons.indexOf(document.activeElement) + by);
    } else {
      move(active + by);
    }
  }

  function deeper() {
    if (state.cluster === null) {
      if (found.length) go({ cluster: found[active], copy: null });
    } else if (state.copy === null) {
      focusCopy(0);
    }
  }

  function higher() {
    if (state.copy !== null) go({ copy: null });
    else if (detail.contains(document.activeElement) && wide()) list.focus();
    else if (state.cluster !== null) go({ cluster: null });
    else if (state.browser) go({ browser: false, cluster: null });
  }

  const KEYBOARD = {
    j: () => stepBy(1), ArrowDown: () => stepBy(1),
    k: () => stepBy(-1), ArrowUp: () => stepBy(-1),
    Enter: deeper, Escape: higher,
    Home: () => move(0), End: () => move(found.length - 1),
    PageDown: () => move(active + Math.max(1, Math.floor(list.clientHeight / ENTRY) - 1)),
    PageUp: () => move(active - Math.max(1, Math.floor(list.clientHeight / ENTRY) - 1)),
    "/": () => { go({}); $("q").focus(); $("q").select(); },
    o: () => go({ browser: false, cluster: null, copy: null }),
    c: () => go({}),
    "?": () => $("help").showModal(),
    v: () => { view = view === "one" ? "side" : "one"; repaint(); },
    f: () => { fold = !fold; repaint(); },
  };

  function repaint() {
    const box = detail.querySelector(".compared");
    if (box) box.repaint();
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
    const target = event.target;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
    if (typing) {
      const done = event.key === "Enter" || event.key === "ArrowDown";
      if (event.key === "Escape" || (done && target.id === "q")) {
        event.preventDefault();
        changed();
        list.focus();
      }
      return;
    }
    const onButton = /^(BUTTON|A|SUMMARY)$/.test(target.tagName);
    if (event.key === "Enter" && onButton) return;
    // arrows and paging keys scroll a text; the letters walk
    const scrolls = /^(Arrow|Page|Home|End)/.test(event.key);
    if (scrolls && target !== list && !target.classList.contains("open")) return;
    if (!state.browser && !["/", "?", "c", "o"].includes(event.key)) return;
    const act = KEYBOARD[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  $("help-open").onclick = () => $("help").showModal();

  const THEMES = ["auto", "light", "dark"];
  const store = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("nearcopy-theme");
      localStorage.setItem("nearcopy-theme", value);
    } catch {
      // pages opened from a file may have no storage
    }
    return null;
  };
  function theme(name) {
    document.documentElement.dataset.theme = name;
    $("theme").textContent = `Colours: ${name}`;
  }
  theme(THEMES.includes(store()) ? store() : "auto");
  $("theme").onclick = () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
    theme(next);
    store(next);
  };

  // --- start -------------------------------------------------------------------------------------

  const present = index.relations.reduce((all, bits) => all | bits, 0);
  index.names.forEach((name, at) => {
    if (present & (1 << at)) $("rel").append(el("option", { value: String(at) }, name));
  });
  if (!index.sites.length) $("site").parentElement.hidden = true;
  index.sites.slice(0, 500).forEach((site) => $("sites").append(el("option", { value: site })));
  if (!index.from) $("sort").querySelector("[value=from]").remove();
  show();
  // how long it took until the page could be used, in milliseconds since it was asked for
  document.documentElement.dataset.ready = Math.round(performance.now());
  addEventListener("DOMContentLoaded", () => {
    document.documentElement.dataset.loaded = Math.round(performance.now());
    show();
  });
})();
