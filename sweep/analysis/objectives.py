"""Plain records of several objectives and of descent, as figures show them."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.analysis.outcomes import Mode


@dataclass(frozen=True)
class Objectives:
    """The settings of a sweep with several objectives.

    Args:
        names: of the objectives.
        modes: whether small or large values of each are better.
        labels: of the settings, in the order proposed; (n,).
        values: (n,) values of each setting, one per objective.
        is_front: (n,) whether no other setting is better in one objective and no worse in all.
        hypervolumes: (n,) hypervolume of the front after each setting; empty if unknown.
    """

    names: tuple[str, ...]
    modes: tuple[Mode, ...]
    labels: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    is_front: tuple[bool, ...]
    hypervolumes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Descent:
    """A stretch of the training of one trial of a population.

    Args:
        trial: id of the trial.
        start: epoch, or whatever is counted, at which the stretch begins.
        end: at which it ends.
        parent: id of the trial whose state it took over at ``start``; empty if it went on from its own.
        changed: hyperparameter -> value from ``start`` on, for those that changed there.
    """

    trial: str
    start: float
    end: float
    parent: str = ""
    changed: tuple[tuple[str, str], ...] = ()
