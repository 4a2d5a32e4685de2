"""Tokens with a tag for each: a language of 20 words, in which the tag of a word depends on the word before it."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

WORDS, TAGS, NONE = 20, 4, -100


def sentences(examples: int = 400, length: int = 12, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return words (N, T) and their tags (N, T); sentences are padded with word 0, which has no tag."""
    rng = np.random.default_rng(seed)
    words = rng.integers(1, WORDS, size=(examples, length))
    before = np.concatenate([np.zeros((examples, 1), int), words[:, :-1]], axis=1)
    tags = (words + (before > WORDS // 2)) % TAGS
    is_padding = np.arange(length) >= rng.integers(length // 2, length + 1, size=(examples, 1))
    return np.where(is_padding, 0, words), np.where(is_padding, NONE, tags)


class Tagger(nn.Module):
    """An embedding, a convolution over neighbouring words, and scores for the tags of each word."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.embedding = nn.Embedding(WORDS, width)
        self.neighbours = nn.Conv1d(width, width, kernel_size=3, padding=1)
        self.head = nn.Linear(width, TAGS)

    def forward(self, words: Tensor) -> Tensor:
        """Map words (B, T) to scores (B, T, tags)."""
        return self.head(torch.relu(self.neighbours(self.embedding(words).mT)).mT)
