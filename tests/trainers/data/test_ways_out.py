"""Every sentence of the data's errors: it shows what was received, and its way out works when it is followed."""

import ast
import itertools
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

import trainers.data
from trainers.data import DatasetShape, DataSource, load, require_parts, split, training_examples
from trainers.data.dataset import Dataset, classification, regression
from trainers.data.files.table import Table
from trainers.data.holdout import ByGroup, ByTime, Folds, Given
from trainers.data.new_rows import as_rows, rows_of_table
from trainers.data.table_schema import FeatureColumn, TableSchema
from trainers.data.tables import TableOptions, read_datasets
from trainers.errors import DataError, UserCodeError

FOLDER = Path(trainers.data.__file__).parent
Action = Callable[[Path], Any]
COUNTER = itertools.count()
X = np.arange(8.0).reshape(4, 2)
IMAGES = np.arange(16.0).reshape(4, 2, 2)
TAGS = np.arange(8).reshape(4, 2) % 3
TABLE = "import pandas as pd\ndef get():\n    return pd.DataFrame({'x': [0.5, 1.5] * 2, 'y': [0, 1] * 2})\n"
ITEMS = """from torch.utils.data import Dataset
class Items(Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return x[i], i % 2
def get():
    return Items()
"""
# Takes no memory, as all its numbers are one.
ENDLESS = """def get():
    while True:
        yield np.broadcast_to(0.0, (4, 2**29)), [0, 1, 0, 1]
"""
# The part of a Hugging Face dataset that is used; tests/trainers/data/test_collecting.py reads a real one where the
# package is installed.
FACE = """class Face:
    def __init__(self, **columns):
        self.columns, self.column_names, self.features = columns, list(columns), {}
    def __len__(self):
        return 4
    def with_format(self, kind):
        return self
    def __getitem__(self, rows):
        return self.columns
def get():
    return Face(x=x, label=np.array([0, 1, 0, 1]))
def parts():
    return {'train': get()}
def ragged():
    return Face(x=np.array([[1], [1, 2], [1], [1]], dtype=object), label=np.array([0, 1, 0, 1]))
def unlabelled():
    return Face(x=x, z=np.array([0, 1, 0, 1]))
def several():
    return Face(x=x, z=x, label=np.array([0, 1, 0, 1]))
"""
BIG = 1765432109876543210
GOOD = "x,y\n1,a\n2,b\n3,a\n4,b\n"


@dataclass(frozen=True)
class Case:
    """A mistake, what is said of it, and the same thing with the advice followed."""

    broken: Action
    said: str
    followed: Action


def csv(text: str | bytes, target: str | None = "y", name: str = "a.csv", **more: Any) -> Action:
    def read(folder: Path) -> Dataset:
        path = folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(DataSource(path=str(path), target=target, **more))

    return read


def column(*cells: object, task: Any = "auto") -> Action:
    """A CSV file with these cells as its target."""
    return csv("x,y\n" + "".join(f'{row},"{cell}"\n' for row, cell in enumerate(cells)), task=task)


def inputs(*cells: object, **more: Any) -> Action:
    """A CSV file with these cells as its only input."""
    return csv("x,y\n" + "".join(f'"{cell}",{"ab"[row % 2]}\n' for row, cell in enumerate(cells)), **more)


def grouped(cells: Sequence[object] = (0, 1, 2, 0, 1, 2, 2, 1), **more: Any) -> Action:
    """A CSV file of eight rows and two classes whose column ``g`` decides what is held out."""
    rows = [f"{row * row % 5},{'' if cell is None else cell},{'ab'[row % 2]}\n" for row, cell in enumerate(cells)]
    return csv("x,g,y\n" + "".join(rows), **more)


def beside(text: str) -> Action:
    """A CSV file with a file of its own for validation."""

    def read(folder: Path) -> Dataset:
        (folder / "val.csv").write_text(text)
        return csv(GOOD, validation=Given(path=str(folder / "val.csv")))(folder)

    return read


def frame(names: list[str]) -> Action:
    made = pd.DataFrame([[1, 2, "a"], [2, 1, "b"]] * 2, columns=names)
    return lambda folder: read_datasets(Table(name="a", frame=made, is_typed=True), TableOptions(target="y"))


def new_rows(column: FeatureColumn, *cells: object) -> Action:
    return lambda folder: as_rows(column, np.array(cells, dtype=object))


DAY = FeatureColumn(name="day", encoding="date", parts=("day",))


def npz(target: str | None = None, task: Any = "auto", **arrays: Any) -> Action:
    def read(folder: Path) -> Dataset:
        np.savez(folder / "a.npz", **arrays)
        return load(DataSource(path=str(folder / "a.npz"), target=target, task=task))

    return read


def table(task: Any = "auto", **columns: Any) -> Action:
    def read(folder: Path) -> Dataset:
        pd.DataFrame(columns).to_parquet(folder / "a.parquet")
        return load(DataSource(path=str(folder / "a.parquet"), target="y", task=task))

    return read


