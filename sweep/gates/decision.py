"""Plain records of baselines, tests and decisions of a check."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sweep.config.gates import Gate
from sweep.config.metric import usual_mode
from sweep.records import Setting, plain
from trainers.metrics import Mode

Verdict: TypeAlias = Literal["holds", "fails", "too noisy"]


@dataclass(frozen=True)
class BaselineTrial:
    """One trial of a baseline.

    Args:
        status: its status.
        values: metric -> its value after the last epoch, or in its best; empty if it diverged.
        curve: hash of the metrics of all its epochs.
        fingerprints: ``data``, ``split``, ``init`` and ``batches``.
    """

    status: str
    values: Mapping[str, float]
    curve: str
    fingerprints: Mapping[str, str]


@dataclass(frozen=True)
class BaselineArm:
    """One arm of a baseline, with its trials by seed."""

    label: str
    setting: Setting
    seeds: Mapping[int, BaselineTrial]

    @property
    def key(self) -> str:
        """Identifies the arm independently of the labels and ids of a plan."""
        return setting_key(self.setting)


@dataclass(frozen=True)
class Baseline:
    """Results of a sweep at the time when its baseline was saved.

    Args:
        name: name of the sweep.
        plan: hash of its plan.
        metric: metric by which its arms were compared.
        conditions: data, network and trainer from the configuration.
        versions: versions of the software, including ``machine``.
        arms: all arms of the plan.
        mode: whether small or large values of the metric are better; None for what its name says.
    """

    name: str
    plan: str
    metric: str
    conditions: Mapping[str, object]
    versions: Mapping[str, str]
    arms: tuple[BaselineArm, ...]
    mode: Mode | None = None

    @property
    def direction(self) -> Mode:
        """Whether small or large values of the metric are better."""
        return self.mode or usual_mode(self.metric) or "min"


@dataclass(frozen=True)
class Part:
    """One test of a gate, such as for one optimizer.

    Args:
        p_value: p value of the hypothesis that the gate holds; NaN if it cannot be tested.
        holds: whether the test shows that the gate holds.
        evidence: a clause that describes the evidence.
        is_certain: whether the evidence is a fact and not a sample, so that no correction is needed.
    """

    p_value: float
    holds: bool
    evidence: str
    is_certain: bool = False


@dataclass(frozen=True)
class Decision:
    """A gate, whether it holds, and why."""

    gate: str
    verdict: Verdict
    evidence: str


@dataclass(frozen=True)
class Check:
    """Result of a check.

    Args:
        name: name of the sweep.
        file: its configuration file.
        decisions: one per gate.
        warnings: warnings about the baseline, one sentence each.
        notes: notes about the run, one sentence each.
        trained: number of trials trained by this run; the others were reused.
        trials: number of all trials.
        seconds: duration of the check.
        is_complete: whether all trials have ended.
    """

    name: str
    file: str
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    trained: int
    trials: int
    seconds: float
    is_complete: bool

    def count(self, verdict: Verdict) -> int:
        """Return the number of gates with a verdict."""
        return sum(decision.verdict == verdict for decision in self.decisions)

    def exit_code(self, strict: bool = False) -> int:
        """Return 0 if all gates hold, 1 if one fails, 3 if it is too noisy or too early to tell (1 if strict)."""
        if not self.is_complete:
            return 1 if strict else 3
        if self.count("fails"):
            return 1
        if self.count("too noisy"):
            return 1 if strict else 3
        return 0

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        counts = [(self.count("holds"), "hold"), (self.count("fails"), "fail"), (self.count("too noisy"), "be told")]
        said = []
        for count, verb in counts:
            if count and verb == "be told":
                said.append(f"{count} {'is' if count == 1 else 'are'} too noisy to tell")
            elif count:
                said.append(f"{count} {verb}{'s' if count == 1 else ''}")
        early = "" if self.is_complete else ", by the trials that ended in time"
        return f"Of {len(self.decisions)} gates {', '.join(said)}{early}."


@dataclass(frozen=True)
class EvaluatedGate:
    """A gate with its tests, before the tests of all gates are combined."""

    gate: Gate
    parts: tuple[Part, ...]


def setting_key(setting: Setting) -> str:
    """Format a setting canonically, so that equal settings give equal text.

    >>> setting_key({"optimizer": "sgd", "learning_rate": 0.1})
    'learning_rate=0.1 optimizer=sgd'
    >>> from sweep.records import Choice
    >>> setting_key({"hidden": Choice("1: [8,8,...", [8, 8])}) == setting_key({"hidden": [8, 8]})
    True
    """
    return " ".join(f"{name}={_spelled(value)}" for name, value in sorted(plain(setting).items()))


def _spelled(value: Any) -> str:
    # The label of a list depends on the other values, and a baseline holds the list itself.
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if is_plain else json.dumps(value, sort_keys=True)
