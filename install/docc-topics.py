#!/usr/bin/env python3
"""Prints the section of topics for FlashShared's page: each room with its public names.

    docc-topics.py ROOMS.TXT FLASHSHARED.SYMBOLS.JSON

Exits with 1 and a line for each documented parameter that its function does not have, and for each
public name of the first level without a comment.
"""

import collections
import json
import pathlib
import re
import sys


def documented(lines):
    """The names of the parameters that a comment documents; a group is several."""
    names, inside = [], False
    for line in lines:
        if match := re.match(r"- Parameter ([^:]+):", line):
            names += match[1].split(", ")
        elif re.match(r"- Parameters:", line):
            inside = True
        elif inside and (match := re.match(r"  - ([^:]+):", line)):
            names += match[1].split(", ")
        elif not line.startswith("  "):
            inside = False
    return names


def main():
    table, graph = map(pathlib.Path, sys.argv[1:])
    symbols = json.loads(graph.read_text())["symbols"]
    names, problems = collections.defaultdict(list), []
    for symbol in symbols:
        place = symbol.get("location", {}).get("uri", "")
        title = ".".join(symbol["pathComponents"])
        # A requirement of the system's libraries brings its comment along, which is not ours.
        comment = symbol.get("docComment", {})
        lines = [line["text"] for line in comment.get("lines", [])]
        if "functionSignature" in symbol and comment.get("module") == "FlashShared":
            given = symbol["functionSignature"].get("parameters", [])
            known = {parameter.get("internalName", parameter["name"]) for parameter in given}
            for name in documented(lines):
                if name not in known:
                    problems.append(f"{place}: {title} has no parameter '{name}'")
        if len(symbol["pathComponents"]) == 1 and "/FlashShared/" in place:
            names[place.split("/FlashShared/")[1].split("/")[0]].append(title)
            if not lines:
                problems.append(f"{place}: {title} is public and has no comment")

    print("\n## Topics")
    for line in table.read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        room, description = line.split(maxsplit=1)
        if room in names:
            print(f"\n### {room}\n\n{description[0].upper()}{description[1:]}.\n")
            print("\n".join(f"- ``{name}``" for name in sorted(set(names[room]))))
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
