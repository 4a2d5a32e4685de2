"""The losses of torch modules for each example, and whether its predictions are right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from trainers.data.shape import IGNORED, DatasetShape
from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.networks.own_module import as_batch, example_of_batch, make_module, module_seed, own_stream
from trainers.pack import ModuleSpec
from trainers.user_code import RaisedError, run_user_code

OWN = ":"
"""In the name of a user's own loss, such as ``my_package.losses:focal``."""


def _cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """``log(sum_c exp(z_c)) - z_y``."""
    return functional.cross_entropy(outputs, targets, reduction="none", ignore_index=IGNORED)


def _negative_log_likelihood(outputs: Tensor, targets: Tensor) -> Tensor:
    """``-z_y``; the outputs are log-probabilities."""
    return functional.nll_loss(outputs, targets, reduction="none", ignore_index=IGNORED)


def _huber(outputs: Tensor, targets: Tensor) -> Tensor:
    """``d^2 / 2`` for ``|d| <= 1``, else ``|d| - 1/2``, with ``d = z - y``."""
    return functional.huber_loss(outputs, targets, reduction="none")


def _absolute_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """``|z - y|``."""
    return (outputs - targets).abs()


def _squared_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """``(z - y)^2``."""
    return (outputs - targets) ** 2


def _logistic(outputs: Tensor, targets: Tensor) -> Tensor:
    """``log(1 + exp(-m))`` of the margin ``m``, z for y = 1 and -z for y = 0."""
    # torch's binary_cross_entropy_with_logits loses digits of a small gradient for y = 0.
    return -functional.logsigmoid(torch.where(targets > 0.5, outputs, -outputs))


OF_CLASSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "cross_entropy": _cross_entropy,
        "nll": _negative_log_likelihood,
        # Of a target that is one class, the divergence from its distribution, which is 1 there.
        "kl": _negative_log_likelihood,
    }
)
"""Losses of outputs (n, C, ...) and class indices (n, ...)."""

OF_NUMBERS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {"bce": _logistic, "mse": _squared_error, "mae": _absolute_error, "huber": _huber}
)
"""Losses of outputs (n,) and targets (n,)."""

LOG_PROBABILITIES = ("nll", "kl")
"""Losses whose outputs are logarithms of probabilities."""


