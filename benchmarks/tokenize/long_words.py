#!/usr/bin/env python3
"""How the time of training and encoding grows with the length of one word.

    benchmarks/tokenize/long_words.py [--bin FOLDER] [--largest BYTES] [--repeat N]

Text without white space (one letter, random letters, a genome, base64) is trained on and encoded at
sizes that double. Each result is a JSON line: processor seconds (the least of N runs, that of a text
of one word taken off) and the exponent by which it grew since half the size: 1 is linear, 2 is
quadratic. Below a tenth of a second there is none. A table follows on standard error.
"""

import argparse
import base64
import json
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"


def text(kind, size):
    draw = random.Random(5)
    if kind == "one letter":
        return "a" * size
    if kind == "base64":
        return base64.b64encode(draw.randbytes(size * 3 // 4)).decode()
    letters = "ACGT" if kind == "genome" else "abcdefghijklmnopqrstuvwxyz"
    return "".join(draw.choices(letters, k=size))


def seconds(command, repeat):
    """The least processor seconds of several runs."""
    times = []
    for _ in range(repeat):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--largest", type=int, default=4 << 20)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    tool = os.path.join(options.bin, "fl-tokenize")
    with tempfile.TemporaryDirectory() as folder:
        path, tokenizer = os.path.join(folder, "text"), os.path.join(folder, "t.json")
        train = [tool, "train", "-q", "--threads", "1", "-o", tokenizer, path]
        encode = [tool, "encode", "-q", "--threads", "1", "-t", tokenizer, path]

        def write(content):
            with open(path, "w") as file:
                file.write(content)

        write("a word\n")
        nothing = [seconds(train, options.repeat), seconds(encode, options.repeat)]
        for kind in ("one letter", "random letters", "genome", "base64"):
            before, size = [0, 0], options.largest >> 4
            while size <= options.largest:
                write(text(kind, size))
                line = f"{kind:15} {size / 1e6:6.2f} MB"
                for index, (what, command) in enumerate((("train", train), ("encode", encode))):
                    taken = max(seconds(command, options.repeat) - nothing[index], 0)
                    ratio = taken / before[index] if before[index] >= 0.1 else None
                    exponent = math.log2(ratio) if ratio else None
                    before[index] = taken
                    print(json.dumps({
                        "event": "benchmark", "time": time.time(), "what": what, "text": kind,
                        "bytes": size, "cpu_seconds": round(taken, 4),
                        "exponent": exponent and round(exponent, 2)}), flush=True)
                    grown = f"n^{exponent:.2f}" if exponent else ""
                    line += f"   {what} {taken:7.3f} s {grown:7}"
                print(line, file=sys.stderr, flush=True)
                size *= 2


if __name__ == "__main__":
    main()
