"""The PyTorch peers by version: a maker and the recipe's sizes."""

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
}
