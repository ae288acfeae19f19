"""v4: gated causal depthwise convolutions and gated feed-forward layers, ternary, tied head.

Modules have the names of the reference card, so that its golden weights can be loaded.
"""

import torch
from torch import nn
from torch.nn import functional as F

from peers.ternary import TernaryLinear


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.scale, eps=1e-6)


class Mixer(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        width, taps = recipe["width"], recipe["taps"]
        self.up = TernaryLinear(width, 2 * width)
        self.conv = nn.Conv1d(
            width, width, taps, padding=taps - 1, groups=width, bias=False
        )
        nn.init.normal_(self.conv.weight, std=(2 / (width * taps)) ** 0.5)
        self.down = TernaryLinear(width, width)

    def forward(self, x):
        gate, value = self.up(x).chunk(2, dim=-1)
        # Padded on both sides; what would look ahead is cut off behind the last position.
        convolved = self.conv(value.transpose(1, 2))[..., : x.shape[1]].transpose(1, 2)
        return self.down(convolved * torch.sigmoid(gate))


class FeedForward(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.W_gate = TernaryLinear(recipe["width"], recipe["feed_forward"])
        self.W_up = TernaryLinear(recipe["width"], recipe["feed_forward"])
        self.W_down = TernaryLinear(recipe["feed_forward"], recipe["width"])

    def forward(self, x):
        return self.W_down(F.silu(self.W_gate(x)) * self.W_up(x))


class Block(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.norm1 = RMSNorm(recipe["width"])
        self.mixer = Mixer(recipe)
        self.norm2 = RMSNorm(recipe["width"])
        self.ffn = FeedForward(recipe)

    def forward(self, x):
        x = x + self.mixer(self.norm1(x))
        return x + self.ffn(self.norm2(x))


class Bolt(nn.Module):
    CARD = {
        "vocab": "vocab",
        "width": "dim",
        "layers": "n_blocks",
        "taps": "kernel_size",
        "feed_forward": "glu_hidden",
    }

    def __init__(self, recipe):
        super().__init__()
        self.embedding = nn.Embedding(recipe["vocab"], recipe["width"])
        self.blocks = nn.Sequential(*[Block(recipe) for _ in range(recipe["layers"])])
        self.final_norm = RMSNorm(recipe["width"])
        nn.init.normal_(self.embedding.weight, std=0.02)

    def forward(self, tokens):
        hidden = self.final_norm(self.blocks(self.embedding(tokens)))
        return F.linear(hidden, self.embedding.weight)

    def loss(self, tokens, targets):
        return F.cross_entropy(self(tokens).flatten(0, 1), targets.flatten())
