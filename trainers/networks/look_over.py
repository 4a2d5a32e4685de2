"""Checks a user's own module before any trial: what it trains, and whether it runs on every batch size that occurs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainers.data.shape import DatasetShape, Example, example_of
from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.networks.module_losses import Objective
from trainers.networks.own_module import as_batch, example_of_batch, make_module, module_seed, own_stream, trained
from trainers.networks.stacking import obstacle
from trainers.pack import ModuleSpec
from trainers.user_code import RaisedError, run_user_code

PROBE_EXAMPLES = 4
"""Examples in the batch on which a module is checked."""

MEMORY_FACTOR, CONVOLUTION_FACTOR = 3.0, 4.5
"""Peak memory of an example in multiples of the tensors that autograd saves for it: those, as much again on top, and
temporaries. Convolutions copy images, and once more for a stack of trials. Measured with full batches."""

UNUSED_METHODS = (
    "configure_optimizers",
    "param_groups",
    "parameter_groups",
    "get_parameter_groups",
    "get_param_groups",
)
"""Methods by which a module would choose its optimizer or split its parameters into groups."""


@dataclass(frozen=True)
class ModuleFacts:
    """Measured properties of a module.

    Args:
        parameters: P, the number of trained values.
        frozen: number of values in frozen parameters.
        obstacle: why its trials must be trained one at a time, in torch's words; None if they can be stacked.
        taken: approximate peak number of values per example in a forward and backward pass.
        not_used: methods of the module that would choose its optimizer, which a sweep does not call.
    """

    parameters: int
    frozen: int
    obstacle: str | None
    not_used: tuple[str, ...] = ()
    taken: float = 0.0


def look_over(
    spec: ModuleSpec,
    features: int | Example,
    outputs: int | Objective,
    dtype: str = "float32",
    inputs: NDArray[Any] | None = None,
) -> ModuleFacts:
    """Make a module and train it for one step on a small batch, alone and as a stack of two.

    Args:
        spec: names the module.
        features: D, inputs per example; or what an example is.
        outputs: C, as the data requires; or what is measured of the outputs.
        dtype: training dtype.
        inputs: (B, D) training examples; None draws random ones.

    Raises:
        UserCodeError: if it cannot be made, has nothing to train, fails on inputs (B, D) or does not return (B, C).
    """
    kind = getattr(torch, dtype)
    example, objective = example_of(features), objective_of(outputs)
    drawn = torch.randn((PROBE_EXAMPLES, *example.item), generator=torch.Generator().manual_seed(0))
    batch = drawn.to(kind) if inputs is None else as_batch(inputs[:PROBE_EXAMPLES], kind)
    module = make_module(spec, module_seed(0), example)
    _require_trainable(spec, module, dtype)
    before = {name: parameter.requires_grad for name, parameter in module.named_parameters()}
    module = module.to(kind)
    try:
        found = run_user_code(lambda: run_batch(spec, module, batch), import_attribute(spec.module))
    except RaisedError as error:
        raise UserCodeError(
            f"must make a module that takes inputs {example}. Received: {spec.module}, which raises {error}. "
            f"{_way_out(example, str(error))}."
        ) from error
    if found[:1] != (len(batch),) or not objective.accepts(found):
        raise UserCodeError(
            f"must make a module that gives {objective.asked} for this data. Received: {spec.module}, which gives "
            f"{found} for a batch of {len(batch)}. Change its last layer."
        )
    parameters = dict(module.named_parameters())
    if {name: parameter.requires_grad for name, parameter in parameters.items()} != before:
        raise UserCodeError(
            "must make a module that keeps to the parameters that require gradients when it is made. "
            f"Received: {spec.module}, which changes `requires_grad` as it runs. Freeze or thaw them where it is made."
        )
    numbers = {name: parameter.numel() for name, parameter in parameters.items()}
    count = sum(numbers[name] for name in trained(module))
    own = tuple(name for name in UNUSED_METHODS if callable(getattr(module, name, None)))
    taken = _saved_values(module, batch) * (CONVOLUTION_FACTOR if _has_convolutions(module) else MEMORY_FACTOR)
    return ModuleFacts(count, sum(numbers.values()) - count, obstacle(spec, batch, kind), own, taken)


def objective_of(outputs: int | Objective) -> Objective:
    """Return what is measured of outputs, of which only their number may be given."""
    if isinstance(outputs, Objective):
        return outputs
    return Objective(DatasetShape(2, 1, outputs, "multiclass" if outputs > 1 else "regression"))


def _way_out(example: Example, error: str) -> str:
    """What to do about a module that does not take its inputs."""
    if "indices" in error and "Long" in error:
        return "Return tokens as whole numbers of 0 or more, which an embedding takes"
    if example.is_tokens:
        return f"Mend it; it gets whole numbers {example}, as an embedding takes them"
    if len(example.item) > 1:
        return f"Mend it; it gets numbers {example}"
    return f"Mend it; it gets rows of {example.item[0]} numbers, which it reshapes itself"


def _has_convolutions(module: nn.Module) -> bool:
    return any(isinstance(part, nn.modules.conv._ConvNd) for part in module.modules())


def _saved_values(module: nn.Module, inputs: Tensor) -> float:
    """Number of values per example that autograd saves for the backward pass."""
    half = len(inputs) // 2
    if not half:
        return 0.0

    def saved_for(batch: Tensor) -> int:
        found: dict[int, int] = {}

        def keep(tensor: Tensor) -> Tensor:
            found[tensor.data_ptr()] = max(tensor.numel(), found.get(tensor.data_ptr(), 0))
            return tensor

        with own_stream(0), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            outputs = module.train()(batch.clone())
        # While the outputs are alive, no new tensor can reuse the address of a saved one.
        return sum(found.values()) if outputs.requires_grad else 0

    try:
        return max(0.0, run_user_code(lambda: saved_for(inputs) - saved_for(inputs[:half])) / (len(inputs) - half))
    except RaisedError:
        # It accepts only some batch sizes, and will be run on those.
        return 0.0


def _require_trainable(spec: ModuleSpec, module: nn.Module, dtype: str) -> None:
    parameters = trained(module)
    if not any(parameter.numel() for parameter in parameters.values()):
        has = "which has none" if not list(module.parameters()) else "in which none requires gradients"
        raise UserCodeError(
            f"must make a module with parameters to train. Received: {spec.module}, {has}. "
            "Add layers, or let some require gradients."
        )
    where: dict[int, str] = {}
    for name, tensor in (*parameters.items(), *module.named_buffers()):
        other = where.setdefault(tensor.data_ptr(), name) if tensor.numel() else name
        if other != name:
            raise UserCodeError(
                "must make parameters that share no memory, unless they are one parameter. "
                f"Received: {spec.module}, whose {other} and {name} do. Assign the same parameter to both."
            )
    # The default dtype is accepted because `trainer.dtype` converts it.
    known = {torch.float32, torch.get_default_dtype(), getattr(torch, dtype)}
    for name, parameter in parameters.items():
        if parameter.dtype not in known:
            raise UserCodeError(
                f"must make parameters of torch's usual type, which `trainer.dtype` then changes. Received: "
                f"{spec.module}, whose {name} is {str(parameter.dtype).removeprefix('torch.')}. "
                "Leave the type out, or give it as `trainer.dtype`."
            )


def run_batch(spec: ModuleSpec, module: nn.Module, inputs: Tensor, training: bool = True) -> tuple[int, ...]:
    """Run a module on inputs (B, D), with a backward pass if ``training``; return the shape of its outputs.

    Raises:
        UserCodeError: if the output is not a tensor or does not depend on trained parameters.
    """
    with own_stream(0):
        module.train(training)
        module.zero_grad()
        with torch.set_grad_enabled(training):
            outputs = module(inputs.clone())
            if not isinstance(outputs, Tensor):
                raise UserCodeError(
                    f"must make a module that gives one tensor. Received: {spec.module}, which gives a "
                    f"{type(outputs).__name__}. Return the scores alone."
                )
            if training and not outputs.requires_grad:
                raise UserCodeError(
                    "must make a module whose outputs depend on the parameters that require gradients. "
                    f"Received: {spec.module}, whose outputs do not. Look for `detach` and `no_grad` in it."
                )
            if training:
                outputs.square().sum().backward()  # type: ignore[no-untyped-call]
    return tuple(outputs.shape)


@dataclass(frozen=True)
class BatchProblem:
    """A batch size that a module cannot handle, and why.

    Args:
        size: number of examples.
        reason: such as ``raises ValueError at nets.py:3 (...)``.
        needs_two: whether batch normalisation needs two or more examples.
    """

    size: int
    reason: str
    needs_two: bool = False


def batch_problem(
    spec: ModuleSpec,
    outputs: int | Objective,
    dtype: str,
    inputs: NDArray[Any],
    sizes: Sequence[int],
    *,
    training: bool,
) -> BatchProblem | None:
    """Find the first of ``sizes`` on which a module cannot be trained or evaluated; None if there is none.

    Args:
        spec: names the module.
        outputs: C, or what is measured of the outputs.
        dtype: training dtype.
        inputs: (n, D) examples, of which the first ones are used.
        sizes: batch sizes, each at most n.
        training: in ``train`` mode and with gradients, or in ``eval`` mode.

    Raises:
        UserCodeError: as for `make_module`.
    """
    kind = getattr(torch, dtype)
    objective, example = objective_of(outputs), example_of_batch(as_batch(inputs[:1], kind))
    module = make_module(spec, module_seed(0), example).to(kind)
    for size in sizes:
        batch = as_batch(inputs[:size], kind)
        try:
            found = run_user_code(partial(run_batch, spec, module, batch, training), import_attribute(spec.module))
        except RaisedError as error:
            is_normalised = any(isinstance(part, nn.modules.batchnorm._BatchNorm) for part in module.modules())
            return BatchProblem(size, f"raises {error}", needs_two=training and size == 1 and is_normalised)
        if found[:1] != (size,) or not objective.accepts(found):
            return BatchProblem(size, f"gives {found} where {objective.asked.replace('B', str(size))} is asked for")
    return None
