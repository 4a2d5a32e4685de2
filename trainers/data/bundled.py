"""Data sets that come with scikit-learn, read from its files because importing scikit-learn takes a second."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Dataset, DatasetShape, classification, regression

SHAPES: Mapping[str, DatasetShape] = MappingProxyType(
    {
        "digits": DatasetShape(1797, 64, 10, "multiclass"),
        "breast_cancer": DatasetShape(569, 30, 1, "binary"),
        "wine": DatasetShape(178, 13, 3, "multiclass"),
        "iris": DatasetShape(150, 4, 3, "multiclass"),
        "diabetes": DatasetShape(442, 10, 1, "regression"),
    }
)
"""The sizes of each bundled set, so that planning does not load it."""

_MEASURES = (
    *("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity"),
    *("concave points", "symmetry", "fractal dimension"),
)
FEATURE_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "digits": tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8)),
        "breast_cancer": (
            *(f"mean {measure}" for measure in _MEASURES),
            *(f"{measure} error" for measure in _MEASURES),
            *(f"worst {measure}" for measure in _MEASURES),
        ),
        "wine": (
            *("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols"),
            *("flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue"),
            *("od280/od315_of_diluted_wines", "proline"),
        ),
        "iris": ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        "diabetes": ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
    }
)


def load_bundled(name: str) -> Dataset:
    """Load a bundled set.

    **Variant.** diabetes is ``load_diabetes(scaled=False)``: the scaled version was scaled with all examples,
    including those of the validation part.

    Args:
        name: a key of `SHAPES`.

    >>> load_bundled("iris").classes
    ('setosa', 'versicolor', 'virginica')
    """
    inputs, targets, classes = _read(name) or _read_with_sklearn(name)
    if SHAPES[name].task == "regression":
        return regression(name, inputs, targets, FEATURE_NAMES[name])
    return classification(name, inputs, targets, classes, FEATURE_NAMES[name])


Content = tuple[NDArray[Any], NDArray[Any], tuple[str, ...]]


def _read(name: str) -> Content | None:
    """Read inputs, targets and class names from scikit-learn's files; None if they have moved."""
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "datasets" / "data"
    try:
        if name == "diabetes":
            inputs = np.loadtxt(folder / "diabetes_data_raw.csv.gz")
            return inputs, np.loadtxt(folder / "diabetes_target.csv.gz"), ()
        if name == "digits":
            table = np.loadtxt(folder / "digits.csv.gz", delimiter=",")
            return table[:, :-1], table[:, -1], tuple(map(str, range(10)))
        path = folder / ("wine_data.csv" if name == "wine" else f"{name}.csv")
        with path.open(encoding="utf-8") as lines:
            # The first line holds the numbers of examples and features, then the class names.
            classes = tuple(next(lines).strip().split(",")[2:])
            table = np.loadtxt(lines, delimiter=",")
    except FileNotFoundError:
        return None
    return table[:, :-1], table[:, -1], classes


def _read_with_sklearn(name: str) -> Content:
    from sklearn import datasets

    options = {"scaled": False} if name == "diabetes" else {}
    content = getattr(datasets, f"load_{name}")(**options)
    classes = () if name == "diabetes" else tuple(map(str, content.target_names))
    return content.data, content.target, classes
