#!/usr/bin/env python3
"""Writes src/text/tables.rs from the Unicode character database, version 15.0.0.

    python3 tests/unicode/generate_tables.py [directory of the database] > src/text/tables.rs

The directory (default /usr/share/unicode, where Debian's package `unicode-data` 15.0.0 puts it)
holds UnicodeData.txt, DerivedNormalizationProps.txt, CompositionExclusions.txt, PropList.txt, Scripts.txt
and LineBreak.txt. The tables are frozen: a newer database makes other tokens, so it is a new recipe.
"""
import re
import sys

ROOT = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
LIMIT = 0x32400  # no letter, number, mark or mapping at or above it, but for the range below
IGNORABLE = range(0xE0000, 0xE1000)
BLOCK = 64

SEPARATOR, LETTER, DIGIT, NUMBER, HAN, SOUTHEAST, MARK, IGNORED, APOSTROPHE, MIDNUM, SEQUENCE, ISOLATED = range(12)
CAPITAL, MAPPED, FIRST, MAYBE = 1 << 4, 1 << 5, 1 << 6, 1 << 7
SENTENCE, LINE, PARAGRAPH, CLAUSE, SOLID, LF, CR = (1 << i for i in range(7))
TOKEN = {LETTER, DIGIT, NUMBER, HAN, SOUTHEAST}
WORD = {LETTER, DIGIT, NUMBER, MARK}

APOSTROPHES = {0x27, 0x2BB, 0x2BC, 0x55A, 0x5F3, 0x2018, 0x2019, 0x201B}
MIDNUMS = {0x2C, 0x2E, 0x66B, 0x66C}
LINES = {0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029}
# Neither of those scripts nor ideographic by their properties, but written only among such characters.
KANA_MARKS = {0x3006, 0x303C, 0x30FC, *range(0x3031, 0x3036), 0x16FE0, 0x16FE1}
CLAUSES = set()
# STerm lacks the Armenian marks.
SENTENCES = {0x55C, 0x55E}


