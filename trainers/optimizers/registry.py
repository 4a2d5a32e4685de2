"""The optimizers by name: those of this package, and a user's own, which are imported when they are asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.optimizers.base import Hyperparameter, Optimizer
from trainers.optimizers.declaration import declaration_of, wrong_cases


class Registry(Mapping[str, Optimizer]):
    """Name -> optimizer; ``my_package.opt:mine`` is imported at its first use, and is not counted among the names.

    Args:
        known: the optimizers of this package.
    """

    def __init__(self, known: Iterable[Optimizer]) -> None:
        self._known = {optimizer.name: optimizer for optimizer in known}
        self._own: dict[str, tuple[object, Optimizer]] = {}

    def __getitem__(self, name: str) -> Optimizer:
        """The optimizer of that name.

        Raises:
            KeyError: when there is none.
            UserCodeError: when it is a user's own and cannot be used.
        """
        if ":" not in name:
            return self._known[name]
        known, optimizer = self._own.get(name, (None, None))
        # Another module of that name has been loaded where its file has changed.
        if optimizer is None or sys.modules.get(name.partition(":")[0]) is not known:
            optimizer = own_optimizer(name, self._known)
            _check_cases(name, optimizer, self._known)
            self._own[name] = sys.modules.get(name.partition(":")[0]), optimizer
        return optimizer

    def __contains__(self, name: object) -> bool:
        """Tell whether it is known already; nothing is imported."""
        return name in self._known or name in self._own

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def own_optimizer(path: str, taken: Iterable[str] = ()) -> Optimizer:
    """Import a user's optimizer and check its form.

    Args:
        path: ``module:attribute`` of an object with all of `trainers.optimizers.base.Optimizer`, or of its class.
        taken: names that it may not have, as faster versions of those optimizers go by their name.

    Raises:
        UserCodeError: when it cannot be imported, lacks a part, or declares what is not a hyperparameter.
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
    """Refuse what a user's optimizer says of others where that can't be.

    Raises:
        UserCodeError: with the first such case.
    """
    for case in wrong_cases(declaration_of(optimizer), known):
        raise UserCodeError(
            "must declare in `equals` only optimizers of the project that take nothing but what is left. Received: "
            f"{path}, which with {case.spelled or 'nothing given'} is {case.optimizer}. Correct the case, or leave it "
            "out."
        )
