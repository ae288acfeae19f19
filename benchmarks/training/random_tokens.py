#!/usr/bin/env python3
"""random_tokens.py COUNT VOCABULARY: random tokens as documents of 1,000 in JSON lines."""

import json
import random
import sys

count, vocabulary = int(sys.argv[1]), int(sys.argv[2])
generator = random.Random(1)
for start in range(0, count, 1000):
    tokens = [generator.randrange(vocabulary) for _ in range(min(1000, count - start))]
    print(json.dumps({"tokens": tokens}))
