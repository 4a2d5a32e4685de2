"""Configuration of the data: a bundled or synthetic data set, a file, or a user's loading function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from typing_extensions import Self

from sweep.config.base_section import OneOf, Section
from sweep.config.holdout import AnyTest, AnyValidation, FileHoldout, holdout_of, of_tables
from sweep.config.problems import Problem, refuse
from sweep.system.locations import with_home
from trainers.data import DATASETS, DataSource
from trainers.data.blocks.stored_rows import FEWEST_ROWS, MOST_ROWS
from trainers.data.bundled import SHAPES
from trainers.data.scaling import Normalise
from trainers.data.synthetic import MAKERS
from trainers.data.table_schema import MOST_CATEGORIES
from trainers.limits import LARGEST_COUNT

ARRAY_FILES = (".npz", ".npy")
"""Endings of files that hold arrays and no table."""

Task: TypeAlias = Literal["auto", "classification", "regression"]

Encoding: TypeAlias = Literal["one_hot", "ordinal", "target", "number", "date"]
SEPARATORS = {"tab": "\t", "\\t": "\t", "space": " "}
"""How separators may be spelled that cannot be seen."""
OF_SPLIT = ("validation", "normalise", "augment")
"""Keys that say how a data set is used, and not which it is."""


def _kind_of_encoding(raw: Any) -> str:
    return "order" if isinstance(raw, list | tuple) else "encoding"


AnyEncoding: TypeAlias = Annotated[
    Annotated[Encoding, Tag("encoding")] | Annotated[tuple[str, ...], Field(strict=False, min_length=2), Tag("order")],
    Discriminator(_kind_of_encoding),
]


class Data(Section):
    """How any data set is split and scaled."""

    validation: AnyValidation = 0.2
    """What is kept for validation: a share of the examples, above 0 and below 1 (of each class); `{folds: 5}` for
    cross-validation over the seeds; of a table also `{group: patient_id, fraction: 0.2}`, `{time: date, fraction:
    0.2}`, `{column: part, value: val}` or `{path: val.csv}`."""

    test: AnyTest | None = Field(default=None, examples=[0.2])
    """What is kept for a test, as for `validation` but without folds: no training and no choice sees it; the setting
    that is picked for each level is evaluated on it once, at the end. Default: nothing."""

    normalise: Normalise = "standard"
    """Scale each feature to mean 0 and deviation 1, or to [0, 1], by the training part alone; or leave it."""

    augment: str | None = Field(default=None, examples=["my_package.data:flip"])
    """A function of yours that changes the inputs of each training batch: `flip(inputs, rng)` gets them scaled, and a
    numpy Generator that is the same for all arms of a seed. Evaluation is without it."""

    @field_validator("augment")
    @classmethod
    def _is_a_function(cls, augment: str | None) -> str | None:
        if augment is not None and ":" not in augment:
            refuse([Problem("must name a function", "Give such as my_package.data:flip.", received=augment)])
        return augment

    @property
    def source(self) -> DataSource:
        """The data source in the form that the trainers load."""
        given = self.model_dump(exclude={*OF_SPLIT, "test"}, exclude_none=True)
        lists = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
        return DataSource(
            **{**given, **lists},
            validation=holdout_of(self.validation) if of_tables(self.validation) else None,
            test=None if self.test is None else holdout_of(self.test),
        )

    @field_validator("test", mode="before")
    @classmethod
    def _test_is_one_part(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and "folds" in given:
            refuse([Problem("must be one part, as folds are for validation", "Give such as 0.2.", (), given)])
        return given

    @model_validator(mode="after")
    def _parts_suit_the_data(self) -> Self:
        if isinstance(self, FileData) and not self.path.lower().endswith(ARRAY_FILES):
            return self
        for key in ("validation", "test"):
            if of_tables(given := getattr(self, key)):
                rule = "must be a share of the examples here, as columns and files are for tables"
                refuse([Problem(rule, "Give such as 0.2.", (key,), given.model_dump())])
        return self


class BundledData(Data):
    """A real data set that comes with the project."""

    name: Annotated[str, OneOf(DATASETS), WithJsonSchema({"enum": list(SHAPES)})] = Field(examples=["digits"])
    """The data set."""


class SyntheticData(Data):
    """A data set that is drawn from a formula."""

    name: Annotated[str, OneOf(tuple(MAKERS))]
    """The data set."""

    examples: int = Field(default=1000, ge=4, le=LARGEST_COUNT)
    """Number of examples, at least two per class."""

    noise: float | None = Field(default=None, ge=0, validate_default=True, examples=[0.1])
    """Standard deviation of the noise. Default: 0.1 for moons, 0.02 for spirals, 1.0 for blobs."""

    classes: int | None = Field(default=None, ge=2, validate_default=True, examples=[3])
    """Number of classes of spirals (2 if left out) and blobs (3); moons are always 2."""

    generator_seed: int = Field(default=0, ge=0, le=2**63 - 1)
    """Seed of the data; the trials' seeds do not change it."""

    @model_validator(mode="after")
    def _classes_fit(self) -> SyntheticData:
        most = MAKERS[self.name].most_classes
        assert self.classes is not None, "filled in above"
        if most is not None and self.classes > most:
            refuse([Problem(f"must be {most} for {self.name}", "Leave it out.", ("classes",), self.classes)])
        if self.examples < 2 * self.classes:
            rule = f"must be {2 * self.classes} or more, two for each class"
            refuse([Problem(rule, "Give more.", ("examples",), self.examples)])
        return self

    @field_validator("noise", "classes")
    @classmethod
    def _default_of_the_set(cls, given: float | None, info: ValidationInfo) -> float | None:
        # The default is written out so that a trial's identity contains the number and not a missing value.
        if given is None and "name" in info.data:
            default: float = getattr(MAKERS[info.data["name"]], str(info.field_name))
            return default
        return given


