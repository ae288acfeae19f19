#!/usr/bin/env python3
"""The speed-up to expect on real machines of two cores, from what run.sh measured.

    benchmarks/ranks/run.sh > measured.jsonl && benchmarks/ranks/model.py measured.jsonl

A step takes the time of the worker with the most sequences, the parameter update (which every
machine does whole), what MPI and the sums cost on this machine without a limit on the network, and
the time on the wire. A machine sends and receives the gradients once if it is at an end of the chain
and twice in the middle, where it passes sums on and results back over the same link. The first block
takes its way up alone, and the last its way back: a block's time and the latency for each machine.
Before the first block its receiver is asked, there and back. The loss and the clock are agreed upon
before and after, each there and back.
"""
import json
import math
import sys

SEQUENCES = 32
BLOCK = 1 << 18
LATENCY = 100e-6
CORES = 2
# The loss and the clock.
AGREEMENTS = 2
# Bytes a second that TCP carries.
RATES = {"1gbit": 0.116e9, "10gbit": 1.16e9, "unlimited": math.inf}


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

    def wire(machines, rate, latency):
        passes = 1 if machines == 2 else 2
        blocks_alone = 2 * (machines - 1)
        return (passes * size / rate + blocks_alone * (BLOCK / rate + latency)
                + 2 * latency * (1 + AGREEMENTS))

    def step(machines, sequences, rate):
        work = math.ceil(sequences / (CORES * machines)) * per_sequence + fixed
        if machines == 1:
            return work
        return work + exchange + wire(machines, rate, LATENCY)

    print("| sequences a step | network | " + " | ".join(f"{m} machines" for m in (2, 8, 64)) + " |")
    print("|---|---|---|---|---|")
    for sequences in (32, 256, 2048):
        for name in ("1gbit", "10gbit"):
            alone = step(1, sequences, RATES[name])
            speedups = [f"{alone / step(m, sequences, RATES[name]):.1f}" for m in (2, 8, 64)]
            print(f"| {sequences} | {name} | " + " | ".join(speedups) + " |")
    print("\nCheck of the model against the limited networks, two ranks of one thread:")
    for network, count in ranks:
        rate, _, milliseconds = network.partition("-")
        if count != 2 or network == "unlimited":
            continue
        guess = (local[2]["step_seconds"] + exchange
                 + wire(2, RATES[rate], float(milliseconds or 0.02) / 1e3))
        print(f"{network}: {1e3 * guess:.0f} ms a step expected, "
              f"{1e3 * ranks[network, 2]['step_seconds']:.0f} ms measured")


if __name__ == "__main__":
    main()
