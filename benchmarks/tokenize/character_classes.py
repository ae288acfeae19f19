#!/usr/bin/env python3
"""Writes CharacterClassRanges.swift from the `tokenizers` library's own behaviour.

Every code point is put between two letters and split by the library's ByteLevel pre-tokenizer and
by single patterns, so that the table holds what its regular-expression engine does, whatever
Unicode version that has.

    character_classes.py > Sources/FlashShared/Text/BytePairEncoding/CharacterClassRanges.swift
    character_classes.py --check FILE     exit 1 if the file is not what would be written
"""

import sys

import tokenizers
from tokenizers import Regex, pre_tokenizers

OTHER, LETTER, NUMBER, WHITESPACE = range(4)


def classes():
    """The class of each code point; surrogates, which no text holds, count as other."""
    splits = {
        LETTER: pre_tokenizers.Split(Regex(r"\p{L}"), "removed"),
        NUMBER: pre_tokenizers.Split(Regex(r"\p{N}"), "removed"),
        WHITESPACE: pre_tokenizers.Split(Regex(r"\s"), "removed"),
    }
    found = [OTHER] * 0x110000
    for start in range(0, 0x110000, 0x1000):
        points = [c for c in range(start, start + 0x1000) if not 0xD800 <= c < 0xE000]
        text = "".join(map(chr, points))
        for kind, split in splits.items():
            kept = {c for piece, _ in split.pre_tokenize_str(text) for c in piece}
            for c in points:
                if chr(c) not in kept:
                    found[c] = kind
    return found


def source(found):
    starts = [c for c in range(0x110000) if c == 0 or found[c] != found[c - 1]]
    lines = [
        "// Written by benchmarks/tokenize/character_classes.py from tokenizers "
        f"{tokenizers.__version__}; do not edit.",
        "",
        "// swift-format-ignore-file",
        "",
        "/// Where each range of code points of one class begins, times four, plus the class's number",
        "/// (see `CharacterClass`); ascending, the first one at zero.",
        "let characterClassRanges: [UInt32] = [",
    ]
    numbers = [f"0x{c << 2 | found[c]:X}," for c in starts]
    for index in range(0, len(numbers), 10):
        lines.append("  " + " ".join(numbers[index : index + 10]))
    return "\n".join(lines + ["]", ""])


def main():
    text = source(classes())
    if sys.argv[1:2] == ["--check"]:
        with open(sys.argv[2], encoding="utf-8") as file:
            # The library's version may differ; what counts is the table.
            same = file.read().split("\n")[1:] == text.split("\n")[1:]
        sys.exit(0 if same else "the table differs from the installed library's")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
