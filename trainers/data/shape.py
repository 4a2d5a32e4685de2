"""Defines the sizes of a data set, and what one of its examples is to a network."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Task = Literal["multiclass", "binary", "regression"]
Arrangement = Literal["as given", "channels first", "channel added"]

IGNORED = -100
"""A target for each position that has this value is left out of loss and accuracy, as torch's ``ignore_index``."""


@dataclass(frozen=True)
class Example:
    """What one example is to a network.

    Args:
        item: its shape: ``(D,)`` of a row of features, else such as ``(C, H, W)`` or ``(T,)``.
        is_tokens: whether it holds whole numbers that index an embedding, rather than quantities.
    """

    item: tuple[int, ...]
    is_tokens: bool = False

    def __str__(self) -> str:
        """The shape of a batch."""
        return f"(B, {', '.join(map(str, self.item))})"


def example_of(features: int | Example) -> Example:
    """Return what an example is, of which only the number of features may be given.

    >>> example_of(64).item
    (64,)
    """
    return features if isinstance(features, Example) else Example((features,))


@dataclass(frozen=True, repr=False)
class DatasetShape:
    """Sizes that determine a network and a plan, known without loading for bundled and synthetic sets.

    Args:
        examples: number of examples N, 2 or more.
        features: number of features D, 1 or more; of images and sequences, all numbers of an example.
        outputs: number of network outputs: the classes of a multiclass task, 1 for binary and regression.
        task: ``multiclass``, ``binary`` or ``regression``.
        item: shape of an example that is no row of features, such as ``(C, H, W)``; empty for a row.
        positions: shape of the targets of an example, one class for each token or pixel; empty for one target.
        vocabulary: of tokens, one more than the largest; 0 for quantities.
        number_bytes: bytes of one number of the inputs as they are held.
        training: number of training examples where the data decide what is held out, of the first seed; else None.
        held: number of examples that are in memory at once, if the inputs are read by blocks; None for all.
    """

    examples: int
    features: int
    outputs: int
    task: Task
    item: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    vocabulary: int = 0
    number_bytes: int = 8
    training: int | None = None
    held: int | None = None

    def __repr__(self) -> str:
        """The sizes that every set has, and the others where they are not the usual ones."""
        parts = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if one.name in ("examples", "features", "outputs", "task") or getattr(self, one.name) != one.default
        ]
        return f"DatasetShape({', '.join(parts)})"

    @property
    def example(self) -> Example:
        """What one example is to a network."""
        return Example(self.item or (self.features,), self.vocabulary > 0)
