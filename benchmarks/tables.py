#!/usr/bin/env python3
"""Makes the tables of README.md and benchmarks/NOTES.md from the records in benchmarks/runs.

    benchmarks/tables.py [--check] [--root REPOSITORY]

A table stands between a line

    <!-- table: KIND NAME [VERSION…] -->

and the next <!-- end of table -->. It shows the records of the benchmark KIND in
benchmarks/runs/NAME.jsonl, those of the versions alone if any are named, in that order. Of records of
the same measurement the last one counts. --check changes nothing and exits with 1 if a table is not
what its records give.
"""

import argparse
import json
import pathlib
import re
import sys

FILES = ("README.md", "benchmarks/NOTES.md")
TABLE = re.compile(
    r"(?ms)^<!-- table: ([^\n]*) -->\n((?:(?!<!-- table: ).)*?)^<!-- end of table -->$"
)


def rows(columns, lines):
    """A Markdown table; all columns but the first are numbers."""
    head = ["| " + " | ".join(columns) + " |", "|---" + "|--:" * (len(columns) - 1) + "|"]
    return head + ["| " + " | ".join(line) + " |" for line in lines]


def number(value, unit=""):
    """With thousands separated, as precise as it was recorded."""
    return "–" if value is None else f"{value:,}{unit}"


def megabytes(value):
    return number(None if value is None else round(value / 1e6), " MB")


def percent(value):
    return number(None if value is None else round(100 * value), " %")


def version_name(record):
    sound = " (sound)" if record.get("variant") == "sound" else ""
    return record["version"] + sound


def training(records):
    """Tokens a second of ours and of each peer, the share of the peak, and memory."""
    peers = sorted({peer for r in records for peer in r["tok_per_sec"]} - {"flashlm"})
    torch = " and ".join(sorted({r["torch"].split("+")[0] for r in records}))
    names = {peer: f"PyTorch {torch} {peer.removeprefix('torch-')}" for peer in peers}
    columns = ["version", "parameters", "pairs", "FlashLM"]
    for peer in peers:
        columns += [names[peer], "ratio"]
    columns += ["of the peak", "memory", "eager's memory"]
    lines = []
    for r in records:
        memory = r.get("peak_memory_bytes", {})
        line = [version_name(r), number(r.get("parameters")), number(r["pairs"])]
        line.append(number(round(r["tok_per_sec"]["flashlm"])))
        for peer in peers:
            speed = r["tok_per_sec"].get(peer)
            line += [number(speed and round(speed)), number(r["ratio"].get(peer))]
        line += [percent(r.get("fraction_of_peak")), megabytes(memory.get("flashlm"))]
        line.append(megabytes(memory.get("torch-eager")))
        lines.append(line)
    return rows(columns, lines)


def tokenize(records):
    """Ours and each peer, a row a pair."""
    names = {"encode": "encoding, MB a second", "train": "training, seconds"}
    lines = []
    for r in records:
        figures = r.get("mb_per_second") or r["seconds"]
        for peer, ratio in r["ratio"].items():
            release = r.get("releases", {}).get(peer, "")
            lines.append(
                [f"{names[r['what']]}, {number(r['megabytes'])} MB", number(figures["fl-tokenize"])]
                + [f"{peer} {release}".strip() + ": " + number(figures[peer]), number(ratio)]
            )
    return rows(["what", "FlashLM", "peer", "ratio"], lines)


def decoding(records):
    """Tokens a second by the length of the text, a column a version."""
    versions = list(dict.fromkeys(r["version"] for r in records))
    found = {(r["version"], r["tokens"]): r for r in records}

    def cell(record):
        if record is None:
            return "–"
        speed = number(round(record["tokens_per_second"]))
        if "least" not in record:
            return speed
        return f"{speed} ({number(round(record['least']))} to {number(round(record['most']))})"

    size = {r["version"]: f"{r['version']} ({number(r['parameters'])} parameters)" for r in records}
    lengths = sorted({r["tokens"] for r in records})
    lines = [[number(n)] + [cell(found.get((v, n))) for v in versions] for n in lengths]
    return rows(["tokens drawn, context of as many"] + [size[v] for v in versions], lines)


def delta_rule(records):
    lines = [
        [number(r["positions"])]
        + [number(round(r[f"{what}_per_position"])) for what in ("nanoseconds", "bytes")]
        for r in records
    ]
    return rows(["positions", "nanoseconds a position", "bytes a position"], lines)


def packed_decoding(records):
    """What a token reads and takes, float32 and packed side by side for each version."""

    def both(member, unit, scale=1, digits=1):
        line = []
        for r in records:
            for form in ("float32", "packed"):
                line.append(f"{r[member][form] / scale:.{digits}f} {unit}")
        return line

    columns, floats = [""], []
    for r in records:
        columns += [f"{r['version']} float32", f"{r['version']} packed"]
        floats += ["", f"{r['of_those_float32_in_packed_form'] / 1e6:.1f} MB"]
    lines = [
        ["bytes a token reads"] + both("bytes_a_token", "MB", 1e6),
        ["of those float32: embedding, norms"] + floats,
        ["bandwidth for as many bytes"] + both("measured_gigabytes_a_second", "GB/s", digits=0),
        ["bound"] + both("bound_milliseconds_a_token", "ms", digits=2),
        ["measured, sampler included"] + both("milliseconds_a_token", "ms", digits=2),
    ]
    return rows(columns, lines)


KINDS = {
    "training": training,
    "tokenize": tokenize,
    "decoding": decoding,
    "delta_rule": delta_rule,
    "packed_decoding": packed_decoding,
}
# What tells measurements of a benchmark apart.
KEYS = ("version", "variant", "what", "tokens", "positions")


def table(root, marker):
    """The lines of a table from what its first line says."""
    kind, name, *versions = marker.split()
    if kind not in KINDS:
        sys.exit(f"tables.py: there is no table '{kind}'; there are {', '.join(KINDS)}")
    path = root / f"benchmarks/runs/{name}.jsonl"
    try:
        records = [json.loads(line) for line in path.read_text().splitlines()]
    except (OSError, ValueError) as error:
        sys.exit(f"tables.py: {path}: {error}")
    last = {tuple(r.get(key) for key in KEYS): r for r in records if r["benchmark"] == kind}
    chosen = list(last.values())
    if versions:
        chosen = [r for version in versions for r in chosen if r.get("version") == version]
    missing = set(versions) - {r.get("version") for r in chosen}
    if missing or not chosen:
        sys.exit(f"tables.py: {path} has no record of {kind} {' '.join(sorted(missing))}".rstrip())
    return "\n" + "\n".join(KINDS[kind](chosen)) + "\n\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="change nothing, say what would")
    root = pathlib.Path(__file__).resolve().parents[1]
    parser.add_argument("--root", type=pathlib.Path, default=root)
    options = parser.parse_args()
    stale = False
    for name in FILES:
        path = options.root / name
        text = path.read_text()
        if len(re.findall(r"(?m)^<!-- table: ", text)) != len(TABLE.findall(text)):
            sys.exit(f"tables.py: {name}: a <!-- table: … --> has no <!-- end of table --> of its own")

        def renewed(match):
            lines = table(options.root, match[1])
            made = f"<!-- table: {match[1]} -->\n{lines}<!-- end of table -->"
            if options.check and made != match[0]:
                print(f"{name}: the table '{match[1]}' is not what its records give; "
                      "run benchmarks/tables.py")
            return made

        new = TABLE.sub(renewed, text)
        if new != text:
            stale = True
            if not options.check:
                path.write_text(new)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
