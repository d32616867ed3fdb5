"""Weights and inputs of recorded models, computed from their names; FormulaWeights in cli computes the same."""
import numpy as np
import torch

MASK = (1 << 64) - 1


def values(name, shape):
    """Uniform numbers from splitmix64, seeded by FNV-1a of the name; the scale depends on the kind of tensor."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & MASK
    count = int(np.prod(shape, dtype=np.int64))
    with np.errstate(over='ignore'):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    uniform = (z >> np.uint64(40)).astype(np.float64) / (1 << 24) * 2 - 1
    if name.startswith('input.'):
        uniform *= np.sqrt(3)
    elif len(shape) > 1:
        uniform *= np.sqrt(3 / np.prod(shape[1:]))
    elif name.endswith('weight'):
        uniform = 1 + uniform / 4
    else:
        uniform /= 4
    return torch.from_numpy(uniform.astype(np.float32).reshape(shape))