def fields(name):
    with open(f"{ROOT}/{name}", encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line:
                yield [field.strip() for field in line.split(";")]


def span(text):
    ends = [int(x, 16) for x in text.split("..")]
    return range(ends[0], ends[-1] + 1)


with open(f"{ROOT}/DerivedNormalizationProps.txt", encoding="utf-8") as file:
    assert file.readline().startswith("# DerivedNormalizationProps-15.0.0"), "wants Unicode 15.0.0"

category, ccc, pairs = {}, {}, {}
opening = None
for row in fields("UnicodeData.txt"):
    cp = int(row[0], 16)
    if row[1].endswith(", First>"):
        opening = cp
        continue
    for c in range(opening if row[1].endswith(", Last>") else cp, cp + 1):
        category[c] = row[2]
        if row[3] != "0":
            ccc[c] = int(row[3])
    if row[5] and not row[5].startswith("<") and " " in row[5]:
        pairs[cp] = [int(x, 16) for x in row[5].split()]

mapping, no, maybe, excluded = {}, set(), set(), set()
for row in fields("DerivedNormalizationProps.txt"):
    if row[1] == "NFKC_CF":
        for c in span(row[0]):
            mapping[c] = [int(x, 16) for x in row[2].split()]
    elif row[1] == "NFC_QC":
        (no if row[2] == "N" else maybe).update(span(row[0]))
    elif row[1] == "Full_Composition_Exclusion":
        excluded.update(span(row[0]))
first = {pair[0] for composed, pair in pairs.items() if composed not in excluded}
first.update(range(0x1100, 0x1113))  # leading consonants take vowels,
first.update(range(0xAC00, 0xD7A4, 28))  # syllables without a final take finals
# A mark behind a composed character may take the place of one inside it.
first.update(pairs)

white, sterm, terminal, ideographic = set(), set(), set(), set()
for row in fields("PropList.txt"):
    sets = {"White_Space": white, "Sentence_Terminal": sterm, "Terminal_Punctuation": terminal, "Ideographic": ideographic}
    if row[1] in sets:
        sets[row[1]].update(span(row[0]))
SENTENCES |= sterm
CLAUSES |= terminal - SENTENCES

han, southeast = set(KANA_MARKS) | ideographic, set()
for row in fields("Scripts.txt"):
    if row[1] in ("Han", "Hiragana", "Katakana", "Bopomofo", "Yi"):
        han.update(span(row[0]))
for row in fields("LineBreak.txt"):
    if row[1] == "SA":
        southeast.update(span(row[0]))


def effects(c):
    if c in LINES:
        return LINE | {0x0A: LF, 0x0D: CR, 0x2029: PARAGRAPH}.get(c, 0)
    if c in white:
        return 0
    return SOLID | (SENTENCE if c in SENTENCES else CLAUSE if c in CLAUSES else 0)


def plain(c):
    """Kind of a character that maps to itself."""
    general = category.get(c, "Cn")
    if c in APOSTROPHES:
        return APOSTROPHE
    if c in MIDNUMS:
        return MIDNUM
    if general[0] == "M":
        return MARK
    if general == "Nd":
        return DIGIT
    if general[0] in "LN" and c in han:
        return HAN
    if general[0] == "L":
        return SOUTHEAST if c in southeast else LETTER
    if general[0] == "N":
        return NUMBER
    return SEPARATOR


def record(c):
    """(kind and flags, normal form or None)"""
    target = mapping.get(c, [c])
    capital = CAPITAL if category.get(c) in ("Lu", "Lt") else 0
    if not target:
        return IGNORED, None
    kinds = [plain(x) for x in target]
    if len(target) == 1:
        t, kind = target[0], kinds[0]
        assert t not in no and t not in mapping, hex(c)
        value = kind
        if kind in (SEPARATOR, APOSTROPHE, MIDNUM):
            value |= effects(t) << 16
        if kind == APOSTROPHE or kind == SEPARATOR:
            return value, None
        value |= capital | ccc.get(t, 0) << 8
        value |= (FIRST if t in first else 0) | (MAYBE if t in maybe else 0)
        return (value, None) if t == c else (value | MAPPED, target)
    if not TOKEN & set(kinds):
        if set(kinds) == {MARK}:
            return SEQUENCE | MAPPED, target
        together = 0
        for x in target:
            together |= effects(x)
        return SEPARATOR | together << 16, None
    if set(kinds) <= {SOUTHEAST, MARK} and kinds[0] == SOUTHEAST:
        return SOUTHEAST | MAPPED | FIRST, target
    if set(kinds) <= {HAN, MARK} and kinds[0] == HAN:
        return HAN | MAPPED | FIRST, target
    if target in ([0xE4D, 0xE32], [0xECD, 0xEB2]):
        return SEQUENCE | MAPPED, target
    edges = [i for i, kind in enumerate(kinds) if kind in TOKEN]
    inner = slice(edges[0], edges[-1] + 1)
    if set(kinds[inner]) <= WORD or len(kinds[inner]) == 1:
        assert MARK not in kinds[: edges[0]], hex(c)
        return SEQUENCE | MAPPED | capital, target
    assert MARK not in kinds, hex(c)
    return ISOLATED | MAPPED | capital, [0x27 if x in APOSTROPHES else x for x in target[inner]]


records = {c: record(c) for c in range(LIMIT)}
for c in range(LIMIT, 0x110000):
    if c in IGNORABLE:
        assert mapping[c] == []
    else:
        assert record(c) == (SEPARATOR | SOLID << 16, None), hex(c)

palette = []
forms = bytearray(b"\0")
places = {}
kinds_of, forms_of = [], []
for c in range(LIMIT):
    value, form = records[c]
    if value not in palette:
        palette.append(value)
    kinds_of.append(palette.index(value))
    place = 0
    if form is not None:
        text = "".join(map(chr, form)).encode()
        if text not in places:
            places[text] = len(forms)
            forms += bytes([len(text)]) + text
        place = places[text]
    forms_of.append(place)
assert len(palette) <= 256 and len(forms) < 65536


def trie(values):
    stage1, blocks = [], {}
    for at in range(0, len(values), BLOCK):
        block = tuple(values[at : at + BLOCK])
        stage1.append(blocks.setdefault(block, len(blocks)))
    assert len(blocks) <= 65536
    return stage1, [x for block in blocks for x in block]


def emit(name, kind, values, note):
    print(f"\n/// {note}")
    print("#[rustfmt::skip]")
    print(f"pub(super) static {name}: [{kind}; {len(values)}] = [")
    line = "   "
    for x in values:
        item = f" {x},"
        if len(line) + len(item) > 118:
            print(line)
            line = "   "
        line += item
    print(line)
    print("];")


kinds1, kinds2 = trie(kinds_of)
forms1, forms2 = trie(forms_of)
print("//! Character tables: kinds, flags and normal forms, as of Unicode 15.0.0.")
print("//!")
print("//! Written by `tests/unicode/generate_tables.py`; not to be edited by hand.")
print()
print("/// First code point without a place in the tables.")
print(f"pub(super) const LIMIT: u32 = {LIMIT:#x};")
emit("RECORDS", "u32", palette, "The distinct records: kind, flags, combining class, effects of a separator.")
emit("KINDS_BLOCK", "u8" if max(kinds1) < 256 else "u16", kinds1, "Block of `KINDS` for each 64 code points.")
emit("KINDS", "u8", kinds2, "Index into `RECORDS`.")
emit("FORMS_BLOCK", "u8" if max(forms1) < 256 else "u16", forms1, "Block of `FORMS_AT` for each 64 code points.")
emit("FORMS_AT", "u16", forms2, "Offset into `FORMS`, 0 for none.")
emit("FORMS", "u8", list(forms), "Normal forms: length, then UTF-8.")
size = len(palette) * 4 + len(kinds1) * (1 if max(kinds1) < 256 else 2) + len(kinds2)
size += len(forms1) * (1 if max(forms1) < 256 else 2) + len(forms2) * 2 + len(forms)
print(f"{size} bytes of tables, {len(palette)} records", file=sys.stderr)
for kind, name in ((ISOLATED, "isolated"), (SEQUENCE, "sequence")):
    n = [c for c in range(LIMIT) if records[c][0] & 15 == kind]
    print(name, len(n), "".join(map(chr, n[:60])), file=sys.stderr)