def module(body: str, name: str = "get", task: Any = "auto", **kwargs: Any) -> Action:
    """A module of the user's, with NumPy as ``np`` and four examples as ``x``."""

    def read(folder: Path) -> Dataset:
        columns = {key: value for key, value in kwargs.items() if key in ("target", "inputs")}
        rest = {key: value for key, value in kwargs.items() if key not in columns}
        own = f"own_data_{next(COUNTER)}"
        start = "import numpy as np\nfrom trainers.data import dataset\nx = np.arange(8.0).reshape(4, 2)\n"
        (folder / f"{own}.py").write_text(start + body)
        sys.path.append(str(folder))
        try:
            return load(DataSource(module=f"{own}:{name}", kwargs=rest or None, task=task, **columns))
        finally:
            sys.path.remove(str(folder))

    return read


def source(**fields: Any) -> Action:
    return lambda folder: load(DataSource(**fields))


def call(function: Callable[[], Any]) -> Action:
    return lambda folder: function()


def returned(expression: str, task: Any = "auto") -> Action:
    return module(f"def get():\n    return {expression}\n", task=task)


def own_set(inputs: str = "x", targets: str = "np.array([0, 1, 0, 1])", task: str = "binary") -> Action:
    classes = "()" if task == "regression" else "('a', 'b')"
    return returned(f"dataset.Dataset('own', {inputs}, {targets}, '{task}', {classes}, ('p', 'q'), '')")


def repeated_parquet(folder: Path) -> Dataset:
    arrays = [pa.array([1.0, 2.0]), pa.array([1.0, 2.0]), pa.array([0.5, 1.5])]
    parquet.write_table(pa.Table.from_arrays(arrays, names=["x", "x", "y"]), folder / "a.parquet")
    return load(DataSource(path=str(folder / "a.parquet"), target="y"))


def damaged_parquet(folder: Path) -> Dataset:
    (folder / "a.parquet").write_bytes(b"PAR1 and nothing else")
    return load(DataSource(path=str(folder / "a.parquet"), target="y"))


def damaged_npz(folder: Path) -> Dataset:
    (folder / "a.npz").write_bytes(b"PK")
    return load(DataSource(path=str(folder / "a.npz")))


def missing_beside(name: str) -> Action:
    def read(folder: Path) -> Dataset:
        (folder / "pets.csv").write_text(GOOD)
        return load(DataSource(path=str(folder / name), target="y"))

    return read


def few(counts: list[int], validation: float) -> Action:
    def cut(folder: Path) -> Any:
        targets = np.repeat(np.arange(len(counts)), counts)
        names = [str(label) for label in range(len(counts))]
        made = classification("set", targets[:, np.newaxis] * 1.0, targets, names, ["x"])
        return split(made, validation, "none", np.random.default_rng(0))

    return cut


def wide(largest: float) -> Action:
    def cut(folder: Path) -> Any:
        made = regression("set", np.linspace(-largest, largest, 10)[:, np.newaxis], np.arange(10.0), ["x"])
        return split(made, 0.2, "none", np.random.default_rng(0), np.float32)

    return cut


