"""What a check knows, and what it decides: plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sweep.config.gates import Gate
from sweep.records import Setting

Verdict: TypeAlias = Literal["holds", "fails", "too noisy"]


@dataclass(frozen=True)
class Past:
    """One trial of a baseline.

    Args:
        status: how it ended.
        values: metric -> its value after the last epoch, or of its best; empty if it diverged.
        curve: hash of the metrics of all its epochs.
        fingerprints: ``data``, ``split``, ``init`` and ``batches``.
    """

    status: str
    values: Mapping[str, float]
    curve: str
    fingerprints: Mapping[str, str]


@dataclass(frozen=True)
class PastArm:
    """One arm of a baseline, with its trials by seed."""

    label: str
    setting: Setting
    seeds: Mapping[int, Past]

    @property
    def key(self) -> str:
        """What the arm is known by, also in a plan of other labels and ids."""
        return setting_key(self.setting)


@dataclass(frozen=True)
class Baseline:
    """What a sweep gave when its baseline was saved.

    Args:
        name: of the sweep.
        plan: hash of its plan.
        metric: what its arms were compared by.
        conditions: data, network and trainer, as the configuration has them.
        versions: of what computed, ``machine`` among them.
        arms: all of the plan.
    """

    name: str
    plan: str
    metric: str
    conditions: Mapping[str, object]
    versions: Mapping[str, str]
    arms: tuple[PastArm, ...]


@dataclass(frozen=True)
class Part:
    """One test of a gate, such as for one optimizer.

    Args:
        p_value: of the gate holding; small where it is shown to fail, NaN where nothing can be shown.
        holds: whether it is shown to hold.
        evidence: half a sentence.
        is_certain: whether the evidence is no sample but a fact, so that no correction is due.
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
    """All that a check has found.

    Args:
        name: of the sweep.
        file: its configuration.
        decisions: one a gate.
        warnings: what should be known of the baseline, a sentence each.
        notes: what should be known of the run, a sentence each.
        trained: how many trials were trained, the others being known from before.
        trials: how many there are.
        seconds: from the start to the end.
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
        """How many gates ended so."""
        return sum(decision.verdict == verdict for decision in self.decisions)

    def exit_code(self, strict: bool = False) -> int:
        """0 if all gates hold, 1 if one fails, 3 if it is too noisy or too early to tell, which strictly is 1."""
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
class Examined:
    """A gate with its tests, before those of all gates are put together."""

    gate: Gate
    parts: tuple[Part, ...]


def setting_key(setting: Setting) -> str:
    """Spell a setting so that equal ones are equal.

    >>> setting_key({"optimizer": "sgd", "learning_rate": 0.1})
    'learning_rate=0.1 optimizer=sgd'
    """
    return " ".join(f"{name}={setting[name]}" for name in sorted(setting))
