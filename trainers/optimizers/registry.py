"""Looks up optimizers by name, including a user's own, which are imported at first use."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.optimizers.base import Hyperparameter, Optimizer
from trainers.optimizers.declaration import declaration_of, wrong_cases


class Registry(Mapping[str, Optimizer]):
    """Name -> optimizer; ``my_package.opt:mine`` is imported at first use and not listed among the names.

    Args:
        known: the optimizers of this package.
    """

    def __init__(self, known: Iterable[Optimizer]) -> None:
        self._known = {optimizer.name: optimizer for optimizer in known}
        self._own: dict[str, tuple[object, Optimizer]] = {}

    def __getitem__(self, name: str) -> Optimizer:
        """The optimizer of that name.

        Raises:
            KeyError: if there is none.
            UserCodeError: if it is a user's own and cannot be used.
        """
        if ":" not in name:
            return self._known[name]
        known, optimizer = self._own.get(name, (None, None))
        # The module object differs if its file has changed and it was loaded again.
        if optimizer is None or sys.modules.get(name.partition(":")[0]) is not known:
            optimizer = own_optimizer(name, self._known)
            _check_cases(name, optimizer, self._known)
            self._own[name] = sys.modules.get(name.partition(":")[0]), optimizer
        return optimizer

    def __contains__(self, name: object) -> bool:
        """Whether the name is known already; imports nothing."""
        return name in self._known or name in self._own

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def own_optimizer(path: str, taken: Iterable[str] = ()) -> Optimizer:
    """Import a user's optimizer and check its interface.

    Args:
        path: ``module:attribute`` of an object that implements `trainers.optimizers.base.Optimizer`, or of its class.
        taken: names that it may not have, because those optimizers' kernels are looked up by name.

    Raises:
        UserCodeError: if it cannot be imported, lacks a member, or declares something other than hyperparameters.
    """
    found = import_attribute(path)
    optimizer = found() if isinstance(found, type) else found
    parts = ("name", "hyperparameters", "init", "coefficients", "update")
    missing = [part for part in parts if not hasattr(optimizer, part)]
    missing += [part for part in parts[2:] if part not in missing and not callable(getattr(optimizer, part))]
    if missing:
        raise UserCodeError(
            f"must have the form of an optimizer: {', '.join(parts)}. Received: {path}, without {', '.join(missing)}. "
            "Write it as trainers/optimizers/momentum.py is written."
        )
    declared = tuple(optimizer.hyperparameters)
    if not all(isinstance(entry, Hyperparameter) for entry in declared) or "learning_rate" not in {
        entry.name for entry in declared
    }:
        raise UserCodeError(
            "must declare its `hyperparameters` as a tuple of trainers.optimizers.Hyperparameter, `learning_rate` "
            f"among them. Received: {path}. Begin with trainers.optimizers.base.LEARNING_RATE."
        )
    if optimizer.name in taken:
        raise UserCodeError(
            f"must have a `name` that no other optimizer has. Received: {optimizer.name}. Give it another."
        )
    return optimizer  # type: ignore[no-any-return]


def _check_cases(path: str, optimizer: Optimizer, known: Mapping[str, Optimizer]) -> None:
    """Refuse invalid special cases in the declaration of a user's optimizer.

    Raises:
        UserCodeError: for the first such case.
    """
    for case in wrong_cases(declaration_of(optimizer), known):
        raise UserCodeError(
            "must declare in `equals` only optimizers of the project that take nothing but what is left. Received: "
            f"{path}, which with {case.spelled or 'nothing given'} is {case.optimizer}. Correct the case, or leave it "
            "out."
        )