ok_column = column(38, 60, 38, 60)
CASES = {
    # Shapes of arrays.
    "inputs of one dimension": Case(
        npz(x=X[:, 0], y=[0, 1, 0, 1]), r"`x\.reshape\(len\(x\), -1\)`", npz(x=X[:, 0].reshape(4, -1), y=[0, 1, 0, 1])
    ),
    # Images, sequences and tokens.
    "images of which some have no target": Case(
        npz(x=IMAGES, y=[0, 1, 0]), r"4 in `x`, 3 in `y`\. Give one target", npz(x=IMAGES, y=[0, 1, 0, 1])
    ),
    "images with one-hot targets": Case(
        npz(x=IMAGES, y=np.eye(2)[[0, 1, 0, 1]]),
        r"float64 of shape \(4, 2\).*`y\.argmax\(axis=1\)`",
        npz(x=IMAGES, y=np.eye(2)[[0, 1, 0, 1]].argmax(axis=1)),
    ),
    "images of words": Case(
        npz(x=np.full((4, 2, 2), "a"), y=[0, 1, 0, 1]),
        r"must hold numbers.*Number the words",
        npz(x=IMAGES, y=[0, 1] * 2),
    ),
    "images with NaN": Case(
        npz(x=np.where(IMAGES == 6, np.nan, IMAGES), y=[0, 1, 0, 1]),
        r"NaN or infinity in example 2 \(the first is 1\)\. Fill",
        npz(x=IMAGES, y=[0, 1, 0, 1]),
    ),
    "amounts at each position": Case(
        npz(x=IMAGES, y=TAGS, task="regression"),
        r"one number.*`y\[:, 0\]`",
        npz(x=IMAGES, y=TAGS[:, 0], task="regression"),
    ),
    "negative tags": Case(
        npz(x=TAGS, y=TAGS - 2), r"-100 where there is none\. Received: -2\. Number them", npz(x=TAGS, y=TAGS)
    ),
    "one tag": Case(npz(x=TAGS, y=TAGS * 0), r"two classes.*Received: 0 at every position", npz(x=TAGS, y=TAGS)),
    # What a loading function returns.
    "a table without a target": Case(
        module(TABLE), r"target column of `own_data_\d+:get` must be named.*`x`, `y`", module(TABLE, target="y")
    ),
    "a table without that target": Case(
        module(TABLE, target="z"),
        r"a column `z` and at least one other\. Received: `x`, `y`",
        module(TABLE, target="y"),
    ),
    "a Dataset without a length": Case(
        module(ITEMS.replace("__len__", "length")),
        r"Received: Items, which has none\. Give it `__len__`",
        module(ITEMS),
    ),
    "items that raise": Case(
        module(ITEMS.replace("x[i]", "x[i + 9]")), r"an error in it, IndexError at .*Mend", module(ITEMS)
    ),
    "items of different shapes": Case(
        module(ITEMS.replace("x[i]", "x[i][: i + 1]")),
        r"Received: \(1,\), and \(2,\) in item 2 \(the first is 1\)\. Pad",
        module(ITEMS),
    ),
    "items of three": Case(
        module(ITEMS.replace("x[i]", "x[i], 0")), r"a pair.*Received: tuple of 3\. Return such as `x, y`", module(ITEMS)
    ),
    "batches that differ in length": Case(
        module("def get():\n    yield x, [0, 1, 0]\n"),
        r"inputs \(4, 2\) and targets \(3,\) in batch 1\. Give one target",
        module("def get():\n    yield x, [0, 1, 0, 1]\n"),
    ),
    "no batches": Case(
        module("def get():\n    yield from ()\n"),
        r"Received: none.*Check what it reads",
        module("def get():\n    yield x, [0, 1, 0, 1]\n"),
    ),
    "batches without an end": Case(
        module(ENDLESS),
        r"Received: more than 17 GB in 1 of them\. Let it end",
        module(ENDLESS.replace("while True", "for _ in x").replace("2**29", "2")),
    ),
    "several parts": Case(
        module(FACE, name="parts"),
        r"a dictionary of train\. Return one of them, such as `datasets\['train'\]`",
        module(FACE),
    ),
    "a column of lists": Case(
        module(FACE, name="ragged"), r"column `x` .* Received: \(1,\) and \(2,\)\. Pad", module(FACE)
    ),
    "an unknown column": Case(
        module(FACE, target="lable"),
        r"that `target` names\. Received: lable\. Did you mean `label`\?",
        module(FACE, target="label"),
    ),
    "no column of targets": Case(
        module(FACE, name="unlabelled"),
        r"column of targets .* must be named\. Received: none\. Columns: `x`, `z`",
        module(FACE, name="unlabelled", target="z"),
    ),
    "several columns of inputs": Case(
        module(FACE, name="several"),
        r"Received: `x`, `z`\. Give one of them as `inputs`",
        module(FACE, name="several", inputs="x"),
    ),
    "one-hot": Case(
        npz(x=X, y=np.eye(2)[[0, 1, 0, 1]]),
        r"rows are one-hot.*`y\.argmax\(axis=1\)`",
        npz(x=X, y=np.eye(2)[[0, 1, 0, 1]].argmax(axis=1)),
    ),
    "a column of targets": Case(
        npz(x=X, y=[[0], [1], [0], [1]]),
        r"\(4, 1\)\. Take `y\.ravel\(\)`",
        npz(x=X, y=np.array([[0], [1], [0], [1]]).ravel()),
    ),
    "several labels": Case(
        npz(x=X, y=[[0, 1], [1, 1], [0, 0], [1, 0]]),
        r"several labels .* `y\[:, 0\]`",
        npz(x=X, y=np.array([[0, 1], [1, 1], [0, 0], [1, 0]])[:, 0]),
    ),
    "several outputs": Case(npz(x=X, y=X + 0.5), r"several outputs .* `y\[:, 0\]`", npz(x=X, y=(X + 0.5)[:, 0])),
    "a cube of targets": Case(
        npz(x=X, y=np.arange(16).reshape(4, 2, 2)),
        r"such as `y\[:, 0, 0\]`",
        npz(x=X, y=np.arange(16).reshape(4, 2, 2)[:, 0, 0], task="regression"),
    ),
    "one target": Case(npz(x=X, y=3), r"Received: shape \(\)\. Give an array", npz(x=X, y=[0, 1, 0, 1])),
    "lengths that differ": Case(
        npz(x=X, y=[0, 1, 0, 1, 0]), r"4 in `x`, 5 in `y`\. Give one target for each row", npz(x=X, y=[0, 1, 0, 1])
    ),
    "inputs turned round": Case(
        npz(x=np.zeros((2, 4)), y=[0, 1, 0, 1]),
        r"2 in `x`, 4 in `y`\. Take `x\.T`",
        npz(x=np.zeros((2, 4)).T, y=[0, 1, 0, 1]),
    ),
    "inputs of text": Case(
        npz(x=X.astype(str), y=[0, 1, 0, 1]),
        r"Received: str\d+ of shape .* Make it float64",
        npz(x=X.astype(str).astype(float), y=[0, 1, 0, 1]),
    ),
    "complex targets": Case(
        npz(x=X, y=[0j, 1j, 0j, 1j]),
        "Received: complex128. Make it float64",
        npz(x=X, y=np.array([0j, 1j, 0j, 1j]).imag),
    ),
    # What a set must have.
    "one class": Case(column("a", "a"), r"at least two classes.*Received: 1 \('a'\)", column("a", "a", "b", "b")),
    "equal amounts": Case(column(2.5, 2.5), "must have targets that differ.*Received: 2.5", column(2.5, 3.5)),
    "no rows": Case(
        csv("x,y\n"), r"at least 2 examples, one in each row .*Received: no row\. Check the file\.", csv(GOOD)
    ),
    "a single example": Case(
        npz(x=X[:1], y=[0.5]),
        r"at least 2 examples, .*Received: 1\. Give more examples",
        npz(x=X, y=[0.5, 1.5, 2.5, 3.5]),
    ),
    "float32 in a Dataset": Case(
        own_set("x.astype(np.float32)"),
        "inputs .* of float64.*Received: float32",
        returned("dataset.classification('own', x.astype(np.float32), np.array([0, 1, 0, 1]), ['a', 'b'], ['p', 'q'])"),
    ),
    "NaN in a Dataset": Case(
        own_set("np.where(x == 0, np.nan, x)"), "NaN or infinity in example 1", own_set("np.where(x == 0, 0.0, x)")
    ),
    "NaN among the amounts of a Dataset": Case(
        own_set(targets="np.array([1.0, np.nan, 2.0, 3.0])", task="regression"),
        "NaN or infinity in example 2",
        own_set(targets="np.arange(4.0)", task="regression"),
    ),
    "labels from 1 in a Dataset": Case(
        own_set(targets="np.array([1, 2, 1, 2])"),
        "Received: int64 from 1 to 2. Number",
        own_set(targets="np.unique([1, 2, 1, 2], return_inverse=True)[1]"),
    ),
    "a single example in a Dataset": Case(
        own_set(targets="np.array([0, 0, 0, 1])"), "1 of class `b`. Give more", own_set()
    ),
    # Files.
    "another ending": Case(
        csv(GOOD, name="a.xlsx"), r"must be a workbook of Excel, \.xlsx\. Received: .*Check the file", csv(GOOD)
    ),
    "a missing file": Case(
        missing_beside("pet.csv"), r"must exist\. .*Did you mean `pets\.csv`\?", missing_beside("pets.csv")
    ),
    "inputs of a table": Case(csv(GOOD, inputs="x"), "Received: x. Leave `inputs` out.", csv(GOOD)),
    "no target": Case(csv(GOOD, target=None), "Columns: `x`, `y`. Give one of them as `target`.", csv(GOOD)),
    "an unknown target": Case(csv(GOOD, target="z"), "has no column `z`.*Columns: `x`, `y`.", csv(GOOD)),
    "a header cell without end": Case(
        csv("x" * 140_000 + ",y\n1,a\n"), "as after a quote that is never closed. Check the file", csv(GOOD)
    ),
    "a cell too many": Case(
        csv("x,y\n1,a\n2,b\n3,a\n4,b,\n"),
        r"Received: 2 names, and 3 cells in line 5 \(`4,b,`\)\. Correct the row",
        csv(GOOD),
    ),
    "a quote without end": Case(
        csv('x,y\n1,"a\n2,b\n'), "begins in line 2: a quote that is never closed. Check the file", csv(GOOD)
    ),
    "a column without a name": Case(
        csv("x,y\n1,2,a\n3,4,b\n"),
        r"2 names, and 3 cells in line 2 .*Name every column",
        csv("x,z,y\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n"),
    ),
    "damaged Parquet": Case(
        damaged_parquet, "must be Parquet. Received: .*write it again", table(x=[1.0, 2.0], y=[0.5, 1.5])
    ),
    "damaged NPZ": Case(
        damaged_npz, "must be a file of numpy.savez. Received: .*write it again", npz(x=X, y=[0, 1, 0, 1])
    ),
    "an unknown array": Case(
        npz(x=X, z=[0, 1, 0, 1]),
        "has no array `y`.*Arrays: `x`, `z`. Name the two",
        npz(target="z", x=X, z=[0, 1, 0, 1]),
    ),
    "an empty file": Case(csv(""), "Received: an empty file", csv(GOOD)),
    "a name twice": Case(
        csv("x,x,y\n1,2,a\n"), "Received: `x` 2 times. Rename one of them.", csv("x,z,y\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n")
    ),
    "a name twice in Parquet": Case(
        repeated_parquet, "Received: `x` 2 times. Rename one of them.", table(x=[1.0, 2.0], z=[1.0, 2.0], y=[0.5, 1.5])
    ),
    "no name": Case(
        csv(",x,y\n5,1,a\n9,2,b\n"),
        "Received: none for column 1. Name it, or drop it",
        csv("row,x,y\n0,1,a\n1,2,b\n2,3,a\n3,4,b\n"),
    ),
    "one column": Case(csv("y\n1\n2\n"), "`y` alone. Add the columns of inputs.", csv(GOOD)),
    # Modules.
    "no function": Case(
        module("get = 3\n"), "Received: .*, a int. Name one that loads.", returned("(x, [0, 1, 0, 1])")
    ),
    "a function that raises": Case(
        returned("open('no such file')"),
        r"which raises FileNotFoundError at .*:\d+ \(.*Mend the function",
        returned("(x, [0, 1, 0, 1])"),
    ),
    # Any error: the one place where a user's code runs decides, not a list of what it may raise.
    "a function that raises an error of its own": Case(
        module("class Own(Exception):\n    pass\n\ndef get():\n    raise Own('no such shelf')\n"),
        r"which raises Own at .*:\d+ \(no such shelf\)\. Mend the function",
        returned("(x, [0, 1, 0, 1])"),
    ),
    "a module that raises": Case(
        module("raise KeyError('shelf')\n"),
        r"cannot be imported\. Received: .*, which raises KeyError at .*:\d+ \('shelf'\)\. Mend the module",
        returned("(x, [0, 1, 0, 1])"),
    ),
    "an array that raises": Case(
        returned("(type('Lazy', (), {'__array__': lambda self, *rest, **more: {}['shelf']})(), [0, 1])"),
        r"Received: Lazy, which NumPy refuses by KeyError at .*:\d+ \('shelf'\)\. Return a numpy",
        returned("(x, [0, 1, 0, 1])"),
    ),
    "one array": Case(returned("x"), "Received: ndarray. Return such as `x, y`.", returned("(x, [0, 1, 0, 1])")),
    "three arrays": Case(returned("(x, x, x)"), "Received: tuple of 3", returned("(x, [0, 1, 0, 1])")),
    "other arguments": Case(
        module("def get(a):\n    return x, a\n", b=1),
        "unexpected keyword argument 'b'|argument: 'a'",
        module("def get(a):\n    return x, a\n", a=[0, 1, 0, 1]),
    ),
    "ragged inputs": Case(
        returned("([[1], [2, 3]], [0, 1])"),
        "Received: list of 2, which NumPy refuses .*Return a numpy",
        returned("(np.array([[1, 0], [2, 3]] * 2), [0, 1, 0, 1])"),
    ),
    "a module's ? among numbers": Case(
        returned("(x, np.array([38, '?', 38, '?'], dtype=object))"),
        "say `task: classification` if every cell names a class",
        returned("(x, np.array([38, '?', 38, '?'], dtype=object))", task="classification"),
    ),
    "a module's amounts": Case(
        returned("(x, [38, 39, 60, 61])"),
        "Say `task: regression`",
        returned("(x, [38, 39, 60, 61])", task="regression"),
    ),
    # Cells.
    "NA among numbers": Case(
        column(1.5, "NA", 2.5, 3.5),
        "the text 'NA' counts as missing.*'NA' in row 2.*drop the rows",
        column(1.5, 2.5, 3.5),
    ),
    "an empty amount": Case(
        column(1.5, "", 3.5, 4.5), "`y` .*Received: an empty cell in row 2.*Fill in", column(1.5, 2.5, 3.5, 4.5)
    ),
    "infinity": Case(
        inputs(1, "inf", 3, 4), "must hold finite numbers. Received: inf in row 2.*Correct", inputs(1, 2, 3, 4)
    ),
    "a word among the inputs": Case(
        inputs(1, "tall", 3, 4),
        r"Received: 'tall' in row 2.*`data\.encode: \{x: one_hot\}` makes all cells categories",
        inputs(1, "tall", 3, 4, encode={"x": "one_hot"}),
    ),
    "separators among the inputs": Case(
        inputs("1,925", 2, 3, 4), "'1,925' in row 1.*`data.thousands`", inputs(1925, 2, 3, 4)
    ),
    "a word said to be a number": Case(
        inputs(1, "tall", 3, 4, encode={"x": "number"}),
        "'tall' in row 2.*plain numbers such as 1925.5",
        inputs(1, 180, 3, 4, encode={"x": "number"}),
    ),
    "a word said to be a date": Case(
        inputs("soon", "2024-05-31", "2024-06-01", "2024-06-02", encode={"x": "date"}),
        "must hold dates. Received: 'soon' in row 1 .*Write them as 2024-05-31",
        inputs("2024-05-30", "2024-05-31", "2024-06-01", "2024-06-02", encode={"x": "date"}),
    ),
    "dates that can be read in two ways": Case(
        inputs("01/02/2024", "03/04/2024", "05/06/2024", "07/08/2024", features=("x",)),
        "day and month can be told apart. Received: '01/02/2024' in row 1.*Write them as 2024-05-31",
        inputs("2024-02-01", "2024-04-03", "2024-06-05", "2024-08-07", features=("x",)),
    ),
    "a category beyond its order": Case(
        inputs("S", "M", "XL", "S", encode={"x": ("S", "M")}),
        r"`data\.encode\.x` lists\. Received: 'XL' in row 3 .*Add them to the list",
        inputs("S", "M", "XL", "S", encode={"x": ("S", "M", "XL")}),
    ),
    "a new row whose date is none": Case(
        new_rows(DAY, "soon"),
        "must hold dates such as 2024-05-31. Received: 'soon' in row 1 .*Correct the cells",
        new_rows(DAY, "2024-05-31"),
    ),
    "new rows of too few cells": Case(
        call(lambda: rows_of_table([[1, 2]], TableSchema(columns=(DAY,)))),
        r"inputs must be rows of the 1 columns of the table: day\. Received: \(1, 2\)\. Give a data frame",
        call(lambda: rows_of_table([["2024-05-31"]], TableSchema(columns=(DAY,)))),
    ),
    "new rows without a column": Case(
        call(lambda: rows_of_table([{"Day": "2024-05-31"}], TableSchema(columns=(DAY,)))),
        "Received: none called day. Give all of them; a cell may be missing",
        call(lambda: rows_of_table([{"day": None}], TableSchema(columns=(DAY,)))),
    ),
    # Columns of a table.
    "a feature that is no column": Case(
        csv(GOOD, features=("X",)), "Received: X.*Columns: `x`.", csv(GOOD, features=("x",))
    ),
    "an encoding of no column": Case(
        csv(GOOD, encode={"X": "one_hot"}),
        r"`data\.encode\.X` must name a column of `a\.csv`\. Received: X\. Did you mean `x`",
        csv(GOOD, encode={"x": "one_hot"}),
    ),
    "an encoding of the target": Case(
        csv(GOOD, encode={"y": "one_hot"}),
        r"`data\.encode\.y` must not be the target\. Received: y\. Name another column",
        csv(GOOD, encode={"x": "one_hot"}),
    ),
    "no feature": Case(
        inputs(7, 7, 7, 7),
        "Received: `x`, which is the same in every row. Name the columns to use in `data.features`",
        inputs(7, 7, 7, 7, features=("x",)),
    ),
    "a name twice in a frame": Case(
        frame(["x", "x", "y"]), "Received: `x` 2 times. Rename one of them.", frame(["x", "z", "y"])
    ),
    "a target that is no column of a frame": Case(
        frame(["x", "z", "Y"]),
        "`a` has no column `y`. Did you mean `Y`.*Columns: `x`, `z`, `Y`",
        frame(["x", "z", "y"]),
    ),
    # Parts of a table.
    "a file of the validation part that lacks a column": Case(
        beside("z,y\n1,a\n2,b\n"),
        r"`data\.validation\.path` must be a file with the columns of `a\.csv`\. Received: `val\.csv` without `x`",
        beside("x,y\n1,a\n2,b\n"),
    ),
    "a missing file of the validation part": Case(
        csv(GOOD, validation=Given(path="nowhere/val.csv")), r"must exist\. .*Check the path", csv(GOOD)
    ),
    "a value that no row has": Case(
        grouped(validation=Given(column="g", value="3")),
        r"`data\.validation\.value` must name some of the rows\. Received: 3, which no rows .*Values: `0`, `1`, `2`",
        grouped(validation=Given(column="g", value="2")),
    ),
    "a group that is missing": Case(
        grouped(cells=[0, None, 1, 2] * 2, validation=ByGroup("g", 0.3)),
        r"`data\.validation\.group` .*value in every row\. .* where row 2 has none and 1 more\. Fill in or drop",
        grouped(validation=ByGroup("g", 0.3)),
    ),
    "a single group": Case(
        grouped(cells=[1] * 8, validation=ByGroup("g", 0.3)),
        r"`data\.validation\.group` must be a column with two groups or more\. Received: 1\. Give another column",
        grouped(validation=ByGroup("g", 0.3)),
    ),
    "a single time": Case(
        grouped(cells=[1] * 8, test=ByTime("g", 0.3)),
        r"`data\.test\.time` must leave earlier examples .*8 of 8 examples have the earliest time\. Give a smaller",
        grouped(test=ByTime("g", 0.3)),
    ),
    "a time that is none": Case(
        grouped(cells=["2024-05-31", "soon"] * 4, validation=ByTime("g", 0.3)),
        r"`data\.validation\.time` must be a column with a time in every row: .*'soon' in row 2.*Correct the cells",
        grouped(cells=["2024-05-31", "2024-05-31", "2024-05-30", "2024-05-30"] * 2, validation=ByTime("g", 0.3)),
    ),
    "a time that is missing": Case(
        grouped(cells=["2024-05-31", "", "2024-05-30", "2024-05-29"] * 2, validation=ByTime("g", 0.3)),
        r"`data\.validation\.time` .*an empty cell in row 2.*Correct the cells",
        grouped(cells=["2024-05-31", "2024-05-31", "2024-05-30", "2024-05-30"] * 2, validation=ByTime("g", 0.3)),
    ),
    "a time that can be read in two ways": Case(
        grouped(cells=["01/02/2024", "03/04/2024"] * 4, validation=ByTime("g", 0.3)),
        r"`data\.validation\.time` .*dates such as 2024-05-31, or numbers\. .*'01/02/2024' in row 1",
        grouped(cells=["2024-02-01", "2024-02-01", "2024-04-03", "2024-04-03"] * 2, validation=ByTime("g", 0.3)),
    ),
    "a class in the validation part alone": Case(
        grouped(cells=[1, 0, 1, 0, 1, 0, 1, 0], validation=Given(column="g", value="0")),
        "must hold an example of each class. Received: none of class `b`, .*Hold out other examples",
        grouped(validation=Given(column="g", value="0")),
    ),
    "a class in the test part alone": Case(
        grouped(cells=[1, 0, 1, 0, 1, 0, 1, 0], test=Given(column="g", value="0")),
        r"`data\.test` must leave 2 or more examples of each class .*Received: 0 of class `b`\. Hold out other",
        grouped(test=Given(column="g", value="0")),
    ),
    "a test part of nearly all": Case(
        csv("x,y\n1,1.5\n2,2.5\n4,3.5\n", test=0.5),
        r"`data\.test` must leave 2 examples or more .*Received: 1\. Hold out fewer",
        csv("x,y\n1,1.5\n2,2.5\n4,3.5\n", test=0.1),
    ),
    "a part that is held out twice": Case(
        grouped(validation=Given(column="g", value="2"), test=Given(column="g", value="2")),
        r"`data\.validation` must hold examples that `data\.test` leaves\. Received: 2, .*Hold out different parts",
        grouped(validation=Given(column="g", value="2"), test=Given(column="g", value="1")),
    ),
    "more folds than examples": Case(
        call(lambda: require_parts(DatasetShape(3, 4, 1, "regression"), Folds(4))),
        r"folds` must be 3 or less, the number of examples\. Received: 4\. Give such as 5",
        call(lambda: require_parts(DatasetShape(5, 4, 1, "regression"), Folds(5))),
    ),
    "words as amounts": Case(
        column("a", "b", "a", "b", task="regression"),
        "'a' in row 1.*say `task: classification`",
        column("a", "b", "a", "b", task="classification"),
    ),
    "inputs that float64 confounds": Case(
        inputs(BIG, BIG + 1, BIG, BIG + 1),
        f"float64 can tell apart.*{BIG + 1} in row 2, {BIG} in row 3.*Subtract",
        inputs(0, 1, 0, 1),
    ),
    "amounts that float64 confounds": Case(
        column(BIG, BIG + 1, BIG, BIG + 1, task="regression"),
        "say `task: classification`",
        column(BIG, BIG + 1, BIG, BIG + 1, task="classification"),
    ),
    "amounts as text": Case(
        table(x=[1.0, 2.0], y=["1.5", "2.5"]), "'1.5' in row 1.*Save it as numbers", table(x=[1.0, 2.0], y=[1.5, 2.5])
    ),
    "amounts as text, said to be classes": Case(
        table(x=[1.0, 2.0] * 2, y=["1.5", "2.5"] * 2),
        "say `task: classification`",
        table(task="classification", x=[1.0, 2.0] * 2, y=["1.5", "2.5"] * 2),
    ),
    "a class written in two ways": Case(
        column("yes", "no", "Yes", "no"),
        "'Yes' in row 3 and 'yes' in row 1 .*Write the class alike in all rows",
        column("yes", "no", "yes", "no"),
    ),
    "lists as targets": Case(
        table(x=[1.0, 2.0], y=[[1], [2]]),
        r"Received: \[1\] \(ndarray\) in row 1.*a number or a word",
        table(x=[1.0, 2.0], y=[1.5, 2.5]),
    ),
    "an empty target": Case(
        column("a", "", "b", "a"),
        "must have a value in every row. Received: an empty cell in row 2",
        column("a", "b", "b", "a"),
    ),
    "a ? among numbers": Case(
        column(38, "?", 60, 38, 60), r"4 cells are numbers.*'\?' in row 2.*drop the rows", ok_column
    ),
    "a ? that is a class": Case(
        column(38, "?", 38, "?"), "say `task: classification`", column(38, "?", 38, "?", task="classification")
    ),
    "dates": Case(
        table(x=[1.0, 2.0], y=pd.to_datetime(["2024-01-01", "2024-01-02"])),
        "look like amounts or dates",
        table(x=[1.0, 2.0], y=[1.5, 2.5]),
    ),
    "a class of one": Case(
        column("a", "a", "b"), "1 of class `b`. Give more examples, or leave the class out.", column("a", "a", "b", "b")
    ),
    "amounts taken for classes": Case(
        column(7, 8, 9), "1 of class `7`. Say `task: regression`", column(7, 8, 9, task="regression")
    ),
    # Sets that are made in Python.
    "targets of two dimensions": Case(
        call(lambda: regression("set", np.eye(3), np.eye(3), list("abc"))),
        r"must have inputs \(N, D\) and targets \(N,\). Received: \(3, 3\) and \(3, 3\). Reshape them.",
        call(lambda: regression("set", np.eye(3), np.arange(3.0), list("abc"))),
    ),
    "an infinite input": Case(
        call(lambda: regression("set", np.array([[1.0], [np.inf]]), np.arange(2.0), ["a"])),
        "must hold finite numbers. Received: NaN or infinity. Fill or drop such examples.",
        call(lambda: regression("set", np.array([[1.0], [2.0]]), np.arange(2.0), ["a"])),
    ),
    "a label beyond the classes": Case(
        call(lambda: classification("set", np.eye(4), np.array([1, 2, 1, 2]), ["no", "yes"], list("abcd"))),
        "must hold labels from 0 to 1, as there are 2 classes. Received: 1 to 2. Number the classes from 0.",
        call(lambda: classification("set", np.eye(4), np.array([0, 1, 0, 1]), ["no", "yes"], list("abcd"))),
    ),
    # Sources.
    "no source": Case(source(), "Received: none. Give one of digits", source(name="iris")),
    "an unknown set": Case(source(name="irs"), "Did you mean `iris`?", source(name="iris")),
    "a negative seed": Case(
        source(name="moons", generator_seed=-1),
        "Received: -1. Give a whole number such as 0.",
        source(name="moons", generator_seed=0),
    ),
    "a field of files": Case(source(name="iris", target="y"), "Received: y. Leave `target` out.", source(name="iris")),
    "three moons": Case(
        source(name="moons", classes=3), "Received: 3. Change the number of classes.", source(name="moons", classes=2)
    ),
    "too few examples": Case(
        source(name="blobs", examples=5), "Received: 5 examples. Give 6 or more.", source(name="blobs", examples=6)
    ),
    "a negative noise": Case(
        source(name="blobs", noise=-1.0), "Received: -1.0. Give such as 0.1.", source(name="blobs", noise=0.1)
    ),
    # Splits.
    "a share of 1": Case(
        call(lambda: training_examples(10, 1.0)),
        "Received: 1.0. Give a share such as 0.2.",
        call(lambda: training_examples(10, 0.2)),
    ),
    "one example": Case(
        call(lambda: training_examples(1, 0.5)),
        "Received: 1. Give more examples.",
        call(lambda: training_examples(2, 0.5)),
    ),
    "too large a share": Case(
        call(lambda: require_parts(DatasetShape(150, 4, 3, "multiclass"), 0.99)),
        "Received: 0.99, which leaves 1 of 150. Give 0.98 or less.",
        call(lambda: require_parts(DatasetShape(150, 4, 3, "multiclass"), 0.98)),
    ),
    "a class of one in a split": Case(few([5, 1], 0.5), "Received: 1 of class number 1. Give more", few([5, 2], 0.5)),
    "too few to train on": Case(few([2, 2, 2], 0.6), "Lower the share .* to 0.5 or less.", few([2, 2, 2], 0.5)),
    "numbers beyond float32": Case(wide(1e200), "must fit float32 .*a unit that makes the numbers smaller", wide(1.0)),
}


