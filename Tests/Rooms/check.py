#!/usr/bin/env python3
"""Checks that the folders of Sources/FlashShared lean one way: a file uses no name that is declared
only in rooms above its own, be it a type, a global function, or a member that an extension adds to a
type of a lower room. Sources/rooms.txt has the rooms in order.

    check.py [REPOSITORY]

Textual, without a compiler: a name that is declared in several rooms counts for the lowest of them.
Exits with 1 and a line for each use that goes up, with 2 if a folder is no room.
"""

import collections
import pathlib
import re
import sys

ACCESS = (
    r"(?:@\w+(?:\([^)]*\))?\s+)*"
    r"(?:(?:public|package|internal|final|indirect|static|nonisolated(?:\(unsafe\))?"
    r"|mutating|borrowing|consuming|private\(set\)|package\(set\)|internal\(set\))\s+)*"
)
TYPE = re.compile(rf"^{ACCESS}(?:struct|class|enum|protocol|actor|typealias)\s+([A-Z]\w*)", re.M)
GLOBAL = re.compile(rf"^{ACCESS}func\s+([a-z]\w*)", re.M)
EXTENSION = re.compile(rf"^{ACCESS}extension\s+([A-Z][\w.]*)[^{{]*\{{(.*?)^\}}", re.M | re.S)
MEMBER = re.compile(rf"^  {ACCESS}(?:func|var|let|case)\s+([a-z]\w*)", re.M)
ANY_MEMBER = re.compile(r"\b(?:func|var|let|case)\s+([a-z]\w*)")
LABEL = re.compile(r"\b([a-z]\w*)\s*:")
# Members that types of the system have as well, of which no room is meant.
SYSTEM = {"load", "broadcast"}


def code(path):
    """A file's text without comments and strings; interpolations go with their strings."""
    text = re.sub(r'"""(.*?)"""', '""', path.read_text(), flags=re.S)
    text = re.sub(r'#?"(?:\\.|[^"\\\n])*"#?', '""', text)
    return re.sub(r"//.*", "", text)


def rooms_of(table):
    lines = table.read_text().splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def main():
    repository = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    root = repository / "Sources/FlashShared"
    rooms = rooms_of(repository / "Sources/rooms.txt")
    place = {room: index for index, room in enumerate(rooms)}

    texts = {path: code(path) for path in sorted(root.rglob("*.swift"))}
    room_of = {path: path.relative_to(root).parts[0] for path in texts}
    unknown = sorted(set(room_of.values()) - set(rooms))
    if unknown:
        print(f"Sources/rooms.txt: has no room {', '.join(unknown)}; add a line where it belongs")
        return 2

    # The lowest room that declares a name.
    types, functions = {}, {}
    for path, text in texts.items():
        here = place[room_of[path]]
        for pattern, names in ((TYPE, types), (GLOBAL, functions)):
            for name in pattern.findall(text):
                names[name] = min(here, names.get(name, here))

    # Members that an extension adds to a type of a lower room, and where any name is declared at all.
    added, declared = {}, collections.defaultdict(lambda: len(rooms))
    for path, text in texts.items():
        here = place[room_of[path]]
        for name in ANY_MEMBER.findall(text) + LABEL.findall(text):
            declared[name] = min(here, declared[name])
        for type_name, body in EXTENSION.findall(text):
            if types.get(type_name.split(".")[0], here) < here:
                for name in set(MEMBER.findall(body)) - SYSTEM:
                    added[name] = min(here, added.get(name, here))

    failures = 0
    for path, text in texts.items():
        here = place[room_of[path]]
        uses = [(name, types[name]) for name in re.findall(r"\b[A-Z]\w*", text) if name in types]
        uses += [
            (name, functions[name])
            for name in re.findall(r"(?<![\w.])([a-z]\w*)\(", text)
            if name in functions and declared[name] > here
        ]
        uses += [
            (name, added[name])
            for name in re.findall(r"\.([a-z]\w*)", text)
            if name in added and declared[name] > here
        ]
        for name, room in sorted(set(uses)):
            if room > here:
                print(
                    f"{path.relative_to(repository)}: {room_of[path]} uses {name} of {rooms[room]}, "
                    "which is above it; move one of them, or hand in what is needed"
                )
                failures += 1
    return 1 if failures else 0


sys.exit(main())
