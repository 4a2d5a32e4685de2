"""Tests whether trials of a user's own module can be trained as one stack, or must be trained one at a time."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

from trainers.networks.own_module import example_of_batch, make_module, module_seed, own_stream, trained
from trainers.pack import ModuleSpec
from trainers.user_code import RaisedError, run_user_code

HOOKS = (
    "_backward_hooks",
    "_backward_pre_hooks",
    "_forward_hooks",
    "_forward_pre_hooks",
)
"""Attributes in which a module stores its hooks."""

TORCH_ATTRIBUTES = frozenset({"_parameters", "_buffers", "_modules", "training"})

AGREEMENT = 1e-3
"""Largest deviation of a stack's outputs and gradients from those of single modules, relative to their maximum."""

CHANGES_BUFFERS = "it changes its buffers as it trains, as batch normalisation does with its running statistics"

GENERATOR_TYPES = ("Generator", "RandomState", "Random")
"""Random generator types of NumPy, torch and Python."""


def obstacle(spec: ModuleSpec, inputs: Tensor, dtype: torch.dtype | None = None) -> str | None:
    """Why trials of a module cannot be trained as one stack; None if they can.

    Two modules with different seeds run as a stack and alone. The results must be equal, and everything besides
    parameters and buffers must be the same for both seeds and unchanged by a run, because a stack has it only once.

    Args:
        spec: names the module, which is known to run.
        inputs: (B, D) in the training dtype, or tokens.
        dtype: the training dtype; None for that of the inputs.

    Raises:
        UserCodeError: as for `make_module`.
    """
    kind, example = dtype or inputs.dtype, example_of_batch(inputs)
    twins = [make_module(spec, module_seed(seed), example).to(kind).train() for seed in (0, 1)]
    if any(getattr(part, hooks, None) for part in twins[0].modules() for hooks in HOOKS):
        return "it has hooks"
    if any(_has_hooks(parameter) for parameter in twins[0].parameters()):
        return "its parameters have hooks"
    if any(type(value).__name__ in GENERATOR_TYPES for value in _state(twins[0]).values()):
        return "it draws from a stream of its own"
    if not _is_equal(_shapes(twins[0]), _shapes(twins[1])) or not _is_equal(_state(twins[0]), _state(twins[1])):
        return "it holds something beside parameters and buffers that depends on the seed"
    with own_stream(0):
        return _stack_problem(twins, inputs)


def _stack_problem(twins: Sequence[nn.Module], inputs: Tensor) -> str | None:
    parameters, buffers = stack_module_state(list(twins))
    before = {name: buffer.clone() for name, buffer in buffers.items()}
    state = _state(twins[0])
    names = list(trained(twins[0]))
    leaves = {name: parameters[name].detach().requires_grad_() for name in names}
    fixed = {name: tensor.detach() for name, tensor in (*parameters.items(), *buffers.items()) if name not in leaves}

    def call(own: dict[str, Tensor], rest: dict[str, Tensor], x: Tensor) -> Tensor:
        return functional_call(twins[0], {**rest, **own}, (x,))  # type: ignore[no-any-return]

    def run() -> tuple[Tensor, tuple[Tensor | None, ...]]:
        outputs = torch.vmap(call)(leaves, fixed, inputs.expand(2, *inputs.shape))
        return outputs, torch.autograd.grad(outputs.square().mean(), list(leaves.values()), allow_unused=True)

    try:
        outputs, gradients = run_user_code(run)
    except RaisedError as error:
        return _first_sentence(error.__cause__ or error)
    if any(not torch.equal(buffer, before[name]) for name, buffer in buffers.items()):
        return CHANGES_BUFFERS
    if not _is_equal(state, _state(twins[0])):
        return "it changes what it holds as it runs"
    if not _matches_single(twins, inputs, outputs, gradients):
        return "a stack of it gives other numbers"
    # A buffer replaced by a new tensor shows only when the module itself runs, as it just has.
    for row, twin in enumerate(twins):
        if any(not _is_equal(buffer, before[name][row]) for name, buffer in twin.named_buffers()):
            return CHANGES_BUFFERS
    return None


def _matches_single(
    twins: Sequence[nn.Module], inputs: Tensor, outputs: Tensor, gradients: Sequence[Tensor | None]
) -> bool:
    """Whether each module alone gives the outputs (2, B, C) and the gradients of their mean square."""
    alone = torch.stack([twin(inputs.clone()) for twin in twins])
    alone.square().mean().backward()  # type: ignore[no-untyped-call]
    pairs = [(outputs, alone)]
    for index, gradient in enumerate(gradients):
        own = [list(trained(twin).values())[index].grad for twin in twins]
        if any((part is None) != (gradient is None) for part in own):
            return False
        if gradient is not None:
            pairs.append((gradient, torch.stack([part for part in own if part is not None])))
    tolerance = max(AGREEMENT, 8 * torch.finfo(outputs.dtype).eps)
    return all(
        bool((one - other).abs().max() <= tolerance * (1e-6 + other.abs().max())) for one, other in pairs if one.numel()
    )


def remembers_more(module: nn.Module, fresh: nn.Module) -> bool:
    """Whether a module that was trained holds state beside its parameters and buffers, as far as can be determined.

    Args:
        module: the trained module.
        fresh: the same module before its training.
    """
    if any(getattr(part, hooks, None) for part in module.modules() for hooks in HOOKS):
        return True
    state = _state(module)
    return any(type(value).__name__ in GENERATOR_TYPES for value in state.values()) or not _is_equal(
        state, _state(fresh)
    )


def _has_hooks(tensor: Tensor) -> bool:
    return bool(tensor._backward_hooks) or bool(getattr(tensor, "_post_accumulate_grad_hooks", None))


def _shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    tensors = (*module.named_parameters(), *module.named_buffers())
    return {name: (*tensor.shape, int(tensor.requires_grad)) for name, tensor in tensors}


def _state(module: nn.Module) -> dict[str, Any]:
    """All attributes of a module's parts except parameters, buffers, submodules and mode; containers are copied."""
    return {
        f"{name}.{key}": copy.copy(value) if isinstance(value, list | dict | set) else value
        for name, part in module.named_modules()
        for key, value in vars(part).items()
        if key not in TORCH_ATTRIBUTES
    }


def _is_equal(one: Any, other: Any) -> bool:
    """Whether two values are equal as far as can be determined: tensors, numbers, text and containers by content."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Tensor):
        return one.shape == other.shape and torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_is_equal, one, other))
    if isinstance(one, int | float | str | bytes | bool):
        return bool(one == other)
    return True


def _first_sentence(error: BaseException) -> str:
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return text.split(". ")[0].rstrip(".")
