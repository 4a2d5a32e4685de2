"""Fuses each optimizer's update into one pass over parameters, gradients and state.

The loops are in the optimizers' own files, next to the equations; see
`trainers.optimizers.declaration.Kernel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from trainers.compiled.loops import compile_loop
from trainers.optimizers import OPTIMIZERS, Optimizer, declaration_of
from trainers.optimizers.base import Coefficients, State
from trainers.optimizers.declaration import Kernel

Array = NDArray[Any]


@dataclass(frozen=True)
class FusedUpdate:
    """An update in one pass with the signature of `Optimizer.update`; it needs no scratch.

    Args:
        loop: compiled loop, with the arguments of `Kernel.loop`.
        state: names of the state in the order of the loop.
        coefficients: names of the coefficients in the order of the loop.
    """

    loop: Callable[..., None]
    state: tuple[str, ...]
    coefficients: tuple[str, ...]

    def __call__(
        self,
        parameters: Array,
        gradients: Array,
        state: State,
        coefficients: Coefficients,
        work: Array | None = None,
    ) -> None:
        """Make one step in place."""
        held, numbers = (state[name] for name in self.state), (coefficients[name] for name in self.coefficients)
        self.loop(parameters, gradients, *held, *numbers)


@cache
def compiled_kernel(kernel: Kernel) -> FusedUpdate:
    """The compiled version of a kernel, cached."""
    return FusedUpdate(compile_loop(kernel.loop), kernel.state, kernel.coefficients)


def fused_update(optimizer: Optimizer) -> FusedUpdate | None:
    """An optimizer's update in one pass; None if it declares no kernel and the plain update is used."""
    kernel = declaration_of(optimizer).kernel
    return None if kernel is None else compiled_kernel(kernel)


UPDATES: Mapping[str, FusedUpdate] = MappingProxyType(
    {name: fused for name, optimizer in OPTIMIZERS.items() if (fused := fused_update(optimizer)) is not None}
)
"""Optimizer name -> fused update, for the project's optimizers with a kernel."""
