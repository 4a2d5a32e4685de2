"""Reads the data sets that come with scikit-learn as tables, by names such as `sklearn:wine`."""

from __future__ import annotations

from trainers.data.files.location import SKLEARN
from trainers.data.files.table import Table
from trainers.errors import DataError, did_you_mean

NAMES = ("breast_cancer", "diabetes", "digits", "iris", "wine")
"""The sets with one target."""

TARGET = "target"


def read_set(path: str) -> Table:
    """Read a data set of scikit-learn; its target is the column ``target``, of class names if there are classes.

    **Variant.** diabetes is not scaled, as in `trainers.data.bundled`.

    Args:
        path: such as ``sklearn:wine``.

    Raises:
        DataError: if there is no such set, it has several targets, or it would be downloaded.

    >>> read_set("sklearn:wine").frame.shape
    (178, 14)
    """
    name = path[len(SKLEARN) :]
    if name not in NAMES:
        raise _refusal(name)
    import pandas as pd
    from sklearn import datasets

    options = {"scaled": False} if name == "diabetes" else {}
    content = getattr(datasets, f"load_{name}")(as_frame=True, **options)
    frame = content.frame
    if "target_names" in content:
        names = [str(each) for each in content.target_names]
        frame[TARGET] = pd.Categorical([names[code] for code in frame[TARGET]], categories=names)
    return Table(name=path, frame=frame, is_typed=True, target=TARGET, notes=("a set of scikit-learn",))


def _refusal(name: str) -> DataError:
    from sklearn import datasets

    known = ", ".join(NAMES)
    if name == "linnerud":
        return DataError(
            f"a set of scikit-learn must have one target. Received: {SKLEARN}linnerud, which has three. "
            f"Save the columns that you want as a file, or give one of {known}."
        )
    if f"fetch_{name}" in datasets.__all__:
        return DataError(
            f"a set of scikit-learn must come with it. Received: {SKLEARN}{name}, which would be downloaded. "
            f"Load it by a function of your own, `module`, which calls fetch_{name}; without download: {known}."
        )
    return DataError(
        f"`{SKLEARN}{name}` must name a set of scikit-learn.{did_you_mean(name, NAMES)} "
        f"Received: {name or 'no name'}. Known: {known}."
    )
