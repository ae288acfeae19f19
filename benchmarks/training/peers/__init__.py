"""The PyTorch peers by version: a maker and the recipe's sizes."""

from peers.cortex_eight import CortexEight
from peers.nova_ignition import NovaIgnition

PEERS = {
    "v5.2": (
        NovaIgnition,
        {
            "vocab": 4096,
            "width": 256,
            "layers": 6,
            "heads": 4,
            "head_width": 64,
            "feed_forward": 512,
            "dropout": 0.1,
            "window": 128,
            "sequences": 4,
            "accumulation": 8,
        },
    ),
    "v7.4": (
        CortexEight,
        {
            "vocab": 4096,
            "width": 256,
            "layers": 6,
            "heads": 4,
            "head_width": 64,
            "attention_window": 64,
            "memory_width": 32,
            "feed_forward": 512,
            "dropout": 0.1,
            "window": 256,
            "sequences": 4,
            "accumulation": 8,
        },
    ),
}
