"""v9.2, published variant: the network of v7.4 with a head that learns the direction of the states
that follow."""

import torch
from torch import nn
from torch.nn import functional as F

from peers.cortex_eight import Cortex8


class CortexCompass(Cortex8):
    def __init__(self, recipe):
        super().__init__(recipe)
        width = recipe["width"]
        self.compass = nn.Sequential(
            nn.Linear(width, width, bias=False), nn.ReLU(), nn.Linear(width, width, bias=False)
        )

    def loss(self, tokens, targets):
        hidden = self.norm(self.blocks(self.input_norm(self.embedding(tokens))))
        logits = F.linear(hidden[:, :-1], self.embedding.weight)
        loss = F.cross_entropy(logits.flatten(0, 1), targets[:, 1:].flatten())
        following = hidden.flip(1).cumsum(1).flip(1) - hidden
        time = hidden.shape[1]
        counts = torch.arange(time - 1, 0, -1)[:, None]
        directions = following[:, :-1] / counts
        cosines = F.cosine_similarity(self.compass(hidden[:, :-1]), directions, dim=-1)
        return loss + 0.5 * (1 - cosines).sum() / (time - 1)
