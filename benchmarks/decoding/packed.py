#!/usr/bin/env python3
"""What packed ternary weights bring when decoding: the bound that memory traffic sets, and what is
measured.

Makes a run with random weights at a version's published size, packs it, and lets fl-sample draw
texts of two lengths from both forms; the difference in time over the difference in tokens is the
time of a token, sampler included. The bound comes from the bytes that a token reads and from the
bandwidth of one core, which is measured by NumPy's product of a matrix with a vector: for as many
bytes as a form reads, again and again, as decoding reads them.

Prints JSON lines, which benchmarks/record.py keeps. Needs the built tools and NumPy.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Some environments pin OpenBLAS to an older kernel; one thread, as fl-sample has.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# A process of its own, since a child's peak memory counts what its parent had when it was started.
BANDWIDTH = """
import sys, time, numpy
matrix = numpy.ones((int(sys.argv[1]) // 4096, 1024), numpy.float32)
vector = numpy.ones(1024, numpy.float32)
best = float("inf")
for _ in range(30):
    begin = time.perf_counter()
    matrix @ vector
    best = min(best, time.perf_counter() - begin)
print(matrix.nbytes / best)
"""


def bandwidth(byte_count):
    """Bytes a second that one core reads of a float32 matrix of this size."""
    command = [sys.executable, "-c", BANDWIDTH, str(byte_count)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def write_tokenizer(path, size):
    """A tokenizer of `size` entries: special tokens, bytes, and words without merges."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    characters = [chr(byte) for byte in printable]
    characters += [chr(256 + place) for place in range(len(others))]
    special = ["<pad>", "<unk>", "<bos>", "<eos>"]
    words = [f"w{place}" for place in range(size - len(special) - len(characters))]
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": place,
                "content": content,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for place, content in enumerate(special)
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "ByteLevel",
            "add_prefix_space": False,
            "trim_offsets": True,
            "use_regex": True,
        },
        "post_processor": None,
        "decoder": {
            "type": "ByteLevel",
            "add_prefix_space": True,
            "trim_offsets": True,
            "use_regex": True,
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {
                token: place for place, token in enumerate(special + characters + words)
            },
            "merges": [],
        },
    }
    path.write_text(json.dumps(tokenizer))


def make_run(bin, version, folder):
    """A run of one step at the published size."""
    recipe = ROOT / f"pipelines/recipes/{version}.json"
    vocabulary = json.loads(recipe.read_text())["model"]["vocab"]
    tokenizer = folder / "tokenizer.json"
    write_tokenizer(tokenizer, vocabulary)
    tokens = json.dumps({"tokens": [7 * place % vocabulary for place in range(2000)]})
    subprocess.run(
        [bin / "fl-shard", "pack", "--quiet", "--tokenizer", tokenizer]
        + ["--output", folder / "data", "-"],
        input=tokens.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    command = [bin / "fl-train", "--quiet", "--recipe", recipe, "--steps", "1"]
    command += ["--train", folder / "data", "--validation", folder / "data"]
    command += ["--tokenizer", tokenizer, "--output", folder / "float32"]
    command += ["--set", "batch.sequences=1", "--set", "batch.accumulation=1"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    pack = [bin / "fl-eval", "pack", folder / "float32", "--output", folder / "packed"]
    packed = json.loads(subprocess.run(pack, stdout=subprocess.PIPE, check=True).stdout)
    return packed["parameters"], packed["packed_weights"]


def sample(bin, run, tokens):
    """Seconds of processor time and peak bytes of a text of so many tokens."""
    command = [bin / "fl-sample", run, "a", "--tokens", str(tokens), "--ignore-end-of-text"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"{' '.join(map(str, command))} failed")
    return usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("versions", nargs="*", default=["v5", "v4"])
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--bin",
        type=pathlib.Path,
        default=os.environ.get("FLASHLM_BIN", ROOT / ".build/release"),
    )
    options = parser.parse_args()
    for version in options.versions:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            parameters, ternary = make_run(options.bin, version, folder)
            measure(options, version, folder, parameters, ternary)


def measure(options, version, folder, parameters, ternary):
    packed_file = (folder / "packed/best.safetensors").stat().st_size
    float_bytes = 4 * (parameters - ternary)
    # What is neither float32 nor a header is the packed weights: words, scales, padding.
    ternary_bytes = packed_file - float_bytes
    traffic = {"float32": 4 * parameters, "packed": packed_file}
    seconds, memory = {}, {}
    for form in traffic:
        times = []
        for _ in range(options.repeats):
            short, _ = sample(options.bin, folder / form, options.tokens // 10)
            long, memory[form] = sample(options.bin, folder / form, options.tokens)
            times.append((long - short) / (options.tokens - options.tokens // 10))
        seconds[form] = statistics.median(times)
    speed = {form: bandwidth(count) for form, count in traffic.items()}
    bound = {form: traffic[form] / speed[form] for form in traffic}
    print(
        json.dumps(
            {
                "benchmark": "packed_decoding",
                "version": version,
                "parameters": parameters,
                "ternary_weights": ternary,
                "bits_a_ternary_weight": round(8 * ternary_bytes / ternary, 3),
                "bytes_a_token": traffic,
                "of_those_float32_in_packed_form": float_bytes,
                "ratio_of_bytes": round(traffic["float32"] / traffic["packed"], 2),
                "measured_gigabytes_a_second": {f: round(s / 1e9, 1) for f, s in speed.items()},
                "bound_milliseconds_a_token": {f: round(1e3 * b, 3) for f, b in bound.items()},
                "bound_ratio": round(bound["float32"] / bound["packed"], 2),
                "milliseconds_a_token": {f: round(1e3 * s, 3) for f, s in seconds.items()},
                "ratio": round(seconds["float32"] / seconds["packed"], 2),
                "peak_memory_bytes": memory,
            }
        )
    )


if __name__ == "__main__":
    main()
