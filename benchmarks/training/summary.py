#!/usr/bin/env python3
"""Sums up the measurements of run.sh: medians, ratios, and the fraction of the cores' peak.

The peak is measured here, not looked up: the best of several large float32 matrix products by
NumPy's OpenBLAS on each core alone, times the number of cores. Each summary is a record that
benchmarks/record.py keeps.
"""

import json
import statistics
import sys
import time
from collections import defaultdict

import numpy
from threadpoolctl import threadpool_info, threadpool_limits


def peak():
    """GFLOP/s of one core in a large matrix product, and the kernel that ran."""
    a = numpy.ones((2048, 2048), numpy.float32)
    kernel = [i.get("architecture") for i in threadpool_info() if i["user_api"] == "blas"]
    threadpool_limits(1, "blas")
    best = 0
    for _ in range(8):
        begin = time.perf_counter()
        a @ a
        best = max(best, 2 * 2048**3 / (time.perf_counter() - begin) / 1e9)
    return best, kernel


def main():
    speeds = defaultdict(lambda: defaultdict(list))
    memory = defaultdict(dict)
    # What all measurements of a version share: its size, its variant, the peer's release.
    facts = defaultdict(dict)
    threads = 1
    for line in open(sys.argv[1]):
        record = json.loads(line)
        speeds[record["version"]][record["peer"]].append(record["median_tok_per_sec"])
        largest = memory[record["version"]].get(record["peer"], 0)
        memory[record["version"]][record["peer"]] = max(largest, record["memory_bytes"])
        for name in ("variant", "parameters", "torch"):
            if name in record:
                facts[record["version"]].setdefault(name, record[name])
        threads = record["threads"]
    core, kernel = peak()
    for version, peers in speeds.items():
        medians = {peer: statistics.median(values) for peer, values in peers.items()}
        ours = medians["flashlm"]
        flops = 6 * facts[version]["parameters"] * ours / 1e9
        print(
            json.dumps(
                {
                    "benchmark": "training",
                    "version": version,
                    **facts[version],
                    "threads": threads,
                    "pairs": len(peers["flashlm"]),
                    "tok_per_sec": medians,
                    "ratio": {
                        peer: round(
                            statistics.median(
                                a / b for a, b in zip(peers["flashlm"], values)
                            ),
                            2,
                        )
                        for peer, values in peers.items()
                        if peer != "flashlm"
                    },
                    "peak_memory_bytes": memory[version],
                    "gflop_per_sec": round(flops, 1),
                    "measured_core_peak_gflop_per_sec": round(core, 1),
                    "blas_kernel": kernel,
                    "fraction_of_peak": round(flops / (core * threads), 3),
                }
            )
        )


if __name__ == "__main__":
    main()
