#!/usr/bin/env python3
"""Speed of fl-tokenize against `tokenizers` and `gigatoken`: same text, same cores, same run.

    benchmarks/tokenize/run.py [--data FILE] [--core N] [--repeat N] [--bin FOLDER]

Without --data, the train part of TinyStories in the folder FLASHLM_DATA is used, or else 25 MB of
stories from `fl-shard stories`. Documents are separated by lines `<|endoftext|>`.

What is measured, everything on one core (and `tokenizers` also as it comes, on all):

  train    a byte-level BPE of 4,096 entries, line by line, all 256 bytes in the alphabet
  encode   text to binary tokens. For fl-tokenize, `first` is a whole run of the tool, from the
           start of the process to the last token on its standard output (/dev/null); `steady` is
           what one more copy of the file costs: a run over 9 copies less a run over 1, over 8.
           For the libraries, `first` is the first call with a fresh tokenizer and `steady` the
           median of later ones; text and tokens stay in memory, and starting Python counts for
           neither.

Each result is a JSON line: wall-clock and processor seconds (medians), and megabytes (10^6 bytes)
per second of both. On a machine that does other work too, compare processor time. The ids of all
three are compared, and the run fails if any differ. Two lines sum up, encoding by processor time on
one core and training by wall-clock time on all; benchmarks/record.py keeps them. A table follows on
standard error.
"""

import argparse
import importlib.metadata
import json
import os
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time

SEPARATOR = b"\n<|endoftext|>\n"
# Set where a measuring machine pins them; speed is measured without.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)
# The tool does no matrix products; OpenBLAS's idle threads would only disturb the other core.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

results = []


def report(what, who, timings, size, **more):
    """Prints a result: the medians of (wall, processor) seconds for `size` bytes."""
    wall = statistics.median(t[0] for t in timings)
    cpu = statistics.median(t[1] for t in timings)
    record = {
        "event": "benchmark", "time": time.time(), "what": what, "who": who,
        "wall_seconds": round(wall, 5), "cpu_seconds": round(cpu, 5),
        "mb_per_wall_second": round(size / wall / 1e6, 1),
        "mb_per_cpu_second": round(size / cpu / 1e6, 1), "runs": len(timings), **more,
    }
    results.append(record)
    print(json.dumps(record), flush=True)


def run(command):
    """Runs a command to its end; wall-clock and processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def timed(body):
    """Calls a function; wall-clock and processor seconds, and what it returned."""
    start, cpu = time.perf_counter(), time.process_time()
    value = body()
    return time.perf_counter() - start, time.process_time() - cpu, value


def read_stream(path):
    """The ids of all documents of a token stream (Formats/TokenStream.swift)."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"FLTOKENS"
    width = struct.unpack_from("<I", data, 12)[0]
    kind, position, documents = {2: "H", 4: "I"}[width], 64, []
    while True:
        mark, _, tokens, _, _, _, name, _ = struct.unpack_from("<IIQQQdII", data, position)
        if mark == 0x31444E45:
            return documents
        position += 48 + name
        documents.append(list(struct.unpack_from(f"<{tokens}{kind}", data, position)))
        position += width * tokens


