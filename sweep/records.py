"""Plain records shared by planning, driver, tracking and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sweep.errors.masking import hide_secrets


class Choice(str):
    """A value that is neither a number nor text: null, true, false, a list or a mapping, shown by its label.

    As text it is the label, so that tables, figures and MLflow treat it as a category.

    Args:
        label: what is shown, unique among the values of its hyperparameter.
        value: what the training receives, of JSON types.

    >>> wide = Choice("[64,64]", [64, 64])
    >>> f"{wide}", wide.value
    ('[64,64]', [64, 64])
    """

    value: Any

    def __new__(cls, label: str, value: Any) -> Choice:
        """Create the text with its value."""
        choice = super().__new__(cls, label)
        choice.value = value
        return choice

    def __reduce__(self) -> tuple[type[Choice], tuple[str, Any]]:
        """Keep the value when pickled."""
        return Choice, (str(self), self.value)


Value: TypeAlias = str | int | float | bool
Setting: TypeAlias = Mapping[str, Value]
"""One complete canonical setting: hyperparameter name -> value, without the seed."""


def plain(setting: Setting) -> dict[str, Any]:
    """Return a setting with the values that the training receives, of JSON types.

    >>> plain({"learning_rate": 0.1, "hidden": Choice("[8]", [8])})
    {'learning_rate': 0.1, 'hidden': [8]}
    """
    return {name: value.value if isinstance(value, Choice) else value for name, value in setting.items()}


Status = Literal["PENDING", "RUNNING", "COMPLETED", "STOPPED", "PRUNED", "DIVERGED", "FAILED", "PAUSED", "CANCELLED"]
"""COMPLETED after the last epoch, STOPPED at the target, PRUNED by a scheduler, DIVERGED at NaN or infinity, CANCELLED
by the user; PAUSED at a rung or by the user."""

ENDED_WELL: tuple[Status, ...] = ("COMPLETED", "STOPPED")
"""Statuses of trials that have a final value."""

UNFINISHED: tuple[Status, ...] = ("PENDING", "RUNNING", "PAUSED")
"""Statuses of trials that a resumed sweep trains on."""


@dataclass(frozen=True)
class Arm:
    """A setting without a seed; ``label`` shows only what differs between the arms of the sweep."""

    id: str
    label: str
    setting: Setting


@dataclass(frozen=True)
class Trial:
    """One training of an arm with one seed.

    Args:
        id: the same on every machine; it depends on everything that determines the trial's numbers.
        arm: the setting.
        seed: its seed.
        lineage: as ``id``, but independent of the number of epochs unless that is a hyperparameter: trials that differ
            only in how long they train share it, and with it their folder and checkpoint. Empty where unknown.
    """

    id: str
    arm: Arm
    seed: int
    lineage: str = ""


@dataclass(frozen=True, kw_only=True)
class Exploit:
    """A trial of a population takes over the state of a better one, and goes on with its setting, changed a little.

    Args:
        trial_id: the trial that goes on from another's state.
        donor: id of the trial whose state it takes over.
        at: the epoch after which it does.
        before: the setting with which it was trained until then.
        setting: the setting with which it goes on.
    """

    trial_id: str
    donor: str
    at: int
    before: Setting
    setting: Setting

    @property
    def changed(self) -> tuple[tuple[str, Value, Value], ...]:
        """The hyperparameters that change, each with its value before and its value from then on.

        >>> before, setting = {"learning_rate": 0.1, "beta1": 0.9}, {"learning_rate": 0.12, "beta1": 0.9}
        >>> Exploit(trial_id="a", donor="b", at=4, before=before, setting=setting).changed
        (('learning_rate', 0.1, 0.12),)
        """
        before, after = self.before, self.setting
        names = dict.fromkeys((*before, *after))
        return tuple(
            (name, before.get(name, "-"), after.get(name, "-")) for name in names if before.get(name) != after.get(name)
        )


@dataclass(frozen=True)
class TrialResult:
    """Result of one trial.

    Args:
        trial: the trial.
        status: its final status.
        epochs: metric name -> (E,) float64, one entry per epoch that was finished with finite numbers; the
            keys are the same for every trial of a sweep and always include ``epoch``, ``steps``,
            ``examples`` and ``seconds``.
        fingerprints: ``data``, ``split``, ``init`` and ``batches``, each a short hash.
        started_seconds: Unix time at which training began.
        ended_seconds: Unix time at which it ended.
        diverged_step: the first step (from 1) whose loss was not finite; None unless DIVERGED.
        last_finite_loss: the training loss of the step before it; None unless DIVERGED or if there was none.
        error: one sentence; None unless FAILED.
        tags: what else is known of it, by name.
        pruned_rung: the rung at which it was pruned, as epochs or whatever the scheduler counts; None unless PRUNED.
        pruned_value: the value of the metric by which the scheduler judged it there; None unless PRUNED, or if it had
            none.
    """

    trial: Trial
    status: Status
    epochs: Mapping[str, NDArray[np.float64]]
    fingerprints: Mapping[str, str]
    started_seconds: float
    ended_seconds: float
    diverged_step: int | None = None
    last_finite_loss: float | None = None
    error: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    pruned_rung: float | None = None
    pruned_value: float | None = None

    def __post_init__(self) -> None:
        """Mask passwords in addresses that an error or the output of the user's code quotes, wherever they go next."""
        if self.error is not None:
            object.__setattr__(self, "error", hide_secrets(self.error))
        if self.tags:
            object.__setattr__(self, "tags", {name: hide_secrets(text) for name, text in self.tags.items()})
