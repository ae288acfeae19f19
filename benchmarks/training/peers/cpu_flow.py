"""CPUFlow: normalised running sums instead of attention; v9.7 with a memory at product addresses."""

import torch
from torch import nn
from torch.nn import functional as F

from peers.future_sentence import future_set_loss


class Memory(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        width, inner = recipe["width"], recipe["sum_width"]
        self.chosen, self.chunk = 8, 32
        self.initial = nn.Parameter(torch.randn(512, inner) * 0.01)
        self.address = nn.Linear(width, 24, bias=False)
        self.value_gate = nn.Linear(width, 2 * inner, bias=False)
        self.read = nn.Linear(inner, inner, bias=False)
        self.project = nn.Linear(inner, inner, bias=False)

    def forward(self, x):
        batch, time, _ = x.shape
        first, second, third = self.address(x).view(batch, time, 3, 8).softmax(-1).unbind(2)
        products = first[..., :, None, None] * second[..., None, :, None]
        products = (products * third[..., None, None, :]).flatten(2)
        weights, slots = products.topk(self.chosen, dim=-1)
        weights = weights / (weights.sum(-1, keepdim=True) + 1e-8)
        value, gate = self.value_gate(x).chunk(2, dim=-1)
        written = torch.sigmoid(gate) * torch.tanh(value)
        memory = self.initial.expand(batch, -1, -1)
        rows = torch.arange(batch)[:, None, None]
        reads = []
        for start in range(0, time, self.chunk):
            part = slice(start, min(time, start + self.chunk))
            tau, pi = weights[:, part], slots[:, part]
            reads.append((memory[rows, pi] * tau[..., None]).sum(2))
            updates = (tau[..., None] * written[:, part, None]).flatten(1, 2)
            index = pi.flatten(1)[..., None].expand_as(updates)
            memory = (0.99 * memory).scatter_add(1, index, updates)
        return self.project(self.read(torch.cat(reads, dim=1)))


class Block(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        width, inner = recipe["width"], recipe["sum_width"]
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * inner, bias=False)
        self.mix = nn.Linear(inner, inner, bias=False)
        self.memory = Memory(recipe) if recipe["memory"] else None
        self.out = nn.Linear(inner, width, bias=False)
        self.feed_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, recipe["feed_forward"], bias=False)
        self.down = nn.Linear(recipe["feed_forward"], width, bias=False)

    def forward(self, x):
        u = self.norm(x)
        q, key, value = self.project(u).chunk(3, dim=-1)
        key = torch.sigmoid(key)
        totals = (key * torch.tanh(value)).cumsum(1)
        mixed = self.mix(q * totals / (key.cumsum(1) + 1e-3))
        if self.memory is not None:
            mixed = mixed + self.memory(u)
        x = x + self.out(mixed)
        return x + self.down(F.relu(self.up(self.feed_norm(x))))


class CPUFlow(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.recipe = recipe
        width = recipe["width"]
        self.embedding = nn.Embedding(recipe["vocab"], width)
        self.steps = nn.Parameter(torch.randn(recipe["window"], width) * 0.02)
        self.blocks = nn.Sequential(*[Block(recipe) for _ in range(recipe["layers"])])
        self.norm = nn.LayerNorm(width)
        self.projection = nn.Linear(width, width, bias=False)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def loss(self, tokens, targets):
        x = self.embedding(tokens) + self.steps.cumsum(0)
        hidden = self.norm(self.blocks(x))
        logits = F.linear(hidden, self.embedding.weight)
        sets = future_set_loss(
            hidden, self.embedding, self.projection, targets, self.recipe
        )
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) + 0.1 * sets
