"""v10-fsp: pre-norm transformer, rotary positions, SwiGLU, and the loss on sets of future tokens."""

import torch
from torch import nn
from torch.nn import functional as F


def future_set_loss(hidden, embedding, projection, targets, recipe):
    """Binary cross-entropy of every sixteenth position with the set of its next 64 tokens."""
    span, interval = recipe["span"], recipe["interval"]
    positions = torch.arange(0, hidden.shape[1] - span, interval)
    logits = F.linear(projection(hidden[:, positions]), embedding.weight)
    members = targets.unfold(1, span, 1)[:, positions]
    sets = torch.zeros_like(logits).scatter_(2, members, 1.0)
    weight = torch.full((), 50.0)
    return F.binary_cross_entropy_with_logits(logits, sets, pos_weight=weight)


class Attention(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.heads = recipe["heads"]
        self.dropout = recipe["dropout"]
        width = recipe["width"] // self.heads
        self.qkv = nn.Linear(recipe["width"], 3 * recipe["width"], bias=False)
        self.out = nn.Linear(recipe["width"], recipe["width"], bias=False)
        frequencies = 10000 ** (-torch.arange(0, width, 2) / width)
        angles = torch.outer(torch.arange(recipe["window"]).float(), frequencies)
        self.register_buffer("cosines", angles.cos(), persistent=False)
        self.register_buffer("sines", angles.sin(), persistent=False)

    def rotate(self, x):
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = (
            even * self.cosines - odd * self.sines,
            even * self.sines + odd * self.cosines,
        )
        return torch.stack(turned, dim=-1).flatten(-2)

    def forward(self, x):
        batch, time, width = x.shape
        qkv = self.qkv(x).view(batch, time, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        o = F.scaled_dot_product_attention(
            self.rotate(q),
            self.rotate(k),
            v,
            is_causal=True,
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.out(o.transpose(1, 2).reshape(batch, time, width))


class Block(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        width, inner = recipe["width"], recipe["feed_forward"]
        self.norm1 = nn.RMSNorm(width, eps=1e-6)
        self.attention = Attention(recipe)
        self.norm2 = nn.RMSNorm(width, eps=1e-6)
        self.gate_up = nn.Linear(width, 2 * inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)
        self.dropout = nn.Dropout(recipe["dropout"])

    def forward(self, x):
        x = x + self.dropout(self.attention(self.norm1(x)))
        gate, up = self.gate_up(self.norm2(x)).chunk(2, dim=-1)
        return x + self.dropout(self.down(F.silu(gate) * up))


class FutureSentence(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.recipe = recipe
        self.embedding = nn.Embedding(recipe["vocab"], recipe["width"])
        self.dropout = nn.Dropout(recipe["dropout"])
        self.blocks = nn.Sequential(*[Block(recipe) for _ in range(recipe["layers"])])
        self.norm = nn.RMSNorm(recipe["width"], eps=1e-6)
        self.projection = nn.Linear(recipe["width"], recipe["width"], bias=False)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def loss(self, tokens, targets):
        hidden = self.norm(self.blocks(self.dropout(self.embedding(tokens))))
        logits = F.linear(hidden, self.embedding.weight)
        sets = future_set_loss(
            hidden, self.embedding, self.projection, targets, self.recipe
        )
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) + 0.1 * sets
