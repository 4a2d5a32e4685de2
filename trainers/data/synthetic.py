"""Small synthetic data sets: two moons, spirals and blobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Dataset, DatasetShape, Floats, classification
from trainers.errors import DataError

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Maker:
    """How to generate one synthetic set, with its defaults.

    Args:
        place: labels (N,), number of classes, generator -> (N, 2) points without noise.
        noise: default standard deviation of the noise.
        classes: default number of classes.
        most_classes: largest number of classes; None for no limit.
    """

    place: Callable[[Labels, int, np.random.Generator], Floats]
    noise: float
    classes: int
    most_classes: int | None = None


def draw(
    name: str, examples: int | None, noise: float | None, classes: int | None, rng: np.random.Generator
) -> Dataset:
    """Generate a synthetic set; class sizes differ by at most one example.

    Args:
        name: a key of `MAKERS`.
        examples: N, at least 2 per class; None for 1000.
        noise: standard deviation of normal noise on both coordinates, 0 or more; None for the set's own.
        classes: number of classes, 2 or more; None for the set's own.
        rng: generator to draw from.

    Raises:
        DataError: if a number is out of its range.

    >>> draw("blobs", 300, None, 4, np.random.default_rng(0)).classes
    ('0', '1', '2', '3')
    """
    examples, noise, classes = _complete(name, examples, noise, classes)
    labels = rng.permutation(np.arange(examples, dtype=np.int64) % classes)
    points = MAKERS[name].place(labels, classes, rng) + noise * rng.standard_normal((examples, 2))
    # Processors differ in the last bits of a sine; rounding makes the set and its fingerprint the same on all.
    points = np.round(points, 9)
    return classification(name, points, labels, [str(label) for label in range(classes)], ("x1", "x2"))


def shape_of(name: str, examples: int | None, noise: float | None, classes: int | None) -> DatasetShape:
    """The sizes of a synthetic set without generating it; arguments as for `draw`."""
    examples, _, classes = _complete(name, examples, noise, classes)
    if classes == 2:
        return DatasetShape(examples, 2, 1, "binary")
    return DatasetShape(examples, 2, classes, "multiclass")


def _complete(name: str, examples: int | None, noise: float | None, classes: int | None) -> tuple[int, float, int]:
    maker = MAKERS[name]
    examples = 1000 if examples is None else examples
    noise = maker.noise if noise is None else noise
    classes = maker.classes if classes is None else classes
    if classes < 2 or (maker.most_classes is not None and classes > maker.most_classes):
        rule = "2" if maker.most_classes == 2 else "at least 2"
        raise DataError(f"`{name}` must have {rule} classes. Received: {classes}. Change the number of classes.")
    if examples < 2 * classes:
        raise DataError(
            f"`{name}` must have at least 2 examples in each of its {classes} classes. "
            f"Received: {examples} examples. Give {2 * classes} or more."
        )
    if not 0.0 <= noise < np.inf:
        raise DataError(f"the noise of `{name}` must be in [0, inf). Received: {noise}. Give such as 0.1.")
    return examples, noise, classes


def _moons(labels: Labels, classes: int, rng: np.random.Generator) -> Floats:
    """Two interleaved half circles: (cos t, sin t) and (1 - cos t, 1/2 - sin t), t uniform in [0, pi]."""
    angle = np.pi * rng.random(len(labels))
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)])
    return np.where(labels[:, np.newaxis] == 0, upper, lower)


def _spirals(labels: Labels, classes: int, rng: np.random.Generator) -> Floats:
    """One arm per class, of radius r uniform in [0, 1], turning by 3 pi / 2 from the centre to the rim."""
    radius = rng.random(len(labels))
    angle = 1.5 * np.pi * radius + 2.0 * np.pi * labels / classes
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _blobs(labels: Labels, classes: int, rng: np.random.Generator) -> Floats:
    """Isotropic clusters whose centres are uniform in [-10, 10]^2, one per class."""
    return rng.uniform(-10.0, 10.0, size=(classes, 2))[labels]


MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "moons": Maker(_moons, noise=0.1, classes=2, most_classes=2),
        "spirals": Maker(_spirals, noise=0.02, classes=2),
        "blobs": Maker(_blobs, noise=1.0, classes=3),
    }
)
"""Every synthetic set by name."""
