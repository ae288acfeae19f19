"""v7.4, published variant: windowed attention beside a linear memory of present and future, a gate
between them, SwiGLU, tied head; trained on the token after the next.

The script's memory also computed a decay that its mask made 1 everywhere; it is left out here, so
that the peer does nothing in vain.
"""

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
        distance = torch.arange(recipe["window"])
        distance = distance[:, None] - distance[None, :]
        visible = (distance >= 0) & (distance < recipe["attention_window"])
        self.register_buffer("visible", visible, persistent=False)

    def forward(self, x):
        batch, time, _ = x.shape
        qkv = self.qkv(x).view(batch, time, 3, self.heads, self.head_width)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        o = F.scaled_dot_product_attention(
            q,
            k,
            v,
            attn_mask=self.visible,
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.out(o.transpose(1, 2).reshape(batch, time, -1))


class Memory(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        width, inner = recipe["width"], recipe["heads"] * recipe["memory_width"]
        self.heads = recipe["heads"]
        self.memory_width = recipe["memory_width"]
        self.key = nn.Linear(width, inner, bias=False)
        self.value = nn.Linear(width, inner, bias=False)
        self.query = nn.Linear(width, inner, bias=False)
        self.strength = nn.Linear(width, recipe["heads"], bias=False)
        self.out = nn.Linear(inner, width, bias=False)
        self.dropout = nn.Dropout(recipe["dropout"])

    def split(self, x):
        return x.unflatten(-1, (self.heads, self.memory_width)).transpose(1, 2)

    def forward(self, x):
        key = F.normalize(self.split(self.key(x)), dim=-1)
        query = F.normalize(self.split(self.query(x)), dim=-1)
        value = self.split(self.value(x))
        strength = torch.sigmoid(self.strength(x)).transpose(1, 2).unsqueeze(-1)
        weights = (query @ key.transpose(-1, -2) * self.memory_width**-0.5).triu()
        read = weights @ value + strength * value
        return self.out(self.dropout(read.transpose(1, 2).flatten(2)))


class Block(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        width, feed = recipe["width"], recipe["feed_forward"]
        self.norm1 = nn.RMSNorm(width, eps=1e-6)
        self.memory_norm = nn.RMSNorm(width, eps=1e-6)
        self.norm2 = nn.RMSNorm(width, eps=1e-6)
        self.attention = Attention(recipe)
        self.memory = Memory(recipe)
        self.gate = nn.Linear(width, width, bias=False)
        self.combine = nn.Linear(width, width, bias=False)
        self.feed_gate = nn.Linear(width, feed, bias=False)
        self.feed_up = nn.Linear(width, feed, bias=False)
        self.feed_down = nn.Linear(feed, width, bias=False)
        self.dropout = nn.Dropout(recipe["dropout"])

    def forward(self, x):
        near = self.norm1(x)
        gate = torch.sigmoid(self.gate(near))
        mixture = gate * self.attention(near) + (1 - gate) * self.memory(self.memory_norm(x))
        x = x + self.combine(mixture)
        normal = self.norm2(x)
        fed = self.feed_down(F.silu(self.feed_gate(normal)) * self.feed_up(normal))
        return x + self.dropout(fed)


class Cortex8(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.embedding = nn.Embedding(recipe["vocab"], recipe["width"])
        self.input_norm = nn.RMSNorm(recipe["width"], eps=1e-6)
        self.blocks = nn.Sequential(*[Block(recipe) for _ in range(recipe["layers"])])
        self.norm = nn.RMSNorm(recipe["width"], eps=1e-6)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def loss(self, tokens, targets):
        hidden = self.norm(self.blocks(self.input_norm(self.embedding(tokens))))
        logits = F.linear(hidden[:, :-1], self.embedding.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets[:, 1:].flatten())
