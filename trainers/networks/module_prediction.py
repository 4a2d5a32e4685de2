"""Computes the outputs of a single network on PyTorch from its kept weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from numpy.typing import NDArray

from trainers.data.shape import Example
from trainers.errors import UserCodeError
from trainers.layout import Activation
from trainers.networks.own_module import as_batch, make_module, own_stream
from trainers.networks.torch_module import dense_outputs, to_numpy
from trainers.pack import ModuleSpec, Precision
from trainers.user_code import RaisedError, run_user_code

Array = NDArray[Any]


def dense_function(
    layers: Sequence[tuple[Array, Array]], activation: Activation, dtype: Precision
) -> Callable[[Array], Array]:
    """Return the function of a dense network, from inputs (B, D) to outputs (B, C).

    Args:
        layers: weights (inputs, outputs) and bias (outputs,) of each layer.
        activation: of the hidden layers.
        dtype: in which it computes.
    """
    kind = getattr(torch, dtype)
    weights = [torch.tensor(weight, dtype=kind)[None] for weight, _ in layers]
    biases = [torch.tensor(bias, dtype=kind)[None] for _, bias in layers]

    def compute(inputs: Array) -> Array:
        return to_numpy(dense_outputs(torch.tensor(inputs, dtype=kind)[None], weights, biases, activation)[0])

    return compute


def module_function(
    spec: ModuleSpec, weights: Mapping[str, Array], features: int | Example, dtype: Precision
) -> Callable[[Array], Array]:
    """Return the function of a user's module in ``eval`` mode, from inputs (B, D) to outputs (B, C).

    Args:
        spec: names the module.
        weights: its parameters and buffers by name.
        features: D, or what an example is.
        dtype: in which it computes.

    Raises:
        UserCodeError: if the module cannot be made, or has other parameters or buffers.
    """
    kind = getattr(torch, dtype)
    module = make_module(spec, 0, features).to(kind).eval()
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    have, given = ({name: tuple(one.shape) for name, one in named.items()} for named in (tensors, weights))
    if have != given:
        name = next(name for name in {**have, **given} if have.get(name) != given.get(name))
        raise UserCodeError(
            f"`{spec.module}` must make the module that was trained. Received: {name} of shape "
            f"{have.get(name, 'none')}, which is {given.get(name, 'none')} in the weights. Give the code that the "
            "sweep has run with."
        )
    with torch.no_grad():
        for name, values in weights.items():
            tensors[name].copy_(torch.tensor(values))

    def compute(inputs: Array) -> Array:
        batch = as_batch(inputs, kind)
        with own_stream(0), torch.no_grad():
            try:
                return to_numpy(run_user_code(lambda: module(batch)))
            except RaisedError as error:
                raise UserCodeError(
                    f"`{spec.module}` must predict without an error. Received: {error}. Give the code that the sweep "
                    "has run with."
                ) from error

    return compute
