"""Images as they are: the digits as 8 x 8 pictures with one channel, a network for them, and an augmentation."""

import numpy as np
from numpy.typing import NDArray
from torch import nn


def digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return images (N, 8, 8, 1) and the digit that each shows (N,)."""
    from sklearn.datasets import load_digits

    rows, digit = load_digits(return_X_y=True)
    return rows.reshape(-1, 8, 8, 1).astype(np.uint8), digit


def network(channels: int = 8, classes: int = 10) -> nn.Module:
    """Two convolutions, each of which halves the image size, and one dense layer."""
    return nn.Sequential(
        nn.Conv2d(1, channels, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(channels, 2 * channels, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(2 * channels * 2 * 2, classes),
    )


def shifted(images: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Move each image (B, 1, 8, 8) of a batch by up to one pixel; what leaves on one side comes back on the other."""
    moves = rng.integers(-1, 2, size=(len(images), 2))
    return np.stack(
        [np.roll(image, tuple(move), axis=(1, 2)) for image, move in zip(images, moves.tolist(), strict=True)]
    )
