"""A custom dataset: two concentric rings, drawn from a seed."""

import numpy as np
from numpy.typing import NDArray


def rings(examples: int = 600, noise: float = 0.1, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return points (N, 2) on rings of radius 1 and 2, and the ring index of each point (N,)."""
    rng = np.random.default_rng(seed)
    ring = np.arange(examples) % 2
    angle = rng.uniform(0, 2 * np.pi, examples)
    radius = 1 + ring + noise * rng.standard_normal(examples)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), ring
