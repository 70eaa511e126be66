"""Writes sketches.txt: every kind of sketch, from a second implementation of its description.

    pip install xxhash
    python sketch_reference.py > sketches.txt

The sets are the first n values of mix(0), mix(1), ...; the recipe id is 0x0123456789ABCDEF. A line
holds a name and the encoded bytes (or, for keys, the words) in hexadecimal.
"""

import struct

import xxhash

M32, M64 = 2**32 - 1, 2**64 - 1
BASE = 0x9E3779B97F4A7C15
RECIPE = 0x0123456789ABCDEF


def mix(x):
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & M64
    x = (x ^ x >> 27) * 0x94D049BB133111EB & M64
    return x ^ x >> 31


def shingles(n):
    return [mix(i) for i in range(n)]


def sketch(elements, slots, seed):
    def number(i):
        return mix((mix(seed) + i * BASE) & M64)

    def product(y, p):
        return (y ^ number(2 * p)) * (number(2 * p + 1) | 1) & M64

    row = [M32] * slots

    def throw(slot, value):
        row[slot] = min(row[slot], value)

    for x in elements:
        y = mix(x ^ number(1))
        throw((y >> 32) * slots >> 32, (y & M32) >> 1)
        for p in range(1, slots // 2 + 1):
            z = product(y, p)
            z ^= z >> 32
            for half, round in ((z >> 32, 2 * p - 1), (z & M32, 2 * p)):
                throw(half * slots >> 32, 1 << 31 | round << 20 | (half * slots & M32) >> 12)
        for j in range(slots):
            z = product(y, slots // 2 + 1 + j)
            throw(j, 1 << 31 | (slots + 1) << 20 | z >> 44)
    return row


def encode(kind, body):
    head = b"nc" + bytes([kind, 1]) + struct.pack("<Q", RECIPE) + body
    return (head + struct.pack("<I", xxhash.xxh3_64_intdigest(head) & M32)).hex()


def finalise(h):
    h = (h ^ h >> 16) * 0x85EBCA6B & M32
    h = (h ^ h >> 13) * 0xC2B2AE35 & M32
    return h ^ h >> 16


def twister(seed):
    state = [seed]
    for i in range(1, 624):
        state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + i) & M32)
    while True:
        for i in range(624):
            y = state[i] & 0x80000000 | state[(i + 1) % 624] & 0x7FFFFFFF
            state[i] = state[(i + 397) % 624] ^ y >> 1 ^ (0x9908B0DF if y & 1 else 0)
        for y in state:
            y ^= y >> 11
            y ^= y << 7 & 0x9D2C5680
            y ^= y << 15 & 0xEFC60000
            yield y ^ y >> 18


def permute(hashes, slots, seed):
    random = twister(seed)
    a = [(next(random) & 0x7FFFFFFF) * 2 + 1 for _ in range(slots)]
    b = [next(random) for _ in range(slots)]
    return [min(((p * finalise(h & M32) + q) & M32 for h in hashes), default=M32) for p, q in zip(a, b)]


def simhash(features, weights, word):
    bits = 0
    for i in range(64):
        on = sum(w for f, w in zip(features, weights) if mix(f ^ word) >> i & 1)
        bits |= (2 * on > sum(weights)) << i
    return bits


def sample(hashes, one_in, limit):
    ceiling = M64 // one_in
    kept = sorted(h for h in set(hashes) if h <= ceiling)
    if limit and len(kept) > limit:
        ceiling = kept[limit] - 1
        kept = kept[:limit]
    body = struct.pack("<QIQI", one_in, limit, ceiling, len(kept))
    return body + struct.pack(f"<{len(kept)}Q", *kept)


for n, slots, seed in [(0, 64, 0), (1, 64, 0), (2, 64, 5), (30, 128, 0), (300, 128, 7), (500, 256, 1), (5, 1024, 0)]:
    row = sketch(shingles(n), slots, seed)
    head = struct.pack("<QH", seed, slots)
    name = f"{n} of {slots} seed {seed}"
    print(f"minhash {name}:", encode(1, head + struct.pack(f"<{slots}I", *row)))
    empty = bytes([n == 0])
    cut = [0 if n == 0 else mix(v) for v in row]
    print(f"digest8 {name}:", encode(2, head + empty + bytes(v & 255 for v in cut)))
    print(f"digest16 {name}:", encode(3, head + empty + struct.pack(f"<{slots}H", *(v & 65535 for v in cut))))

for n, slots, seed in [(0, 16, 1), (30, 128, 1)]:
    row = permute(shingles(n), slots, seed)
    body = struct.pack("<IH", seed, slots) + struct.pack(f"<{slots}I", *row)
    print(f"permutation {n} of {slots} seed {seed}:", encode(4, body))

for n in [1, 2, 300]:
    features = shingles(n)
    for name, weights in [("plain", [1] * n), ("weighted", [i % 7 for i in range(1, n + 1)])]:
        low, high = simhash(features, weights, 0), simhash(features, weights, 0x53494D4841534832)
        print(f"simhash64 {n} {name}:", encode(5, struct.pack("<Q", low)))
        print(f"simhash128 {n} {name}:", encode(6, struct.pack("<QQ", low, high)))

for n, one_in, limit in [(0, 16, 0), (300, 16, 0), (300, 1, 20), (300, 4, 200), (10, 1, 20)]:
    print(f"sampled {n} 1/{one_in} limit {limit}:", encode(7, sample(shingles(n), one_in, limit)))

row = sketch(shingles(300), 128, 0)
keys = []
for band in range(14):
    key = band + 1
    for value in row[9 * band : 9 * band + 9]:
        key = (key * BASE + value) & M64
    keys.append(mix(key))
print("keys 14x9:", "".join(f"{key:016x}" for key in keys))