def train_library(tokenizers, path):
    """A tokenizer as fl-tokenize trains it here."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=4096, min_frequency=2, special_tokens=["<pad>", "<unk>", "<bos>", "<eos>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train([path], trainer)
    return tokenizer


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", help="text with separator lines")
    parser.add_argument("--core", type=int, default=0, help="the core to measure on")
    parser.add_argument("--repeat", type=int, default=7, help="runs of each measurement")
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    folder = os.environ.get("FLASHLM_BIN", os.path.join(root, ".build", "release"))
    parser.add_argument("--bin", default=folder, help="the folder of the built tools")
    return parser.parse_args()


def find_data(options, scratch):
    if options.data:
        return options.data
    real = os.path.join(os.environ.get("FLASHLM_DATA", ""), "tinystories-v2-train.txt")
    if os.path.exists(real):
        return real
    path = os.path.join(scratch, "stories.txt")
    subprocess.run(
        [os.path.join(options.bin, "fl-shard"), "stories", "--characters", "25000000", "--format",
         "text", "--quiet", "--output", path], check=True, stdout=subprocess.DEVNULL)
    return path


def main():
    options = parse()
    tool = os.path.join(options.bin, "fl-tokenize")
    every_core = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as scratch:
        data = find_data(options, scratch)
        size = os.path.getsize(data)
        ours, tokens = os.path.join(scratch, "ours.json"), os.path.join(scratch, "tokens")
        train = [tool, "train", data, "--format", "lines", "--alphabet", "bytes", "--quiet",
                 "--output", ours, "--threads"]
        encode = [tool, "encode", "--tokenizer", ours, "--format", "text", "--quiet", "--threads",
                  "1"]
        os.sched_setaffinity(0, {options.core})
        report("train", "fl-tokenize", [run(train + ["1"]) for _ in range(options.repeat)], size)
        once = [run(encode + [data]) for _ in range(options.repeat)]
        run(encode + [data, "--output", tokens])
        documents = read_stream(tokens)
        many = [run(encode + [data] * 9) for _ in range(options.repeat)]
        report("encode first", "fl-tokenize", once, size)
        steady = [[(m - o) / 8 for m, o in zip(pair[0], pair[1])] for pair in zip(many, once)]
        report("encode steady", "fl-tokenize", steady, size)
        with open(data, "rb") as file:
            text = file.read()
        wrong = measure_gigatoken(ours, text, documents, size, options.repeat)
        wrong += measure_tokenizers(ours, data, text, documents, size, every_core, tool, scratch)
    summarise(size)
    table()
    sys.exit(f"{wrong} documents have other ids" if wrong else 0)


def measure_gigatoken(tokenizer, text, documents, size, repeat):
    try:
        import gigatoken
    except ImportError:
        print("gigatoken is not installed: left out", file=sys.stderr)
        return 0
    source = gigatoken.BytesSource([text], separator=SEPARATOR)
    fresh = []
    for _ in range(min(3, repeat)):
        giga = gigatoken.Tokenizer(tokenizer)
        fresh.append(timed(lambda: giga.encode_batch(source, parallel=False))[:2])
    for _ in range(3):
        ids = giga.encode_batch(source, parallel=False)
    warm = [timed(lambda: giga.encode_batch(source, parallel=False))[:2] for _ in range(repeat)]
    report("encode first", "gigatoken", fresh, size)
    report("encode steady", "gigatoken", warm, size)
    # It leaves the line break at the end of the file in the last document.
    theirs = [d for d in ids.tolist() if d]
    return sum(a != b for a, b in zip(theirs[:-1], documents)) + abs(len(theirs) - len(documents))


def measure_tokenizers(tokenizer, path, text, documents, size, every_core, tool, scratch):
    try:
        import tokenizers
    except ImportError:
        print("tokenizers is not installed: left out", file=sys.stderr)
        return 0
    library = tokenizers.Tokenizer.from_file(tokenizer)
    parts = [d for d in text.decode("utf-8").split(SEPARATOR.decode()) if d]
    # Its speed does not depend on the amount, so a fifth is enough.
    parts = parts[: max(1, len(parts) // 5)]
    part_size = sum(len(d.encode()) for d in parts)
    wrong = 0

    def measure(who):
        wall, cpu, encoded = timed(lambda: library.encode_batch(parts))
        report("encode steady", who, [(wall, cpu)], part_size)
        return sum(a.ids != b for a, b in zip(encoded[:-1], documents))

    wrong += measure("tokenizers")
    os.sched_setaffinity(0, every_core)
    # Its threads were made on one core; a new process has them on all.
    script = (
        "import sys, time, json, tokenizers\n"
        "t = tokenizers.Tokenizer.from_file(sys.argv[1])\n"
        "d = [x for x in open(sys.argv[2], 'rb').read().decode().split(sys.argv[3]) if x]\n"
        "d = d[: max(1, len(d) // 5)]\n"
        "s, c = time.perf_counter(), time.process_time()\n"
        "t.encode_batch(d)\n"
        "print(time.perf_counter() - s, time.process_time() - c)\n")
    reply = subprocess.run(
        [sys.executable, "-c", script, tokenizer, path, SEPARATOR.decode()], check=True,
        stdout=subprocess.PIPE, text=True).stdout.split()
    report("encode steady", "tokenizers, all cores", [tuple(map(float, reply))], part_size)
    trained = timed(lambda: train_library(tokenizers, path))
    report("train", "tokenizers, all cores", [trained[:2]], size)
    every = [tool, "train", path, "--format", "lines", "--alphabet", "bytes", "--quiet", "--output",
             os.path.join(scratch, "all.json"), "--threads", str(len(every_core))]
    report("train", "fl-tokenize, all cores", [run(every) for _ in range(3)], size)
    with open(tokenizer, encoding="utf-8") as file:
        if json.load(file) != json.loads(trained[2].to_str()):
            sys.exit("the trained tokenizers differ")
    return wrong


def summarise(size):
    """Prints ours beside each peer that was measured."""

    def found(what, who, member):
        return next((r[member] for r in results if (r["what"], r["who"]) == (what, who)), None)

    for what, name, measured, suffix, member in (
        ("encode", "mb_per_second", "encode steady", "", "mb_per_cpu_second"),
        ("train", "seconds", "train", ", all cores", "wall_seconds"),
    ):
        figures = {
            who: found(measured, who + suffix, member)
            for who in ("fl-tokenize", "gigatoken", "tokenizers")
        }
        figures = {who: value for who, value in figures.items() if value}
        ours = figures.get("fl-tokenize")
        ratio = {
            who: round(ours / value if name == "mb_per_second" else value / ours, 2)
            for who, value in figures.items()
            if ours and who != "fl-tokenize"
        }
        # Without a peer there is nothing to compare, and training is not measured on all cores.
        if ratio:
            releases = {who: importlib.metadata.version(who) for who in ratio}
            print(json.dumps({
                "benchmark": "tokenize", "what": what, "megabytes": round(size / 1e6, 1),
                name: figures, "ratio": ratio, "releases": releases}))


def table():
    def say(*columns):
        print("{:<15}{:<24}{:>11}{:>11}{:>11}{:>11}{:>8}".format(*columns), file=sys.stderr)

    say("what", "who", "wall s", "cpu s", "MB/wall s", "MB/cpu s", "times")
    for what in ("train", "encode first", "encode steady"):
        rows = [r for r in results if r["what"] == what]
        base = rows[0]["mb_per_cpu_second"]
        for r in rows:
            say(what, r["who"], r["wall_seconds"], r["cpu_seconds"], r["mb_per_wall_second"],
                r["mb_per_cpu_second"], f"{r['mb_per_cpu_second'] / base:.2f}")


if __name__ == "__main__":
    main()
