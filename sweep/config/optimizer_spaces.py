"""Combines the values of `optimizers` and `space` into the search space of each optimizer, in each part of a union."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler, SkipValidation, model_serializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sweep.config.base_section import Section
from sweep.config.decay import Decay
from sweep.config.distributions import Distribution
from sweep.config.document import Keys
from sweep.config.free_space import written_domain
from sweep.config.spaces import OptimizersBase, Space
from sweep.config.values import Domain
from trainers.optimizers import OPTIMIZERS


@dataclass(frozen=True)
class SpacePart:
    """A space of our networks: the hyperparameters of the optimizers, and dotted keys of the file.

    Args:
        shared: what all optimizers share.
        dotted: dotted key of the file -> values to try in its place.
    """

    shared: Space
    dotted: Mapping[str, Domain]


class NetworkSpaces(Section):
    """One or more spaces of our networks; every combination within one of them is a setting."""

    parts: Annotated[tuple[SpacePart, ...], SkipValidation]
    """The spaces."""

    @model_serializer(mode="plain")
    def _written(self) -> Any:
        parts = [
            {
                **part.shared.model_dump(mode="json", exclude_none=True),
                **{name: written_domain(domain) for name, domain in part.dotted.items()},
            }
            for part in self.parts
        ]
        return parts[0] if len(parts) == 1 else parts

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        description = "Several spaces, each with its own keys: their union."
        items = {"type": "object", "additionalProperties": True}
        return {"type": "array", "items": items, "minItems": 1, "description": description, "properties": {}}


@dataclass(frozen=True)
class OptimizerSpace:
    """The search space of one optimizer: its own values, and the shared values that it does not override.

    Args:
        optimizer: name of the optimizer.
        domains: hyperparameter -> values, including hyperparameters that the optimizer ignores.
        decays: the decays to try; None if none are given.
        origins: hyperparameter (and ``decay``) -> path in the file where it is given.
        at: path of the shared values in the file.
    """

    optimizer: str
    domains: Mapping[str, Domain]
    decays: tuple[Decay, ...] | None
    origins: Mapping[str, Keys]
    at: Keys = ("space",)


def space_of_each(optimizers: OptimizersBase | None, space: Space | NetworkSpaces) -> Iterator[OptimizerSpace]:
    """Combine the own and shared values into the search space of each optimizer, in each part of a union.

    Args:
        optimizers: a space per optimizer; None when ``space`` names the optimizers.
        space: values that all optimizers share.
    """
    for at, part in parts_of(space):
        yield from _part_of_each(optimizers, part, at)


def parts_of(space: Space | NetworkSpaces) -> Iterator[tuple[Keys, SpacePart]]:
    """Yield the parts of a space of our networks, each with its path in the file."""
    if isinstance(space, Space):
        yield ("space",), SpacePart(space, {})
        return
    for index, part in enumerate(space.parts):
        yield ("space", index) if len(space.parts) > 1 else ("space",), part


def _part_of_each(optimizers: OptimizersBase | None, part: SpacePart, at: Keys) -> Iterator[OptimizerSpace]:
    shared = part.shared
    common = {**shared.domains(), **part.dotted}
    names = common.pop("optimizer", ())
    assert not isinstance(names, Distribution), "names are not drawn"
    own: Mapping[str, Space] = optimizers.given() if optimizers else {}
    for name in own or dict.fromkeys(map(str, names)):
        space = own.get(name, Space())
        mine = space.domains()
        origins: dict[str, Keys] = {key: (*at, key) for key in (*common, "decay")}
        origins |= {key: ("optimizers", name, key) for key in mine}
        if space.decay is not None:
            origins["decay"] = ("optimizers", name, "decay")
        yield OptimizerSpace(name, {**common, **mine}, space.decay or shared.decay, origins, at)


def hyperparameters(spaces: Sequence[OptimizerSpace]) -> tuple[str, ...]:
    """List the hyperparameters of a sweep's settings in order, without the parameters of decays."""
    own = [declared.name for space in spaces for declared in OPTIMIZERS[space.optimizer].hyperparameters]
    decays = [name for name in Space.model_fields if name.startswith("decay")]
    dotted = [name for space in spaces for name in space.domains if is_dotted(name)]
    return tuple(dict.fromkeys(("optimizer", *own, "batch_size", *decays, "epochs", *dotted)))


def given_at(spaces: Sequence[OptimizerSpace], key: str) -> str:
    """Return the dotted key by which the file gives a key of a section: that of the space if the key varies."""
    return f"space.{key}" if any(key in space.domains for space in spaces) else key


def is_dotted(name: str) -> bool:
    """Whether a hyperparameter of our networks is a dotted key of the file.

    >>> is_dotted("network.hidden"), is_dotted("learning_rate")
    (True, False)
    """
    return "." in name
