#!/usr/bin/env python3
"""Checks that PyTorch peers compute what the golden vectors say: logits, loss, gradient norm.

Takes the peers whose modules have the reference card's names. Prints a JSON line for each and
exits with 1 if one differs.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file

import peers

GOLDEN = pathlib.Path(__file__).parents[2] / "Tests/FlashSharedTests/Golden"


def check(version, make):
    folder = GOLDEN / version
    config = json.loads((folder / "config.json").read_text())
    model = make({name: config[card] for name, card in make.CARD.items()})
    model.load_state_dict(load_file(folder / "weights.safetensors"))
    batch = json.loads((folder / "batch.json").read_text())
    expected = json.loads((folder / "published.json").read_text())
    logits = load_file(folder / "published.safetensors")["logits"]

    tokens, targets = torch.tensor(batch["x"]), torch.tensor(batch["y"])
    model.eval()
    with torch.no_grad():
        difference = (model(tokens) - logits).abs().max() / logits.abs().max()
    model.train()
    loss = model.loss(tokens, targets)
    loss.backward()
    norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()])
    result = {
        "version": version,
        "largest_relative_logit_difference": difference.item(),
        "loss_difference": abs(loss.item() - expected["loss"]),
        "relative_grad_norm_difference": abs(norm.item() / expected["grad_norm"] - 1),
    }
    limits = {
        "largest_relative_logit_difference": 1e-4,
        "loss_difference": 1e-5,
        "relative_grad_norm_difference": 1e-3,
    }
    result["passed"] = all(result[name] <= limit for name, limit in limits.items())
    print(json.dumps(result))
    return result["passed"]


def main():
    makers = {version: make for version, (make, _) in peers.PEERS.items()}
    checked = [check(v, make) for v, make in makers.items() if hasattr(make, "CARD")]
    sys.exit(0 if checked and all(checked) else 1)


if __name__ == "__main__":
    main()
