"""The data of a sweep: a bundled set, a synthetic one, or a file of the user."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator

from sweep.config.section import OneOf, Section
from trainers.data import DATASETS, DataSource
from trainers.data.synthetic import MAKERS


class Data(Section):
    """How any data set is split and scaled."""

    validation: float = Field(default=0.2, gt=0, lt=1)
    """Share of the examples that is kept for validation, above 0 and below 1."""

    normalise: Literal["standard", "minmax", "none"] = "standard"
    """Scale each feature to mean 0 and deviation 1, or to [0, 1], by the training part alone; or leave it."""

    @property
    def source(self) -> DataSource:
        """What the trainers load."""
        return DataSource(**self.model_dump(exclude={"validation", "normalise"}))


class BundledData(Data):
    """A real data set that comes with the project."""

    name: Annotated[str, OneOf(DATASETS)]
    """The data set."""


class SyntheticData(Data):
    """A data set that is drawn from a formula."""

    name: Annotated[str, OneOf(tuple(MAKERS))]
    """The data set."""

    examples: int = Field(default=1000, ge=4)
    """Number of examples, at least two per class."""

    noise: float | None = Field(default=None, ge=0, validate_default=True, examples=[0.1])
    """Standard deviation of the noise. Default: 0.1 for moons, 0.02 for spirals, 1.0 for blobs."""

    classes: int | None = Field(default=None, ge=2, validate_default=True, examples=[3])
    """Number of classes of spirals (2 if left out) and blobs (3); moons are always 2."""

    generator_seed: int = Field(default=0, ge=0)
    """Seed of the data; the trials' seeds do not change it."""

    @field_validator("noise", "classes")
    @classmethod
    def _default_of_the_set(cls, given: float | None, info: ValidationInfo) -> float | None:
        # Written out, so that a trial's identity holds the number and not the absence of one.
        if given is None and "name" in info.data:
            default: float = getattr(MAKERS[info.data["name"]], str(info.field_name))
            return default
        return given


class FileData(Data):
    """A CSV, Parquet or NPZ file."""

    path: str = Field(min_length=1)
    """The file, from the folder in which `sweep` runs."""

    target: str | None = None
    """Column to predict; for an NPZ file the array of targets (default: y)."""

    inputs: str | None = None
    """For an NPZ file, the array of inputs (default: x)."""

    task: Literal["auto", "classification", "regression"] = "auto"
    """What is predicted; auto decides by the target column."""


def _tag(raw: Any) -> str:
    get = raw.get if isinstance(raw, dict) else lambda key: getattr(raw, key, None)
    if get("path") is not None:
        return "file"
    return "synthetic" if get("name") in MAKERS else "bundled"


AnyData: TypeAlias = Annotated[
    Annotated[BundledData, Tag("bundled")] | Annotated[SyntheticData, Tag("synthetic")] | Annotated[FileData, Tag("file")],
    Discriminator(_tag),
]
