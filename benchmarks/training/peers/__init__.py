"""The PyTorch peers by version: a maker and the recipe's sizes."""

from peers.bolt import Bolt
from peers.cortex_compass import CortexCompass
from peers.cortex_eight import Cortex8
from peers.cpu_flow import CPUFlow
from peers.future_sentence import FutureSentence
from peers.nova_ignition import NovaIgnition
from peers.reckoning import Reckoning
from peers.thunderbolt import Thunderbolt

CPU_FLOW = {
    "vocab": 4096,
    "width": 256,
    "sum_width": 64,
    "layers": 6,
    "feed_forward": 128,
    "span": 64,
    "interval": 16,
    "window": 256,
    "sequences": 4,
    "accumulation": 8,
}

PEERS = {
    "v4": (
        Bolt,
        {
            "vocab": 10000,
            "width": 192,
            "layers": 6,
            "taps": 8,
            "feed_forward": 512,
            "window": 256,
            "sequences": 16,
            "accumulation": 1,
            "steps": 15,
        },
    ),
    "v5": (
        Thunderbolt,
        {
            "vocab": 8192,
            "width": 384,
            "layers": 18,
            "heads": 8,
            "head_width": 48,
            "feed_forward": 1152,
            "window": 256,
            "sequences": 16,
            "accumulation": 1,
            "warmup": 1,
            "steps": 4,
        },
    ),
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
        Cortex8,
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
    "v9.0": (
        Reckoning,
        {
            "vocab": 4096,
            "width": 128,
            "layers": 4,
            # The published variant trains none of its ternary matrices, the peer all of them.
            "variant": "sound",
            "cells": 128,
            "cell_width": 32,
            "chosen": 8,
            "feed_forward": 384,
            "dropout": 0.05,
            "window": 256,
            "sequences": 4,
            "accumulation": 8,
        },
    ),
    "v9.1": (
        Reckoning,
        {
            "vocab": 4096,
            "width": 384,
            "layers": 6,
            "memory_width": 64,
            "taps": 7,
            "feed_forward": 1536,
            "dropout": 0.05,
            "window": 256,
            "sequences": 8,
            "accumulation": 4,
        },
    ),
    "v9.2": (
        CortexCompass,
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
    "v10-fsp": (
        FutureSentence,
        {
            "vocab": 4096,
            "width": 256,
            "layers": 4,
            "heads": 8,
            "feed_forward": 512,
            "dropout": 0.1,
            "span": 64,
            "interval": 16,
            "window": 256,
            "sequences": 4,
            "accumulation": 8,
        },
    ),
    "cpuflow-v5ln": (CPUFlow, {**CPU_FLOW, "memory": False}),
    "cpuflow-v9.7": (CPUFlow, {**CPU_FLOW, "memory": True}),
}
