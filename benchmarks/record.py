#!/usr/bin/env python3
"""Keeps the measurements of a benchmark.

    benchmarks/training/run.sh v5.2 | benchmarks/record.py [--processor NAME] [--note TEXT]

Passes on what it reads, and appends each JSON object with a member `benchmark` to
benchmarks/runs/<date>-<processor>-<units>.jsonl, with date, processor, units and cores of this machine
before it. NAME replaces the processor's own name, which is often less than one wants to know.
benchmarks/tables.py makes tables of the records.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import sys

RUNS = pathlib.Path(__file__).resolve().parent / "runs"


def cpu_info(name):
    """The first value of a line of /proc/cpuinfo; empty where there is none."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return ""
    match = re.search(rf"^{name}\s*:\s*(.*)$", text, re.M)
    return match[1].strip() if match else ""


def units():
    """The widest units that the processor has for products of matrices."""
    flags = cpu_info("flags").split()
    for flag, name in (("amx_bf16", "amx"), ("avx512f", "avx512"), ("avx2", "avx2")):
        if flag in flags:
            return name
    return "neon" if platform.machine() in ("aarch64", "arm64") else "portable"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--processor", default=cpu_info("model name") or platform.machine())
    parser.add_argument("--note", help="what else ran on the machine, and the like")
    parser.add_argument("--runs", type=pathlib.Path, default=RUNS, help="the folder of the records")
    options = parser.parse_args()
    machine = {
        "date": datetime.date.today().isoformat(),
        "processor": options.processor,
        "units": units(),
        "cores": len(os.sched_getaffinity(0)),
    }
    kept = []
    for line in sys.stdin:
        print(line, end="", flush=True)
        record = json.loads(line) if line.startswith("{") else {}
        if "benchmark" in record:
            record = {**machine, **record}
            if options.note:
                record["note"] = options.note
            kept.append(record)
    if not kept:
        sys.exit("record.py: no line was a JSON object with a member 'benchmark'; nothing was kept")
    name = re.sub(r"[^a-z0-9]+", "-", f"{options.processor} {machine['units']}".lower()).strip("-")
    options.runs.mkdir(exist_ok=True)
    path = options.runs / f"{machine['date']}-{name}.jsonl"
    with path.open("a") as file:
        for record in kept:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    print(f"record.py: {len(kept)} records in {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
