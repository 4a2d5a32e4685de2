"""Two networks for the digits, whose inputs are 8 x 8 images flattened to rows of 64 numbers."""

import torch
from torch import Tensor, nn


def convolutional(channels: int = 8, classes: int = 10) -> nn.Module:
    """Two convolutions, each of which halves the image size, and one dense layer."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, channels, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(channels, 2 * channels, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(2 * channels * 2 * 2, classes),
    )


class Block(nn.Module):
    """A residual block of two convolutions, ``x + f(x)``."""

    def __init__(self, channels: int, normalise: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.second = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        # Batch normalization keeps running statistics, so its trials are trained one at a time.
        self.norm = nn.BatchNorm2d(channels) if normalise else nn.GroupNorm(1, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (B, channels, 8, 8) to images of the same size."""
        return torch.relu(x + self.second(torch.relu(self.norm(self.first(x)))))


class Residual(nn.Module):
    """A small residual network (He et al., 2016)."""

    def __init__(self, channels: int = 8, blocks: int = 2, classes: int = 10, batch_norm: bool = False) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, channels, kernel_size=3, stride=2, padding=1)
        self.blocks = nn.Sequential(*(Block(channels, batch_norm) for _ in range(blocks)))
        self.head = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map rows (B, 64) to class scores (B, 10)."""
        images = torch.relu(self.stem(x.reshape(-1, 1, 8, 8)))
        return self.head(self.blocks(images).mean(dim=(2, 3)))
