"""Linear layers whose weights are -s, 0 or s in the forward pass; gradients pass straight through."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class TernaryLinear(nn.Module):
    """v4 divides by the mean magnitude + 1e-8; with `floor`, as in v5, by the larger of the two."""

    def __init__(self, inputs, outputs, floor=None):
        super().__init__()
        self.floor = floor
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * math.sqrt(2 / outputs))

    def forward(self, x):
        with torch.no_grad():
            level = self.weight.abs().mean()
            if self.floor is not None:
                level = level.clamp(min=self.floor)
            divisor = level + 1e-8 if self.floor is None else level
            ternary = (self.weight / divisor).round().clamp(-1, 1) * level
        return F.linear(x, self.weight + (ternary - self.weight).detach())