def _separator(given: str) -> str:
    found = SEPARATORS.get(given, given)
    if len(found) != 1 or found in '"\r\n':
        rule = f"must be one character, or one of {', '.join(SEPARATORS)}"
        refuse([Problem(rule, "Give one such as tab.", received=given)])
    return found


def _words(given: Any) -> Any:
    """Read a list of words; a single one is a list of one, and a number is its text."""
    words = given if isinstance(given, list | tuple) else [given]
    numbers = (int, float)
    return tuple(str(word) if isinstance(word, numbers) and not isinstance(word, bool) else word for word in words)


class FileData(Data):
    """A table in a file of your own, or two arrays in an NPZ file."""

    path: Annotated[str, AfterValidator(with_home)] = Field(min_length=1, examples=["data/houses.csv"])
    """The file, from the folder in which `sweep` runs or else from the folder of the sweep's file: CSV and other text,
    Parquet (also a folder), Feather, JSON lines, ARFF, Excel, NPY or NPZ, also packed by gzip, bzip2, xz, zstd or zip.
    Or a URL that fsspec opens, or `sklearn:NAME` for a set that comes with scikit-learn."""

    target: str | None = Field(default=None, examples=["price"])
    """Column to predict; of an NPY file its position, where -1 is the last; of an NPZ file the array of targets
    (default: y)."""

    inputs: str | None = Field(default=None, examples=["x"])
    """For an NPZ file, the array of inputs (default: x)."""

    task: Task = "auto"
    """What is predicted; auto decides by the target column."""

    features: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = Field(
        default=None, examples=[["age", "b_*"]]
    )
    """Columns to use, by name or pattern. Default: all but identifiers, constants and free text."""

    drop: Annotated[tuple[str, ...], Field(strict=False)] | None = Field(default=None, examples=[["comment"]])
    """Columns to leave out, by name or pattern. Default: none."""

    encode: dict[str, AnyEncoding] | None = Field(
        default=None, examples=[{"zip": "one_hot", "city": "target", "size": ["S", "M", "L"]}]
    )
    """How columns become numbers: one_hot (a feature for each category, as text does by default), target (the mean
    target of the category in the training part), ordinal (their position in alphabetical order, or in the list that is
    given), number or date."""

    most_categories: Annotated[int, Field(ge=2, le=10_000)] | None = Field(default=None, examples=[MOST_CATEGORIES])
    """Number of features of a one-hot column at most (20): the rarest categories of the training part share one."""

    blocks: bool | None = Field(default=None, examples=[True])
    """Of a table in Parquet, or of a matrix in an NPY file: read it by blocks of rows, which are shuffled within and
    between blocks, instead of into memory. Default: if it does not fit the memory, which `sweep plan` tells."""

    block_rows: Annotated[int, Field(ge=FEWEST_ROWS, le=MOST_ROWS)] | None = Field(default=None, examples=[8192])
    """Number of rows of such a block. Default: a block takes about 4 MB; those of about 64 MB are shuffled together."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the data are read from."""
        parts = (self.validation, self.test)
        return (self.path, *(part.path for part in parts if isinstance(part, FileHoldout)))

    separator: Annotated[str, AfterValidator(_separator)] | None = Field(default=None, examples=[";"])
    """Of a table of text: what separates its cells, one character, or tab, or space for runs of spaces. Default:
    detected, and told by `sweep plan`."""

    encoding: str | None = Field(default=None, examples=["cp1252"])
    """Of a file of text, a name that Python knows. Default: detected, and told by `sweep plan`."""

    decimal: Literal[".", ","] | None = Field(default=None, examples=[","])
    """Of a table of text: the decimal mark of its numbers. Default: a point, or a comma if that is certain."""

    thousands: Literal[",", ".", " ", "'", "_"] | None = Field(default=None, examples=[","])
    """Of a table of text: what separates groups of three digits, as in 1,925. Default: nothing."""

    missing: Annotated[tuple[str, ...], BeforeValidator(_words)] | None = Field(default=None, examples=[["?", "-999"]])
    """Words and numbers that stand for a missing value, besides empty cells, as they are spelled."""

    sheet: str | int | None = Field(default=None, examples=["2024"])
    """Of a workbook: the name of a sheet, or its position from 0. Default: the first one."""


