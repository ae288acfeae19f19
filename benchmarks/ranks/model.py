#!/usr/bin/env python3
"""The speed-up to expect on real machines of two cores, from what run.sh measured.

    benchmarks/ranks/run.sh > measured.jsonl && benchmarks/ranks/model.py measured.jsonl

A step takes the time of the worker with the most sequences, the parameter update (which every
machine does whole), what MPI and the sums cost on this machine without a limit on the network, and
the time on the wire. The sum passes the machines in blocks of 256 KiB and comes back while later
blocks still go up: (blocks + 2 (machines - 1)) times a block's time. A block's time is its bytes
over the rate plus a latency.
"""
import json
import math
import sys

SEQUENCES = 32
BLOCK = 1 << 18
LATENCY = 100e-6
CORES = 2


def main():
    rows = [json.loads(line) for line in open(sys.argv[1])]
    local = {r["threads"]: r for r in rows if r["ranks"] == 1}
    ranks = {(r["network"], r["ranks"]): r for r in rows if r["ranks"] > 1}
    size = ranks["unlimited", 2]["exchanged_bytes_per_step"] / 2
    # One and two threads differ in the sequences a worker takes: 32 against 16.
    per_sequence = (local[1]["step_seconds"] - local[2]["step_seconds"]) / (SEQUENCES / 2)
    fixed = max(0.0, local[1]["step_seconds"] - SEQUENCES * per_sequence)
    exchange = max(0.0, ranks["unlimited", 2]["step_seconds"] - local[2]["step_seconds"])
    print(f"a sequence takes {1e3 * per_sequence:.1f} ms on a core, the rest of a step "
          f"{1e3 * fixed:.0f} ms, sums and MPI {1e3 * exchange:.0f} ms; "
          f"gradients are {size / 1e6:.1f} MB")

    def step(machines, sequences, rate):
        work = math.ceil(sequences / (CORES * machines)) * per_sequence + fixed
        if machines == 1:
            return work
        blocks = math.ceil(size / BLOCK)
        return work + exchange + (blocks + 2 * (machines - 1)) * (BLOCK / rate + LATENCY)

    print("| sequences a step | network | " + " | ".join(f"{m} machines" for m in (2, 8, 64)) + " |")
    print("|---|---|---|---|---|")
    for sequences in (32, 256, 2048):
        for name, rate in (("1 Gbit/s", 0.116e9), ("10 Gbit/s", 1.16e9)):
            alone = step(1, sequences, rate)
            speedups = [f"{alone / step(m, sequences, rate):.1f}" for m in (2, 8, 64)]
            print(f"| {sequences} | {name} | " + " | ".join(speedups) + " |")
    print("\nCheck of the model against the limited network, two ranks of one thread:")
    for name, rate in (("10gbit", 1.16e9), ("1gbit", 0.116e9)):
        blocks = math.ceil(size / BLOCK)
        guess = local[2]["step_seconds"] + exchange + (blocks + 2) * (BLOCK / rate + 20e-6)
        print(f"{name}: {1e3 * guess:.0f} ms a step expected, "
              f"{1e3 * ranks[name, 2]['step_seconds']:.0f} ms measured")


if __name__ == "__main__":
    main()
