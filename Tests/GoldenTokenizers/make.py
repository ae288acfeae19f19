#!/usr/bin/env python3
"""Makes the golden tokenizers: what the Python library `tokenizers` trains and encodes.

    pip install tokenizers==0.23.3
    Tests/GoldenTokenizers/make.py

For each case a folder: case.json (the options, the documents that the tokenizer is trained on, and
texts to encode), tokenizer.json as the library saves it, and ids.json, the ids of those texts. The
documents are drawn so that counts of pairs tie all the time, and some have characters of two to four
bytes. The same library writes the same files again.
"""

import json
import pathlib
import random

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<pad>", "<unk>", "<bos>", "<eos>"]
LETTERS = list("aab c")
# Their bytes are shared: é and è, and of 中 and 丮 two of three, 🙂 and 🙃 three of four.
MULTIBYTE = ["é", "è", "e\u0301", "中", "丮", "🙂", "🙃", "я", "ß", " ", "a"]
WORDS = "the cat sat on mat then hat that chat at tan ten net nett café cafè".split(" ")


def text(draw, pieces, length, joint=""):
    return joint.join(draw.choice(pieces) for _ in range(length))


def equal_counts(draw):
    """Documents in which every word occurs equally often."""
    words = WORDS * 6
    draw.shuffle(words)
    return [" ".join(words[i : i + 8]) for i in range(0, len(words), 8)]


# name: options that differ from the ones below, and what the documents are drawn from.
CASES = {
    "letters": ({"min_frequency": 1}, LETTERS),
    "letters-bytes": ({"all_bytes": True, "prefix": False, "vocab_size": 420}, LETTERS),
    "letters-short": ({"min_frequency": 1, "max_token_length": 4}, LETTERS),
    "letters-odd-specials": ({"special_tokens": ["a", "<eos>", "Ġb"], "min_frequency": 5}, LETTERS),
    "multibyte": ({"min_frequency": 0}, MULTIBYTE),
    "multibyte-bytes": ({"all_bytes": True, "prefix": False, "vocab_size": 420}, MULTIBYTE),
    "multibyte-few": ({"prefix": False, "min_frequency": 4, "special_tokens": []}, MULTIBYTE),
    "words": ({"vocab_size": 90}, WORDS),
}
DEFAULTS = {
    "vocab_size": 220,
    "min_frequency": 2,
    "special_tokens": SPECIAL,
    "max_token_length": None,
    "all_bytes": False,
    "prefix": True,
}


def train(options, documents):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=options["prefix"])
    tokenizer.decoder = decoders.ByteLevel()
    more = {}
    if options["max_token_length"] is not None:
        more["max_token_length"] = options["max_token_length"]
    if options["all_bytes"]:
        more["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=options["vocab_size"],
        min_frequency=options["min_frequency"],
        special_tokens=options["special_tokens"],
        show_progress=False,
        **more,
    )
    tokenizer.train_from_iterator(documents, trainer)
    return tokenizer


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def main():
    root = pathlib.Path(__file__).parent
    for seed, (name, (changes, pieces)) in enumerate(CASES.items()):
        draw = random.Random(seed)
        options = DEFAULTS | changes
        if pieces is WORDS:
            documents = equal_counts(draw)
            held_out = [text(draw, WORDS, 12, " ") for _ in range(20)]
        else:
            documents = [text(draw, pieces, 30) for _ in range(24)]
            held_out = [text(draw, pieces, 40) for _ in range(20)]
        documents += ["", " "]
        held_out += ["", " ", "a", "<eos>a <eos>b<pad>", "中a\n\n  é 12🙂's"]
        tokenizer = train(options, documents)
        saved = tokenizer.to_str()
        for _ in range(5):
            assert train(options, documents).to_str() == saved, f"{name}: not the same twice"
        folder = root / name
        folder.mkdir(exist_ok=True)
        write(folder / "case.json", {"options": options, "documents": documents, "texts": held_out})
        (folder / "tokenizer.json").write_text(saved + "\n", "utf-8")
        write(folder / "ids.json", [e.ids for e in tokenizer.encode_batch(held_out)])
        print(f"{name}: {tokenizer.get_vocab_size()} entries")


if __name__ == "__main__":
    main()
