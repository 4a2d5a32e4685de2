"""The interface of an optimizer: its hyperparameters, its state and one in-place update."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from trainers.limits import is_number, refuse

Scale = Literal["linear", "log", "one_minus_log"]
"""The scale on which values of a hyperparameter are evenly spaced: linear, logarithm, or logarithm of 1 - value."""

Array = Any
"""A NumPy array or a torch tensor; the optimizers use only operations with the same name in both."""


def array_module(array: Array) -> Any:
    """The module of an array's functions: ``numpy`` or ``torch``.

    >>> array_module(np.zeros(1)).__name__
    'numpy'
    """
    return sys.modules[type(array).__module__.partition(".")[0]]


def powers(base: Array, exponent: Array) -> Array:
    """``base ** exponent``, computed trial by trial, so that rounding does not depend on the other trials of a pack.

    NumPy chooses between power kernels with different rounding by operand shape; here the shape is always (T,).

    Args:
        base: (K, 1) float64.
        exponent: (T, 1, 1) float64.

    Returns:
        (T, K, 1) float64.

    >>> powers(np.array([[0.5], [0.1]]), np.array([[[1.0]], [[2.0]]])).ravel().round(2).tolist()
    [0.5, 0.1, 0.25, 0.01]
    """
    steps = exponent.ravel()
    known = {float(b): np.power(float(b), steps) for b in np.unique(base)}
    return np.stack([known[float(b)] for b in base[:, 0]], axis=1)[:, :, None]


@dataclass(frozen=True)
class Hyperparameter:
    """One number that an optimizer accepts, with its range.

    Args:
        name: the spelling used everywhere (YAML, Python, MLflow, figures).
        summary: one line for help texts.
        default: the value when none is given; None means that the user must give one.
        minimum: lowest value.
        maximum: highest value.
        open_minimum: True when ``minimum`` itself is not allowed.
        open_maximum: True when ``maximum`` itself is not allowed.
        caution: what may go wrong at ``minimum``, where that is allowed; a plan with this value shows it as a warning.
        scale: the scale on which values are spaced; see `Scale`.
        aliases: names in other tools.
    """

    name: str
    summary: str
    default: float | None
    minimum: float
    maximum: float
    open_minimum: bool = False
    open_maximum: bool = False
    caution: str = ""
    scale: Scale = "linear"
    aliases: tuple[str, ...] = ()

    def accepts(self, value: float) -> bool:
        """Whether ``value`` lies in the range; False for NaN."""
        above = value > self.minimum if self.open_minimum else value >= self.minimum
        below = value < self.maximum if self.open_maximum else value <= self.maximum
        return above and below

    @property
    def example(self) -> float:
        """A valid value to suggest in an error message."""
        if self.default is not None:
            return self.default
        return 0.01 if self.accepts(0.01) else self.minimum

    @property
    def interval(self) -> str:
        """The range in interval notation, for messages.

        >>> BETA1.interval
        '[0, 1)'
        """
        left = "(" if self.open_minimum else "["
        right = ")" if self.open_maximum else "]"
        return f"{left}{self.minimum:g}, {self.maximum:g}{right}"


LEARNING_RATE = Hyperparameter(
    "learning_rate",
    "step size alpha before decay",
    None,
    0.0,
    float("inf"),
    open_minimum=True,
    open_maximum=True,
    scale="log",
    aliases=("lr", "eta", "step_size", "learning_rates"),
)
BETA1 = Hyperparameter(
    "beta1",
    "decay of the running average of gradients",
    0.9,
    0.0,
    1.0,
    open_maximum=True,
    scale="one_minus_log",
    aliases=("momentum", "betas", "b1", "beta_1"),
)
BETA2 = Hyperparameter(
    "beta2",
    "decay of the running average of squared gradients",
    0.999,
    0.0,
    1.0,
    open_maximum=True,
    scale="one_minus_log",
    aliases=("rho", "b2", "beta_2"),
)
EPSILON = Hyperparameter(
    "epsilon",
    "added to the root, against division by zero",
    1e-8,
    0.0,
    float("inf"),
    open_maximum=True,
    caution="divides 0 by 0 at a parameter whose gradients have all been 0, such as a weight of a constant input, and "
    "the trial ends DIVERGED",
    scale="log",
    aliases=("eps",),
)
WEIGHT_DECAY = Hyperparameter(
    "weight_decay", "decoupled weight decay lambda, times the learning rate", 0.01, 0.0, float("inf"), open_maximum=True
)

State = MutableMapping[str, Array]
"""The state of an optimizer between steps: name -> (K, P) array like the parameters."""

Coefficients = Mapping[str, Array]
"""The coefficients of one step: name -> (K, 1) array in the dtype of the parameters."""


class Optimizer(Protocol):
    """One update rule, for K trials at once; a trial is one row of each array.

    ``coefficients`` computes the coefficients of many steps at once from the hyperparameters, in float64, so that a
    pack computes its bias corrections once per epoch; ``update`` is the update equation itself.
    """

    @property
    def name(self) -> str:
        """The spelling used everywhere."""

    @property
    def hyperparameters(self) -> tuple[Hyperparameter, ...]:
        """The accepted hyperparameters, always including ``learning_rate``."""

    def init(self, parameters: Array) -> State:
        """Make the initial state from parameters of shape (K, P).

        A trial with NaN or infinity in its state at the end of an epoch has diverged.
        """

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """Compute the coefficients of T steps.

        Args:
            hyperparameters: name -> (K, 1) float64.
            learning_rate: (T, K, 1) float64, after decay.
            step: (T, 1, 1) float64, from 1.

        Returns:
            name -> an array that broadcasts to (T, K, 1).
        """

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step: change ``parameters`` and ``state`` in place.

        Args:
            parameters: (K, P).
            gradients: (K, P); not modified.
            state: as made by ``init``.
            coefficients: name -> (K, 1), one step of the result of the method ``coefficients``.
            work: (K, P) scratch; its content is arbitrary before and after.
        """


def complete(optimizer: Optimizer, given: Mapping[str, float]) -> dict[str, float]:
    """Fill in defaults and check ranges: the value of each hyperparameter that the optimizer declares.

    Raises:
        ValueError: for a hyperparameter that is unknown, missing or out of range.
    """
    declared = {h.name: h for h in optimizer.hyperparameters}
    takes = ", ".join(declared)
    for name in given:
        if name not in declared:
            raise ValueError(
                f"`{name}` is not a hyperparameter of {optimizer.name}, which takes {takes}. Leave it out."
            )
    values: dict[str, float] = {}
    for name, rule in declared.items():
        value = given.get(name, rule.default)
        if value is None:
            raise ValueError(f"`{name}` is needed by {optimizer.name}. Give a value such as {rule.example}.")
        if not is_number(value) or not rule.accepts(value):
            refuse(name, f"must lie in {rule.interval}", value, f"Give a value such as {rule.example}.")
        values[name] = float(value)
    return values
