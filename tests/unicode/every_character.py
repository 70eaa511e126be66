#!/usr/bin/env python3
"""Prints the digest of tests/text_golden.rs: every character as a text of its own.

Independent of generate_tables.py: properties come from the `unicodedata` module of a Python whose
database is 15.0.0 (3.12), scripts from character names. Wants the module `xxhash`. With an argument, prints the
tokens of every character instead.
"""
import struct
import sys
import unicodedata as u

import xxhash

assert u.unidata_version == "15.0.0"

IGNORABLE = [
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]
IGNORED = {c for a, b in IGNORABLE for c in range(a, b + 1)}
EAST = (
    "CJK UNIFIED", "CJK COMPAT", "HIRAGANA", "KATAKANA", "BOPOMOFO", "YI SYLLABLE", "HENTAIGANA", "TANGUT", "NUSHU",
    "KHITAN", "IDEOGRAPHIC CLOSING", "IDEOGRAPHIC NUMBER", "HANGZHOU", "VERTICAL KANA", "MASU MARK", "VERTICAL IDEOGRAPHIC",
)
SOUTHEAST = ("THAI ", "LAO ", "KHMER ", "MYANMAR ", "TAI LE ", "NEW TAI LUE ", "TAI THAM ", "TAI VIET ", "AHOM ")
APOSTROPHES = "'\u02bb\u02bc\u055a\u05f3\u2018\u2019\u201b"


def fold(c):
    s = c
    while True:
        t = u.normalize("NFKC", u.normalize("NFKD", u.normalize("NFD", s)).casefold())
        t = u.normalize("NFC", "".join(x for x in t if ord(x) not in IGNORED))
        if t == s:
            return t
        s = t


def is_tangut(c):
    return "\U00017000" <= c < "\U00018d80"  # without names in the database


def kind(c):
    general, name = u.category(c), u.name(c, "")
    if c in APOSTROPHES:
        return "'"
    if general[0] == "M":
        return "M"
    if general == "Nd":
        return "D"
    if general[0] in "LN" and (name.startswith(EAST) or c in "\u30fc" or is_tangut(c) or "ITERATION MARK" in name):
        return "H"
    if general[0] == "L":
        return "S" if name.startswith(SOUTHEAST) else "L"
    return "N" if general[0] == "N" else "-"


def words(s):
    out, script = [], None
    for c in s:
        k = kind(c)
        if k in "LDN":
            if script == "L":
                out[-1][0] += c
            else:
                out.append([c, k])
            script = "L"
        elif k in "HS":
            out.append([c, k])
            script = k
        elif k == "M" and script:
            out[-1][0] += c
        else:
            script = None
    return out


def token(c):
    form = fold(c)
    found = words(form)
    if not found:
        return None
    capital = u.category(c) in ("Lu", "Lt")
    if len(found) == 1:
        text, k = found[0]
    else:
        kinds = [kind(x) for x in form]
        at = [i for i, k in enumerate(kinds) if k in "LDNHS"]
        text = form[at[0] : at[-1] + 1].translate({ord(x): "'" for x in APOSTROPHES})
        k = "H" if "H" in kinds else "S" if "S" in kinds else kind(text[0])
    text = u.normalize("NFC", text)
    flags = {"H": 16, "S": 32}.get(k, 0) | capital * 64 | (kind(text[0]) == "D") * 128
    return text, flags


data = b""
for c in range(0x110000):
    if 0xD800 <= c < 0xE000:
        continue
    found = token(chr(c))
    if found:
        line = struct.pack("<IQB", c, xxhash.xxh3_64_intdigest(found[0].encode()), found[1])
        data += line
        if len(sys.argv) > 1:
            print(f"{c:04X} {line.hex()} {found[0]}")
if len(sys.argv) == 1:
    print(f"{len(data) // 13} tokens, {xxhash.xxh3_64_intdigest(data):#x}")
