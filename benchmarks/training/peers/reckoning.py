"""v9.0 and v9.1: cells or a convolution beside a running state, and a gated feed-forward."""

import torch
from torch import nn
from torch.nn import functional as F


def ternary(weight):
    """The ternary form of a matrix, whose gradient passes straight through."""
    scale = weight.abs().mean().clamp(min=1e-5)
    rounded = (weight / scale).round().clamp(-1, 1) * scale
    return weight + (rounded - weight).detach()


class CellLayer(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        width, inner = recipe["width"], recipe["feed_forward"]
        self.chosen = recipe["chosen"]
        self.route = nn.Parameter(torch.randn(recipe["cells"], width) * 0.02)
        self.cells = nn.Parameter(torch.randn(recipe["cells"], recipe["cell_width"]) * 0.01)
        self.into = nn.Parameter(torch.randn(width, recipe["cell_width"]) * 0.01)
        self.out = nn.Parameter(torch.randn(recipe["cell_width"], width) * 0.01)
        self.cell_scale = nn.Parameter(torch.tensor(0.1))
        self.decay = nn.Parameter(torch.tensor(3.0))
        self.gate_weight = nn.Parameter(torch.full((width,), 0.1))
        self.gate_bias = nn.Parameter(torch.zeros(width))
        self.state_scale = nn.Parameter(torch.full((width,), 0.1))
        self.norm = nn.RMSNorm(width, eps=1e-6)
        self.feed_norm = nn.RMSNorm(width, eps=1e-6)
        self.gate = nn.Parameter(torch.randn(width, inner) * 0.02)
        self.up = nn.Parameter(torch.randn(width, inner) * 0.02)
        self.down = nn.Parameter(torch.randn(inner, width) * 0.02)
        self.dropout = nn.Dropout(recipe["dropout"])

    def forward(self, x):
        time = x.shape[1]
        scores = F.linear(x, ternary(self.route)) / x.shape[-1] ** 0.5
        values, index = scores.topk(self.chosen, dim=-1)
        read = (values.softmax(-1)[..., None] * self.cells[index]).sum(-2)
        cell = (read + x @ ternary(self.into)) @ ternary(self.out)
        gated = torch.sigmoid(x * self.gate_weight + self.gate_bias) * x
        factor = torch.sigmoid(self.decay).clamp(0.01, 0.99)
        # The recurrence as one product with the powers of the factor.
        distance = torch.arange(time)[:, None] - torch.arange(time)[None]
        powers = torch.where(distance >= 0, factor ** distance.clamp(min=0), 0.0)
        state = (powers @ gated) * self.state_scale
        n = self.norm(x + self.cell_scale * cell + state)
        f = self.feed_norm(n)
        inner = F.silu(f @ ternary(self.gate)) * (f @ ternary(self.up))
        return n + self.dropout(inner @ ternary(self.down))


class StreamLayer(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        width, inner = recipe["width"], recipe["feed_forward"]
        self.norm1 = nn.RMSNorm(width, eps=1e-6)
        self.taps = recipe["taps"]
        self.convolution = nn.Conv1d(width, width, self.taps, groups=width, bias=False)
        self.decay = nn.Linear(width, width)
        self.gate = nn.Linear(width, width)
        self.key = nn.Linear(width, recipe["memory_width"], bias=False)
        self.memory = nn.Parameter(
            torch.randn(recipe["memory_width"], recipe["memory_width"]) * 0.01
        )
        self.memory_out = nn.Linear(recipe["memory_width"], width, bias=False)
        self.scales = nn.Parameter(torch.full((2,), 0.1))
        self.combine = nn.Linear(3 * width, width)
        self.norm2 = nn.RMSNorm(width, eps=1e-6)
        self.gate_up = nn.Linear(width, 2 * inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)
        self.dropout = nn.Dropout(recipe["dropout"])

    def forward(self, x):
        u = self.norm1(x)
        local = self.convolution(F.pad(u.transpose(1, 2), (self.taps - 1, 0))).transpose(1, 2)
        # As the published script: a quotient instead of the recurrence.
        factor = torch.sigmoid(self.decay(u)).clamp(0.05, 0.95)
        product = factor.log().cumsum(1).exp()
        before = F.pad(product[:, :-1], (0, 0, 1, 0), value=1.0)
        written = torch.sigmoid(self.gate(u)) * u / before.clamp(min=1e-7)
        state = product * written.cumsum(1)
        read = self.memory_out(F.linear(self.key(u), self.memory))
        streams = torch.cat([local, self.scales[0] * state, self.scales[1] * read], dim=-1)
        x = x + self.dropout(self.combine(streams))
        gate, up = self.gate_up(self.norm2(x)).chunk(2, dim=-1)
        return x + self.dropout(self.down(F.silu(gate) * up))


class Reckoning(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        layer = CellLayer if "cells" in recipe else StreamLayer
        self.embedding = nn.Embedding(recipe["vocab"], recipe["width"])
        self.norm_in = nn.RMSNorm(recipe["width"], eps=1e-6)
        self.layers = nn.Sequential(*[layer(recipe) for _ in range(recipe["layers"])])
        self.norm_out = nn.RMSNorm(recipe["width"], eps=1e-6)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def loss(self, tokens, targets):
        hidden = self.norm_out(self.layers(self.norm_in(self.embedding(tokens))))
        logits = F.linear(hidden, self.embedding.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