def caught(action: Action, folder: Path) -> tuple[str, tuple[str, int]]:
    """The sentence of an error, and the file and line in the data's package that raised it."""
    with pytest.raises((DataError, UserCodeError)) as refused:
        action(folder)
    frame = [entry for entry in refused.traceback if Path(entry.path).parent == FOLDER][-1]
    return str(refused.value), (Path(frame.path).name, frame.lineno + 1)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_mistake_is_one_sentence_whose_way_out_works(case, tmp_path):
    pytest.importorskip("torch")
    said, _ = caught(case.broken, tmp_path)
    assert re.search(case.said, said), said
    assert "\n" not in said
    assert not re.search(r"[.?!;,][A-Z]", re.sub(r"`[^`]*`|'[^']*'", "_", said)), "a space is missing"
    assert case.followed(tmp_path) is not None


def sites() -> dict[tuple[str, int], tuple[int, str]]:
    """Every place that raises an error of the data: (file, first line) -> (last line, its text)."""
    found = {}
    for path in FOLDER.glob("*.py"):
        if path.name == "arrays.py":
            # The arrays of a split that is made by hand: tests/trainers/data/test_arrays.py has a case for each rule.
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # The checks of a split that is made by hand have tests of their own.
        own = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == "Split"]
        skipped = {id(inner) for node in own for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Raise) or node.exc is None or id(node) in skipped:
                continue
            # What is caught in the same function is no error of a user's.
            if not re.search("ValueError|AmbiguousDatesError", text := ast.unparse(node.exc)):
                found[path.name, node.lineno] = (node.end_lineno or node.lineno, text)
    return found


def test_every_place_that_raises_has_its_case(tmp_path):
    pytest.importorskip("torch")
    raised = {caught(case.broken, tmp_path)[1] for case in CASES.values()}
    untried = [
        f"{file}:{first} {text}"
        for (file, first), (last, text) in sites().items()
        if not any(name == file and first <= line <= last for name, line in raised)
    ]
    assert untried == []


def test_every_error_says_what_was_received():
    texts = [text for _, text in sites().values() if "Error(" in text]
    assert [text for text in texts if not re.search("Received: |has no |is not a known", text)] == []
