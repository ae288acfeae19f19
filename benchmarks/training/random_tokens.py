#!/usr/bin/env python3
"""Prints random tokens below 4,096 as documents of 1,000 in JSON lines for fl-shard pack."""

import json
import random
import sys

count = int(sys.argv[1])
generator = random.Random(1)
for start in range(0, count, 1000):
    tokens = [generator.randrange(4096) for _ in range(min(1000, count - start))]
    print(json.dumps({"tokens": tokens}))
