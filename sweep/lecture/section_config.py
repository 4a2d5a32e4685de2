"""The settings of a section: a YAML file from the package or from the user, with overrides from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError

from sweep.config.base_section import OneOf, Section
from sweep.config.document import Document, read_document
from sweep.config.loading import apply_override
from sweep.config.messages import render
from sweep.errors import ConfigError
from trainers.optimizers import OPTIMIZERS

SHIPPED = Path(__file__).with_name("configs")
"""The settings files in the package, one per section."""

OptimizerName = Annotated[str, OneOf(tuple(OPTIMIZERS))]
Rate = Annotated[float, Field(gt=0.0, le=1e6, examples=[0.1])]
Beta = Annotated[float, Field(ge=0.0, lt=1.0, examples=[0.9])]
Steps = Annotated[int, Field(ge=1, le=1_000_000, examples=[100])]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, examples=[0])]


class Settings(Section):
    """Settings common to all sections."""

    section: str
    """Name of the section that the file is for, as listed by `sweep lecture`."""


AnySettings = TypeVar("AnySettings", bound=Settings)


def shipped_file(name: str) -> Path:
    """Path of the section's settings file in the package."""
    return SHIPPED / f"{name}.yaml"


def read_settings(file: Path, overrides: Sequence[str] = ()) -> Document:
    """Read a section's file and apply overrides.

    Args:
        file: path of the YAML file.
        overrides: ``key=value`` items, with values as YAML.

    Raises:
        ConfigError: if the file cannot be read or an override is invalid.
    """
    document = read_document(file)
    for override in overrides:
        apply_override(document, override)
    return document


def check_settings(document: Document, model: type[AnySettings]) -> AnySettings:
    """Validate the content of a settings file.

    Raises:
        ConfigError: with one line per problem, and its location.
    """
    try:
        return model.model_validate(document.values)
    except ValidationError as error:
        raise ConfigError(render(error, document, model)) from None
