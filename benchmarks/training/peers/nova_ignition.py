"""v5.2: pre-norm transformer, rotary positions, gated GELU, tied head."""

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        inner = recipe["heads"] * recipe["head_width"]
        self.heads = recipe["heads"]
        self.head_width = recipe["head_width"]
        self.dropout = recipe["dropout"]
        self.qkv = nn.Linear(recipe["width"], 3 * inner, bias=False)
        self.out = nn.Linear(inner, recipe["width"], bias=False)
        frequencies = 10000 ** (-torch.arange(0, self.head_width, 2) / self.head_width)
        angles = torch.outer(torch.arange(recipe["window"]).float(), frequencies)
        angles = torch.cat([angles, angles], dim=-1)
        self.register_buffer("cosines", angles.cos(), persistent=False)
        self.register_buffer("sines", angles.sin(), persistent=False)

    def rotate(self, x):
        first, second = x.chunk(2, dim=-1)
        return x * self.cosines + torch.cat([-second, first], dim=-1) * self.sines

    def forward(self, x):
        batch, time, _ = x.shape
        qkv = self.qkv(x).view(batch, time, 3, self.heads, self.head_width)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        o = F.scaled_dot_product_attention(
            self.rotate(q),
            self.rotate(k),
            v,
            is_causal=True,
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.out(o.transpose(1, 2).reshape(batch, time, -1))


class FeedForward(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.up = nn.Linear(recipe["width"], 2 * recipe["feed_forward"], bias=False)
        self.down = nn.Linear(recipe["feed_forward"], recipe["width"], bias=False)
        self.dropout = nn.Dropout(recipe["dropout"])

    def forward(self, x):
        gate, value = self.up(x).chunk(2, dim=-1)
        return self.dropout(self.down(F.gelu(gate) * value))


class Block(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.norm1 = nn.LayerNorm(recipe["width"])
        self.attention = Attention(recipe)
        self.norm2 = nn.LayerNorm(recipe["width"])
        self.feed_forward = FeedForward(recipe)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class NovaIgnition(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.embedding = nn.Embedding(recipe["vocab"], recipe["width"])
        self.dropout = nn.Dropout(recipe["dropout"])
        self.blocks = nn.Sequential(*[Block(recipe) for _ in range(recipe["layers"])])
        self.norm = nn.LayerNorm(recipe["width"])
        nn.init.normal_(self.embedding.weight, std=0.02)

    def loss(self, tokens, targets):
        hidden = self.norm(self.blocks(self.dropout(self.embedding(tokens))))
        logits = F.linear(hidden, self.embedding.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
