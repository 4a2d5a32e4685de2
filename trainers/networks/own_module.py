"""A user's own ``torch.nn.Module``: made, looked over, and asked whether trials of it can be trained as one."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.pack import ModuleSpec


def make_module(spec: ModuleSpec, seed: int = 0) -> nn.Module:
    """Make the module, its initial weights drawn under ``torch.manual_seed(seed)``; torch's own stream is left as is.

    Raises:
        UserCodeError: when it cannot be imported, does not take the arguments, or makes no module.
    """
    make = import_attribute(spec.module)
    if not callable(make):
        raise UserCodeError(f"must name a function or class. Received: {spec.module}. Name one that makes a module.")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        try:
            module = make(**spec.kwargs)
        except TypeError as error:
            raise UserCodeError(
                f"must name a function or class that takes the `kwargs`. Received: {spec.module}, which says: {error}. "
                "Change one of the two."
            ) from error
    if not isinstance(module, nn.Module):
        raise UserCodeError(
            f"must make a torch.nn.Module. Received: {spec.module}, which makes a {type(module).__name__}. "
            "Return a module."
        )
    return module


def initial_module_parameters(spec: ModuleSpec, rng: np.random.Generator) -> NDArray[np.float64]:
    """The initial parameters of a module in one row, (P,): the module draws them, from a seed that ``rng`` gives."""
    module = make_module(spec, int(rng.integers(2**63)))
    parts = [parameter.detach().double().flatten() for parameter in module.parameters()]
    return torch.cat(parts).numpy() if parts else np.zeros(0)


@dataclass(frozen=True)
class ModuleFacts:
    """What a module is like.

    Args:
        parameters: P, how many numbers are trained.
        obstacle: why its trials must be trained one at a time, in torch's words; None when they can be stacked.
    """

    parameters: int
    obstacle: str | None


def look_over(spec: ModuleSpec, features: int, outputs: int) -> ModuleFacts:
    """Make a module, run it on a small batch, alone and as a stack of two.

    Args:
        spec: names it.
        features: D.
        outputs: C, what the data asks for.

    Raises:
        UserCodeError: when it cannot be made, has nothing to train, fails on inputs (B, D) or does not give (B, C).
    """
    module = make_module(spec)
    count = sum(parameter.numel() for parameter in module.parameters())
    if not count:
        raise UserCodeError(f"must make a module with parameters. Received: {spec.module}, which has none. Add layers.")
    inputs = torch.randn((4, features), generator=torch.Generator().manual_seed(0))
    try:
        with torch.no_grad(), torch.random.fork_rng():
            found = tuple(copy.deepcopy(module)(inputs).shape)
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        raise UserCodeError(
            f"must make a module that takes inputs (B, {features}). Received: {spec.module}, which says: "
            f"{_first_line(error)}. Reshape the inputs inside the module."
        ) from error
    if found != (4, outputs):
        raise UserCodeError(
            f"must make a module that gives (B, {outputs}) for this data. Received: {spec.module}, which gives "
            f"{found} for a batch of 4. Change its last layer."
        )
    return ModuleFacts(count, obstacle(module, inputs))


def obstacle(module: nn.Module, inputs: Tensor) -> str | None:
    """Why ``torch.func.vmap`` cannot run two of a module at once; None when it can.

    Args:
        module: in training; it is left as it is.
        inputs: (B, D).
    """
    twins = [copy.deepcopy(module).train() for _ in range(2)]
    parameters, _ = stack_module_state(twins)
    # State that changes as it trains would be shared by all trials.
    before = {name: buffer.clone() for name, buffer in module.named_buffers()}

    def call(own: dict[str, Tensor], x: Tensor) -> Tensor:
        return functional_call(twins[0], own, (x,))  # type: ignore[no-any-return]

    try:
        with torch.random.fork_rng():
            torch.vmap(call)(parameters, inputs.expand(2, *inputs.shape))
    except (RuntimeError, ValueError, NotImplementedError) as error:
        return _first_line(error)
    if any(not torch.equal(buffer, before[name]) for name, buffer in twins[0].named_buffers()):
        return "it changes its buffers as it trains"
    return None


def _first_line(error: BaseException) -> str:
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return text.split(". ")[0].rstrip(".")
