"""Loads a data set from any source: bundled, synthetic, a user's file or a user's function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from trainers.data import bundled, files, loader, synthetic
from trainers.data.dataset import Dataset, DatasetShape
from trainers.data.feature_columns import Encode
from trainers.data.files import FileOptions
from trainers.data.holdout import Holdout
from trainers.data.part_sizes import training_examples
from trainers.data.table_parts import rows_of_test, without_test
from trainers.data.table_schema import MOST_CATEGORIES
from trainers.data.tables import TableOptions
from trainers.errors import DataError, did_you_mean

DATASETS: tuple[str, ...] = (*bundled.SHAPES, *synthetic.MAKERS)
"""Every name that `DataSource` accepts: bundled sets, then synthetic ones."""

READING = ("separator", "encoding", "decimal", "thousands", "missing", "sheet")
"""The fields that say how a file is read."""


@dataclass(frozen=True)
class DataSource:
    """Specifies one data set by ``name``, ``path`` or ``module``; the other fields apply to some sources only.

    Args:
        name: a name in `DATASETS`.
        path: a file of one of many formats, a folder of Parquet files, a URL of either, or ``sklearn:NAME``.
        module: a user's function that returns the data, such as ``my_package.data:load``.
        kwargs: its keyword arguments; None for none.
        target: column to predict (required, but for ``sklearn:NAME``), also of what a module returns, or target array
            of an NPZ file (``y``).
        inputs: input array of an NPZ file (``x``), or column of what a module returns.
        task: of a file or module; ``auto`` is classification if the target is words, booleans, or integers with at
            most 20 distinct values, else regression; numbers mixed with words are refused.
        examples: of a synthetic set, 2 or more per class (1000).
        noise: of a synthetic set: standard deviation, 0 or more.
        classes: of blobs (3) and spirals (2), 2 or more; moons are two.
        generator_seed: of a synthetic set, 0 or more (0); seeds of trials do not change the data.
        features: of a table, names or patterns of the columns to use; None for all that can be used.
        drop: of a table, names or patterns of columns to leave out.
        encode: of a table, column -> its encoding, or its categories in their order.
        most_categories: of a table, number of categories of a column that are told apart.
        validation: what is held out for validation, if the table decides it.
        test: what is held out for the test, which no training sees; None for nothing.
        separator: of a file of text, as `files.FileOptions` says, like the next five.
        encoding: of a file of text.
        decimal: mark of its numbers.
        thousands: what separates groups of their digits.
        missing: words and numbers that stand for a missing value.
        sheet: of a workbook.
        blocks: of a table in Parquet or NPY, whether it is read by blocks; None where it does not fit the memory.
        block_rows: number of rows of such a block; None for what suits the number of features.
    """

    name: str | None = None
    path: str | None = None
    target: str | None = None
    inputs: str | None = None
    task: Literal["auto", "classification", "regression"] = "auto"
    examples: int | None = None
    noise: float | None = None
    classes: int | None = None
    generator_seed: int | None = None
    module: str | None = None
    kwargs: Mapping[str, Any] | None = None
    features: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    encode: Mapping[str, Encode] | None = None
    most_categories: int = MOST_CATEGORIES
    validation: Holdout | None = None
    test: Holdout | None = None
    separator: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    missing: Sequence[str] | None = None
    sheet: str | int | None = None
    blocks: bool | None = None
    block_rows: int | None = None

    @property
    def options(self) -> FileOptions:
        """How its file is read."""
        return FileOptions(
            separator=self.separator,
            encoding=self.encoding,
            decimal=self.decimal,
            thousands=self.thousands,
            missing=tuple(self.missing or ()),
            sheet=self.sheet,
        )


def load(source: DataSource) -> Dataset:
    """Load or generate a data set.

    Args:
        source: the data set.

    Raises:
        DataError: if the source is inconsistent or its file cannot be used.
        UserCodeError: if a user's module cannot be imported.

    >>> load(DataSource("wine")).shape
    DatasetShape(examples=178, features=13, outputs=3, task='multiclass')
    """
    return load_parts(source)[0]


def load_parts(source: DataSource) -> tuple[Dataset, Dataset | None]:
    """Load or generate a data set, and its test part.

    Args:
        source: the data set.

    Returns:
        The examples to train and validate on, and those of ``source.test``; None without one.

    Raises:
        DataError: if the source is inconsistent or its file cannot be used.
        UserCodeError: if a user's module cannot be imported.

    >>> pool, test = load_parts(DataSource("wine", test=0.25))
    >>> pool.examples, test.examples
    (133, 45)
    """
    name = _name(source)
    if source.path is not None:
        pool, test = files.load_file(
            source.path, source.target, source.inputs, source.task, source.options, _table_options(source)
        )
    elif source.module is not None:
        given = (source.kwargs or {}, source.target, source.inputs, source.task)
        pool, test = loader.load_by_module(source.module, *given), None
    elif name in bundled.SHAPES:
        pool, test = bundled.load_bundled(str(name)), None
    else:
        rng = np.random.default_rng(source.generator_seed or 0)
        pool, test = synthetic.draw(str(name), source.examples, source.noise, source.classes, rng), None
    if test is None and source.test is not None:
        return without_test(pool, rows_of_test(pool, source.test))
    return pool, test


def _table_options(source: DataSource) -> TableOptions:
    return TableOptions(
        target=str(source.target),
        task=source.task,
        features=source.features,
        drop=source.drop,
        encode=source.encode or {},
        most_categories=source.most_categories,
        validation=source.validation,
        test=source.test,
        blocks=source.blocks,
        block_rows=source.block_rows,
    )


def shape(source: DataSource) -> DatasetShape | None:
    """The sizes of a data set without loading it; None for a file or module, which must be read first.

    Args:
        source: the data set.

    Raises:
        DataError: if the source is inconsistent.

    >>> shape(DataSource("moons", examples=200))
    DatasetShape(examples=200, features=2, outputs=1, task='binary')
    """
    name = _name(source)
    if name is None:
        return None
    if name in bundled.SHAPES:
        known = bundled.SHAPES[name]
    else:
        known = synthetic.shape_of(name, source.examples, source.noise, source.classes)
    if isinstance(source.test, float):
        return replace(known, examples=training_examples(known.examples, source.test))
    return known


def _name(source: DataSource) -> str | None:
    """Check the fields and return the name of the set; None for a file or a module."""
    given = [field for field in ("name", "path", "module") if getattr(source, field) is not None]
    if len(given) != 1:
        raise DataError(
            f"data must have one of a name, a path and a module. Received: {' and '.join(given) or 'none'}. "
            f"Give one of {', '.join(DATASETS)}, or the path of a file."
        )
    if source.name is not None and source.name not in DATASETS:
        raise DataError(
            f"`{source.name}` is not a known data set.{did_you_mean(source.name, DATASETS)} "
            f"Known: {', '.join(DATASETS)}; a file is given by its path."
        )
    if (source.generator_seed or 0) < 0:
        raise DataError(
            f"`generator_seed` must be 0 or more. Received: {source.generator_seed}. Give a whole number such as 0."
        )
    _refuse_what_does_not_apply(source)
    return source.name


def _refuse_what_does_not_apply(source: DataSource) -> None:
    """Refuse a field that would be ignored, because setting it is a mistake of the user."""
    of_columns = {"target": source.target, "inputs": source.inputs}
    of_files: dict[str, object] = {field: getattr(source, field) for field in READING}
    task = None if source.task == "auto" else source.task
    of_synthetic: dict[str, object] = {
        "examples": source.examples,
        "noise": source.noise,
        "classes": source.classes,
        "generator_seed": source.generator_seed,
    }
    if source.path is None or source.path.lower().endswith(".npz"):
        of_tables: dict[str, object] = {
            "features": source.features,
            "drop": source.drop or None,
            "encode": source.encode or None,
            "most_categories": None if source.most_categories == MOST_CATEGORIES else source.most_categories,
            "blocks": source.blocks or None,
            "block_rows": source.block_rows,
        }
        _refuse(of_tables, "a table", source)
    if source.module is None and source.path is None:
        _refuse({"task": task}, "files and modules", source)
    if source.module is None:
        _refuse({"kwargs": source.kwargs}, "a module", source)
    if source.path is None:
        _refuse(of_files, "a file", source)
    if source.name is not None:
        _refuse(of_columns, "a file or a module", source)
    if source.name not in synthetic.MAKERS:
        _refuse(of_synthetic, "a synthetic set", source)


def _refuse(fields: Mapping[str, object], applies_to: str, source: DataSource) -> None:
    for field, value in fields.items():
        if value is not None:
            raise DataError(
                f"`{field}` applies to {applies_to} alone, and the data is "
                f"`{source.name or source.path or source.module}`. "
                f"Received: {value}. Leave `{field}` out."
            )
