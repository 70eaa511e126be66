"""Writes vectors.txt: signatures computed by datasketch 2.0 with its default scheme and hash.

    pip install datasketch==2.0.0 numpy
    python vectors.py > vectors.txt

A line holds the seed, the number of permutations, the number of tokens and the bytes of
LeanMinHash.serialize() in the default byte order of a little-endian machine. The tokens are the
UTF-8 bytes of "token 0", "token 1" and so on, and then "naïve – 東京" if there are any.
"""

import sys

from datasketch import LeanMinHash, MinHash

assert sys.byteorder == "little"
for seed, slots, count in [
    (1, 128, 0),
    (1, 128, 1),
    (1, 128, 400),
    (1, 256, 60),
    (42, 100, 60),
    (4294967295, 33, 7),
    (1, 700, 3),
]:
    signature = MinHash(num_perm=slots, seed=seed)
    tokens = [f"token {i}".encode() for i in range(count)]
    signature.update_batch(tokens + ["naïve – 東京".encode()] * (count > 0))
    lean = LeanMinHash(signature)
    buffer = bytearray(lean.bytesize())
    lean.serialize(buffer)
    print(seed, slots, count, buffer.hex())
