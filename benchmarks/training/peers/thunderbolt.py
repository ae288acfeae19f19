"""v5 as published: gated recurrences by a doubling scan, squared ReLU, ternary, tied head.

Modules have the names of the reference card, so that its golden weights can be loaded.
"""

import torch
from torch import nn
from torch.nn import functional as F

from peers.ternary import TernaryLinear


def shift(x, mix):
    share = torch.sigmoid(mix)
    return share * x + (1 - share) * F.pad(x, (0, 0, 1, -1))


def scan(forget, values):
    """h_t = f_t h_{t-1} + v_t along dimension 1, in log2(time) steps instead of time steps."""
    distance = 1
    while distance < values.shape[1]:
        before = F.pad(values, (0, 0, distance, -distance))
        values = torch.addcmul(values, forget, before)
        if 2 * distance < values.shape[1]:
            forget = forget * F.pad(forget, (0, 0, distance, -distance))
        distance *= 2
    return values


class Recurrence(nn.Module):
    def __init__(self, recipe, floor):
        super().__init__()
        width = recipe["width"]
        inner = recipe["heads"] * recipe["head_width"]
        self.floor = floor
        self.f_bias = nn.Parameter(torch.zeros(inner))
        self.W_f = TernaryLinear(width, inner, floor=1e-5)
        self.W_v = TernaryLinear(width, inner, floor=1e-5)
        self.W_o = TernaryLinear(width, inner, floor=1e-5)
        self.W_proj = TernaryLinear(inner, width, floor=1e-5)
        self.gn = nn.GroupNorm(recipe["heads"], inner)

    def forward(self, u):
        forget = self.floor + (1 - self.floor) * torch.sigmoid(self.W_f(u) + self.f_bias)
        hidden = scan(forget, (1 - forget) * self.W_v(u))
        gated = torch.sigmoid(self.W_o(u)) * hidden
        return self.W_proj(self.gn(gated.transpose(1, 2)).transpose(1, 2))


class Block(nn.Module):
    def __init__(self, recipe, layer):
        super().__init__()
        width = recipe["width"]
        self.mix1 = nn.Parameter(torch.zeros(width))
        self.mix2 = nn.Parameter(torch.zeros(width))
        self.ln1 = nn.LayerNorm(width)
        self.ln2 = nn.LayerNorm(width)
        self.rec = Recurrence(recipe, 0.9 * layer / max(recipe["layers"] - 1, 1))
        self.ffn_up = TernaryLinear(width, recipe["feed_forward"], floor=1e-5)
        self.ffn_down = TernaryLinear(recipe["feed_forward"], width, floor=1e-5)

    def forward(self, x):
        x = x + self.rec(shift(self.ln1(x), self.mix1))
        z = shift(self.ln2(x), self.mix2)
        return x + self.ffn_down(F.relu(self.ffn_up(z)).square())


class Thunderbolt(nn.Module):
    CARD = {
        "vocab": "vocab",
        "width": "d_model",
        "layers": "n_layers",
        "heads": "n_heads",
        "head_width": "d_head",
        "feed_forward": "d_ffn",
    }

    def __init__(self, recipe):
        super().__init__()
        self.embed = nn.Embedding(recipe["vocab"], recipe["width"])
        self.blocks = nn.Sequential(*[Block(recipe, i) for i in range(recipe["layers"])])
        self.ln_out = nn.LayerNorm(recipe["width"])
        nn.init.normal_(self.embed.weight, std=0.02)

    def forward(self, tokens):
        hidden = self.ln_out(self.blocks(self.embed(tokens)))
        return F.linear(hidden, self.embed.weight)

    def loss(self, tokens, targets):
        return F.cross_entropy(self(tokens).flatten(0, 1), targets.flatten())