@dataclass(frozen=True)
class Objective:
    """What a module has to give for a data set, and how that is measured.

    Args:
        shape: of the data set.
        loss: a name in `trainers.loss_names.LOSS_TASKS` or a user's own; None for the usual one of the task.
    """

    shape: DatasetShape
    loss: str | None = None

    @property
    def is_usual(self) -> bool:
        """Whether loss and outputs are those of the networks of this project."""
        return self.loss is None and not self.shape.positions

    @cached_property
    def _kind(self) -> str:
        return self.loss or ("cross_entropy" if self.shape.task == "multiclass" else "")

    @property
    def classes(self) -> int:
        """Number of classes of the outputs; 0 where an example has one number."""
        if self.shape.task == "multiclass":
            return self.shape.outputs
        return 2 if self.shape.task == "binary" and self._kind in OF_CLASSES else 0

    @property
    def has_hits(self) -> bool:
        """Whether predictions are right or wrong, or it is their squared error that is measured beside the loss."""
        return self.shape.task != "regression" or self.loss not in (None, "mse")

    def accepts(self, outputs: Sequence[int]) -> bool:
        """Whether outputs of this shape (B, ...) can be measured."""
        positions = self.shape.positions
        if positions:
            return self._is_class_last(outputs) or self._is_class_first(outputs)
        return tuple(outputs[1:]) == (self.classes or 1,)

    @property
    def asked(self) -> str:
        """The shape that is asked for, in words."""
        if not self.shape.positions:
            return f"(B, {self.classes or 1})"
        positions = ", ".join(map(str, self.shape.positions))
        return f"(B, {positions}, {self.classes}) or (B, {self.classes}, {positions})"

    def measure(
        self, outputs: Tensor, targets: Tensor, draws: Sequence[int], counted: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Measure the outputs of a pack.

        **Variant.** The loss of an example with positions is such that the mean over the batch is the mean over all its
        positions that have a target, as torch computes it; likewise the share of right predictions.

        Args:
            outputs: (k, B, ...), in the precision of losses.
            targets: (k, B) or (k, B, positions).
            draws: (k,) seeds for what a user's own loss draws at random.
            counted: (k, 1) positions of an example that have a target on average; None for those of the batch.

        Returns:
            The loss (k, B), and whether each prediction is right, the share of its positions that are, or of a
            regression its squared error.
        """
        if self.loss is not None and OWN in self.loss:
            loss = torch.stack([self._own(*one) for one in zip(outputs, targets, draws, strict=True)])
            return loss, self._hits(outputs, targets, counted)
        if not self.classes:
            z = outputs[:, :, 0]
            return OF_NUMBERS[self.loss or "mse"](z, targets), self._hits(outputs, targets, counted)
        scores = self._class_first(outputs).flatten(0, 1)
        labels = targets.long()
        loss = OF_CLASSES[self._kind](scores, labels.flatten(0, 1)).view(labels.shape)
        return self._mean_of_positions(loss, labels, counted), self._hits(outputs, targets, counted)

    def _own(self, outputs: Tensor, targets: Tensor, seed: int) -> Tensor:
        assert self.loss is not None
        function = import_attribute(self.loss)
        with own_stream(seed):
            loss = run_user_code(lambda: function(outputs, targets), function)
        if not isinstance(loss, Tensor) or loss.shape != targets.shape[:1]:
            received = f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else f"a {type(loss).__name__}"
            raise UserCodeError(
                f"must name a function that gives the loss of each example, ({len(targets)},) here. "
                f"Received: {self.loss}, which gives {received}. Leave the mean over the batch to the sweep."
            )
        return loss

    @torch.no_grad()
    def _hits(self, outputs: Tensor, targets: Tensor, counted: Tensor | None) -> Tensor:
        if self.shape.task == "regression":
            return (outputs[:, :, 0].double() - targets.double()) ** 2
        if not self.classes:
            z = outputs[:, :, 0]
            return ((z > 0) == (targets > 0.5)) & torch.isfinite(z)
        scores, labels = self._class_first(outputs), targets.long()
        hits = (scores.argmax(2) == labels) & torch.isfinite(scores.amax(2))
        return self._mean_of_positions(hits.double(), labels, counted) if self.shape.positions else hits

    def _mean_of_positions(self, values: Tensor, labels: Tensor, counted: Tensor | None) -> Tensor:
        """Turn values of positions (k, B, ...) into values of examples (k, B) with the same mean."""
        if not self.shape.positions:
            return values
        if counted is None:
            counted = mean_counted(labels)
        return torch.where(labels == IGNORED, 0, values).flatten(2).sum(2) / counted.to(values.dtype)

    def _class_first(self, outputs: Tensor) -> Tensor:
        """Return outputs (k, B, C, ...)."""
        if self.shape.positions and self._is_class_last(outputs.shape[1:]):
            return outputs.movedim(-1, 2)
        return outputs

    def _is_class_last(self, outputs: Sequence[int]) -> bool:
        return tuple(outputs[1:-1]) == self.shape.positions and outputs[-1] >= self.classes

    def _is_class_first(self, outputs: Sequence[int]) -> bool:
        return tuple(outputs[2:]) == self.shape.positions and outputs[1] >= self.classes


def mean_counted(labels: Tensor) -> Tensor:
    """Positions of an example that have a target, on average over the batch, at least one in all: (k, 1)."""
    counts = (labels != IGNORED).flatten(2).sum(2)
    return counts.sum(1, keepdim=True).clamp(min=1).double() / counts.shape[1]


def check_own_loss(
    spec: ModuleSpec, objective: Objective, dtype: str, inputs: NDArray[Any], targets: NDArray[Any]
) -> None:
    """Run a user's own loss on the outputs of a module for a small batch, which it is known to take.

    Args:
        spec: names the module.
        objective: with the loss.
        dtype: training dtype.
        inputs: (B, D) training examples.
        targets: (B,) their targets.

    Raises:
        UserCodeError: if the loss cannot be imported, raises an error, or does not depend on the outputs.
    """
    name = objective.loss
    if name is None or OWN not in name:
        return
    kind = getattr(torch, dtype)
    module = make_module(spec, module_seed(0), example_of_batch(as_batch(inputs[:1], kind))).to(kind)
    with own_stream(0):
        outputs = module(as_batch(inputs, kind)).to(wide(kind))
    labels = torch.as_tensor(targets).to(torch.int64 if objective.shape.task == "multiclass" else outputs.dtype)
    try:
        function = run_user_code(lambda: import_attribute(name))
        if not callable(function):
            raise UserCodeError(f"must name a function. Received: {name}, a {type(function).__name__}. Name one.")
        loss, _ = objective.measure(outputs[None], labels[None], [0])
    except RaisedError as error:
        raise UserCodeError(
            f"must name a function that takes outputs {tuple(outputs.shape)} and targets {tuple(labels.shape)}. "
            f"Received: {name}, which raises {error}. Mend it."
        ) from error
    if not loss.requires_grad:
        raise UserCodeError(
            f"must name a function whose loss depends on the outputs. Received: {name}, whose loss does not. "
            "Look for `detach`, `item` and `no_grad` in it."
        )


def wide(kind: torch.dtype) -> torch.dtype:
    """The dtype of the loss: bfloat16 is not precise enough."""
    return torch.float32 if kind == torch.bfloat16 else kind
