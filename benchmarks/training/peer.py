#!/usr/bin/env python3
"""Trains a PyTorch peer of one version on random tokens and prints its speed as JSON lines.

Each peer is the architecture of the version's published recipe at its published size, with the
recipe's batch, accumulation, AdamW, clipping and dropout, written the way a PyTorch user would
write it. Only speed and memory are of interest: the tokens are random. Steps of warm-up are not
counted.
"""

import argparse
import json
import resource
import statistics
import time

import torch

import peers


def steps(model, recipe, count):
    """Runs optimiser steps and yields the seconds that each took."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=5e-4, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.01
    )
    shape = (recipe["sequences"], recipe["window"] + 1)
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        begin = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        for _ in range(recipe["accumulation"]):
            tokens = torch.randint(recipe["vocab"], shape, generator=generator)
            loss = model.loss(tokens[:, :-1], tokens[:, 1:])
            (loss / recipe["accumulation"]).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        yield time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", choices=sorted(peers.PEERS))
    parser.add_argument("--compile", action="store_true", help="use torch.compile")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--describe", action="store_true", help="print the recipe and end")
    options = parser.parse_args()

    make, recipe = peers.PEERS[options.version]
    recipe = {"warmup": 2, "steps": 5, "variant": "published", **recipe}
    if options.describe:
        print(json.dumps(recipe))
        return
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    model = make(recipe)
    model.train()
    if options.compile:
        model.loss = torch.compile(model.loss)
    seconds = list(steps(model, recipe, recipe["warmup"] + recipe["steps"]))
    seconds = seconds[recipe["warmup"] :]
    tokens = recipe["sequences"] * recipe["accumulation"] * recipe["window"]
    print(
        json.dumps(
            {
                "peer": "torch-compile" if options.compile else "torch-eager",
                "torch": torch.__version__,
                "version": options.version,
                "threads": options.threads,
                "parameters": sum(p.numel() for p in model.parameters()),
                "memory_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
                "tok_per_sec": [round(tokens / s, 1) for s in seconds],
                "median_tok_per_sec": round(tokens / statistics.median(seconds), 1),
            }
        )
    )


if __name__ == "__main__":
    main()
