"""Fuses NumPy's successive passes over memory with numba, with identical results.

Only operations that IEEE arithmetic rounds in one way are compiled, in NumPy's order and without contraction or
re-association, so that the results equal those of the plain code bit for bit; ``exp``, ``log`` and matrix products
remain in NumPy. Needs the extra ``fast``; the plain code is the reference.
"""

from trainers.compiled.passes import (
    shift_by_largest,
    softmax_cross_entropy_gradient,
    softmax_gradient,
    times_relu_derivative,
)
from trainers.compiled.updates import UPDATES, fused_update

__all__ = [
    "UPDATES",
    "fused_update",
    "shift_by_largest",
    "softmax_cross_entropy_gradient",
    "softmax_gradient",
    "times_relu_derivative",
]
