"""Configuration of the network: a dense network given by its layer widths, or a user's torch module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import Discriminator, Field, Tag

from sweep.config.base_section import Section
from trainers import limits
from trainers.layout import Activation, Init

Width = Annotated[int, Field(**limits.WIDTH.bounds)]


class NetworkConfig(Section):
    """A dense network."""

    hidden: Annotated[tuple[Width, ...], Field(strict=False)] = (64,)
    """Width of each hidden layer; [] is logistic (or linear) regression."""

    activation: Activation = "relu"
    """Activation function of the hidden layers."""

    init: Init = "he"
    """Initialization of the weights; biases start at zero."""


class ModuleNetwork(Section):
    """A torch.nn.Module of the user's, for the backend torch."""

    module: str = Field(min_length=1, examples=["my_package.models:make_net"])
    """What makes the module, which maps inputs (B, D) to outputs (B, C): a class, or a function that returns one."""

    kwargs: dict[str, Any] = Field(default_factory=dict, examples=[{"channels": 16}])
    """Its arguments."""


def _tag(raw: Any) -> str:
    if isinstance(raw, Section):
        return "module" if isinstance(raw, ModuleNetwork) else "dense"
    return "module" if isinstance(raw, Mapping) and "module" in raw else "dense"


AnyNetwork: TypeAlias = Annotated[
    Annotated[NetworkConfig, Tag("dense")] | Annotated[ModuleNetwork, Tag("module")],
    Discriminator(_tag),
]
