#!/usr/bin/env python3
"""Checks that the files that README, ARCHITECTURE, CONTRIBUTING and NOTES name are there, and that
ARCHITECTURE stays short and has the rooms of Sources/rooms.txt in their order.

    check.py [REPOSITORY]

A name is a link to a file, or code such as `Tests/Rooms/check.py` or, of FlashShared's rooms,
`Tensor/Graph.swift`; `<…>` and `*` in it stand for anything. CONTRIBUTING's example, taps, is not
there. Exits with 1 and a line for each that is missing.
"""

import pathlib
import re
import sys

FILES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "benchmarks/NOTES.md")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([\w.+/<>*-]+)`")
FOLDERS = {"Sources", "Tests", "Plugins", "pipelines", "benchmarks", "install", "results"}
LONGEST = 150


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    table = (root / "Sources/rooms.txt").read_text().splitlines()
    rooms = [line.split()[0] for line in table if line.strip() and not line.startswith("#")]
    problems = []
    for name in FILES:
        text = (root / name).read_text()
        for link in LINK.findall(text):
            if not (root / name).parent.joinpath(link).exists():
                problems.append(f"{name}: links to {link}, which is not there")
        for path in CODE.findall(text):
            first = path.split("/")[0]
            if "/" not in path or "taps" in path.lower() or first not in FOLDERS | set(rooms):
                continue
            place = root / "Sources/FlashShared" if first in rooms else root
            if not any(place.glob(re.sub(r"<[^>]*>", "*", path).rstrip("/"))):
                problems.append(f"{name}: names {path}, which is not there")
    architecture = (root / "ARCHITECTURE.md").read_text()
    lines = architecture.count("\n")
    if lines > LONGEST:
        problems.append(f"ARCHITECTURE.md: has {lines} lines; {LONGEST} are enough")
    shown = [room for room in re.findall(r"(?m)^\| (\w+) \|", architecture) if room in rooms]
    if shown != rooms:
        problems.append("ARCHITECTURE.md: its table of rooms is not that of Sources/rooms.txt")
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


sys.exit(main())