class ModuleData(Data):
    """Data that a function of the user's loads."""

    module: str = Field(min_length=1, examples=["my_package.data:load"])
    """The function: it returns two arrays, inputs (N, D) and targets (N,), or for a torch module images, sequences or
    tokens (N, ...); a pandas DataFrame, a torch Dataset or DataLoader, a Hugging Face dataset, a generator of batches
    (inputs, targets), or a trainers.data.Dataset."""

    kwargs: dict[str, Any] = Field(default_factory=dict, examples=[{"folder": "images"}])
    """Its arguments."""

    task: Task = "auto"
    """What is predicted; auto decides by the targets."""
    target: str | None = Field(default=None, examples=["label"])
    """Column to predict of a DataFrame or a Hugging Face dataset. Default for the latter: label, labels or target."""

    inputs: str | None = Field(default=None, examples=["input_ids"])
    """Column of the inputs of a Hugging Face dataset with several, such as input_ids."""


def _tag(raw: Any) -> str:
    given = raw.model_dump() if isinstance(raw, Data) else raw
    if not isinstance(given, Mapping):
        return "bundled"
    if "path" in given:
        return "file"
    if "module" in given:
        return "module"
    name = given.get("name")
    return "synthetic" if isinstance(name, str) and name in MAKERS else "bundled"


AnyData: TypeAlias = Annotated[
    Annotated[BundledData, Tag("bundled")]
    | Annotated[SyntheticData, Tag("synthetic")]
    | Annotated[FileData, Tag("file")]
    | Annotated[ModuleData, Tag("module")],
    Discriminator(_tag),
]
