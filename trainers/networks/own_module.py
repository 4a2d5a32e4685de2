"""Makes a user's own ``torch.nn.Module`` from its name, initialises its lazy layers and counts its parameters."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from trainers.data.shape import Example, example_of
from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.pack import ModuleSpec
from trainers.seeding import generator
from trainers.user_code import RaisedError, run_user_code


@contextmanager
def without_warnings() -> Iterator[None]:
    """Suppress torch's warnings, such as that lazy layers are a new feature."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def own_stream(seed: int) -> Iterator[None]:
    """Seed torch with ``seed`` inside the block, without warnings; its global random state is restored."""
    with torch.random.fork_rng(), without_warnings():
        torch.manual_seed(seed)
        yield


def module_seed(seed: int) -> int:
    """The torch seed for the module of a trial's seed."""
    return int(generator(seed, "init").integers(2**63))


def make_module(spec: ModuleSpec, seed: int = 0, features: int | Example | None = None) -> nn.Module:
    """Make the module with initial weights drawn under ``torch.manual_seed(seed)``; the global state is restored.

    Layers that take their shape from the first batch, such as ``torch.nn.LazyLinear``, are run on two examples of
    zeros in ``eval`` mode, and draw their weights after all others.

    Args:
        spec: names the module.
        seed: of its weights, buffers and other random draws.
        features: D, or what an example is, for lazy layers.

    Raises:
        UserCodeError: if it cannot be imported, does not take the arguments, raises an error or makes no module.
    """
    try:
        make = run_user_code(lambda: import_attribute(spec.module))
    except RaisedError as error:
        raise UserCodeError(
            f"names a module that cannot be imported. Received: {spec.module}, which raises {error}. Mend the module."
        ) from error
    if not callable(make):
        raise UserCodeError(f"must name a function or class. Received: {spec.module}. Name one that makes a module.")
    with own_stream(seed):
        try:
            module = run_user_code(lambda: make(**spec.kwargs))
        except RaisedError as error:
            if isinstance(error.__cause__, TypeError) and not error.is_own:
                raise UserCodeError(
                    f"must name a function or class that takes the `kwargs`. Received: {spec.module}, which says: "
                    f"{error.__cause__}. Change one of the two."
                ) from error
            raise UserCodeError(
                f"must make its module without an error. Received: {spec.module}, which raises {error}. "
                "Mend it, or change its `kwargs`."
            ) from error
        if not isinstance(module, nn.Module):
            raise UserCodeError(
                f"must make a torch.nn.Module. Received: {spec.module}, which makes a {type(module).__name__}. "
                "Return a module."
            )
        if is_lazy(module):
            if features is None:
                raise UserCodeError(
                    f"has layers without a shape, as the number of features is not known here. Received: {spec.module}."
                    " Give the layers their numbers of inputs."
                )
            _give_shapes(spec, module, example_of(features))
    return module


def example_of_batch(inputs: Tensor) -> Example:
    """What each example of a batch is: whole numbers are tokens."""
    return Example(tuple(inputs.shape[1:]), not inputs.is_floating_point())


def as_batch(inputs: NDArray[Any], kind: torch.dtype) -> Tensor:
    """Return inputs as a tensor of the training dtype; tokens stay whole numbers."""
    return torch.as_tensor(inputs) if inputs.dtype == np.int64 else torch.as_tensor(inputs).to(kind)


def is_lazy(module: nn.Module) -> bool:
    """Whether some parameter or buffer has no shape yet."""
    return any(
        isinstance(tensor, UninitializedParameter | UninitializedBuffer)
        for tensor in (*module.parameters(), *module.buffers())
    )


def _give_shapes(spec: ModuleSpec, module: nn.Module, example: Example) -> None:
    was_training = {part: part.training for part in module.modules()}
    module.eval()
    inputs = torch.zeros((2, *example.item), dtype=torch.int64 if example.is_tokens else None)
    try:
        with torch.no_grad():
            run_user_code(lambda: module(inputs))
    except RaisedError as error:
        raise UserCodeError(
            f"must make a module that takes inputs {example}, from which its lazy layers take their shapes. "
            f"Received: {spec.module}, which raises {error}. Reshape the inputs inside the module."
        ) from error
    for part, mode in was_training.items():
        part.training = mode
    if is_lazy(module):
        raise UserCodeError(
            f"must make a module that uses all its lazy layers in `eval` mode. Received: {spec.module}, which leaves "
            "some without a shape. Give those their numbers of inputs."
        )


def trained(module: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that require gradients, each once, by their first name."""
    return {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}


def initial_module_parameters(spec: ModuleSpec, seed: int, features: int | Example) -> NDArray[np.float64]:
    """The initial values of the trained parameters of a module for a trial's seed, as one row: (P,)."""
    module = make_module(spec, module_seed(seed), features)
    parts = [parameter.detach().double().flatten() for parameter in trained(module).values()]
    return torch.cat(parts).numpy() if parts else np.zeros(0)


def module_numbers(spec: ModuleSpec, features: int | Example) -> tuple[int, int]:
    """Count the values of a module's parameters, without allocating them where possible.

    Returns:
        The number of values in parameters that require gradients, and in all other parameters and buffers.

    Raises:
        UserCodeError: as for `make_module`.
    """
    try:
        with torch.device("meta"):
            module = make_module(spec, 0, features)
    except UserCodeError:
        # A module that reads values when it is made, such as saved weights, cannot be made without memory.
        module = make_module(spec, 0, features)
    numbers = sum(parameter.numel() for parameter in trained(module).values())
    everything = (*module.parameters(), *module.buffers())
    return numbers, sum(tensor.numel() for tensor in everything) - numbers
