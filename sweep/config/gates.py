"""Parses gates: the conditions that `sweep check` tests, such as ``val_accuracy >= 0.95 for adam``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic import Field, ValidationInfo

from sweep.config.base_section import Section
from sweep.config.metric import ALWAYS, METRICS, usual_mode
from sweep.config.own_training import OwnTrainer
from sweep.config.problems import Problem, refuse
from trainers.errors import did_you_mean

TimeUnit: TypeAlias = Literal["epochs", "steps", "examples"]

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
FOR = r"(?:\s+for\s+(?P<optimizer>\S+))?"
TIME = re.compile(rf"(?P<unit>epochs|steps|examples) to target\s*<=\s*(?P<value>{NUMBER}){FOR}")
BOUND = re.compile(rf"(?P<metric>[\w./-]+)\s*(?P<sign><=|>=)\s*(?P<value>{NUMBER})\s*(?P<percent>%)?{FOR}")
ORDER = re.compile(r"(?P<first>\S+) reaches the target before (?P<second>\S+)")
NO_WORSE = re.compile(
    rf"(?P<metric>[\w./-]+) no worse than the baseline(?:\s+by\s+(?P<margin>{NUMBER})\s*(?P<percent>%)?)?{FOR}"
)

FORMS = (
    "Write such as `val_accuracy >= 0.95 for adam`, `adam reaches the target before sgd`, "
    "`val_loss no worse than the baseline by 2 %`, `diverged <= 0.1`, `steps to target <= 300 for adam` "
    "or `{exact: true}`."
)


class ExactGate(Section):
    """The numbers of every trial are those of the baseline."""

    exact: Literal[True] = Field(examples=[True])
    """Bit for bit on NumPy in the environment of the baseline; elsewhere within `tolerance`."""

    tolerance: float = Field(default=0.01, gt=0)
    """How far the final values may differ in another environment, relative to those of the baseline."""


@dataclass(frozen=True)
class Bound:
    """A bound on the mean of a metric over seeds, or on the share of diverged trials.

    Args:
        text: the gate as written.
        metric: a metric, or ``diverged``.
        is_lower: True for ``>=``.
        value: the bound.
        optimizer: tested at its best setting; None tests each optimizer, or all trials for ``diverged``.
    """

    text: str
    metric: str
    is_lower: bool
    value: float
    optimizer: str | None


@dataclass(frozen=True)
class Time:
    """An upper bound on the time to the target; ``optimizer`` as in `Bound`."""

    text: str
    unit: TimeUnit
    value: float
    optimizer: str | None


@dataclass(frozen=True)
class Order:
    """One optimizer reaches the target in fewer steps than another."""

    text: str
    first: str
    second: str


@dataclass(frozen=True)
class NoWorse:
    """A metric is no worse than in the baseline by more than a margin.

    Args:
        text: the gate as written.
        metric: name of the metric.
        margin: in units of the metric, or as a share of the baseline; None derives it from the baseline's noise.
        is_relative: whether the margin is a share.
        optimizer: tested at its best setting in the baseline; None tests each optimizer.
    """

    text: str
    metric: str
    margin: float | None
    is_relative: bool
    optimizer: str | None


@dataclass(frozen=True)
class Exact:
    """All numbers equal those of the baseline."""

    text: str
    tolerance: float


Gate: TypeAlias = Bound | Time | Order | NoWorse | Exact


def gate_of(written: str | ExactGate) -> Gate:
    """Parse one gate that `read_gates` has accepted.

    Raises:
        ValueError: if the text is not a gate.

    >>> gate_of("val_loss no worse than the baseline by 2 % for adam").margin
    0.02
    >>> gate_of("diverged <= 10 %").value
    0.1
    """
    if isinstance(written, ExactGate):
        return Exact("{exact: true}", written.tolerance)
    text = " ".join(written.split())
    if match := ORDER.fullmatch(text):
        return Order(text, match["first"], match["second"])
    if match := NO_WORSE.fullmatch(text):
        margin = None if match["margin"] is None else float(match["margin"]) / (100 if match["percent"] else 1)
        return NoWorse(text, match["metric"], margin, bool(match["percent"]), match["optimizer"])
    if match := TIME.fullmatch(text):
        unit: TimeUnit = match["unit"]  # type: ignore[assignment]
        return Time(text, unit, float(match["value"]), match["optimizer"])
    if match := BOUND.fullmatch(text):
        value = float(match["value"]) / (100 if match["percent"] else 1)
        return Bound(text, match["metric"], match["sign"] == ">=", value, match["optimizer"])
    raise ValueError(text)


def read_gates(raw: Any, info: ValidationInfo) -> Any:
    """Validate a list of gates as written in a configuration file.

    Args:
        raw: the list.
        info: the validated fields of the sweep; a training of the user's own has metrics of any name.

    Raises:
        ValidationError: with one problem for each invalid entry.
    """
    if not isinstance(raw, list | tuple):
        refuse([Problem("must be a list of gates", FORMS, received=raw)])
    is_own, metric = isinstance(info.data.get("trainer"), OwnTrainer), info.data.get("metric")
    own_metric = (metric.name if metric is not None else "") if is_own else None
    # A metric that is not valid itself is told there.
    columns = tuple(METRICS) if metric is None else metric.columns
    problems = [problem for index, entry in enumerate(raw) if (problem := _problem(entry, index, own_metric, columns))]
    if problems:
        refuse(problems)
    return tuple(ExactGate(**entry) if isinstance(entry, Mapping) else entry for entry in raw)


def _direction_problem(gate: Gate, deciding: str) -> tuple[str, str] | None:
    """What is wrong with the metric of a gate on a training of the user's own: a rule and a hint."""
    if isinstance(gate, NoWorse) and gate.metric != deciding and usual_mode(gate.metric) is None:
        return (
            f"must name a metric whose direction is known, such as {deciding}",
            "Compare by this metric, or bound it.",
        )
    return None


def _metric_problem(gate: Gate, columns: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with the metric of a gate on our networks: a rule and a hint.

    Args:
        gate: the gate.
        columns: the metrics that are asked besides those that every trial has.
    """
    metric = getattr(gate, "metric", "val_loss")
    known = tuple(dict.fromkeys((*ALWAYS, *columns, *(("diverged",) if isinstance(gate, Bound) else ()))))
    if metric in known:
        return _direction_problem(gate, known[0]) if metric not in METRICS and metric != "diverged" else None
    if metric in METRICS:
        return "must name a metric that is computed", f"Add {metric} to `metric.also`."
    return f"must name one of {', '.join(known)}", did_you_mean(metric, known).strip() or FORMS


def _problem(entry: Any, index: int, own_metric: str | None, columns: Sequence[str]) -> Problem | None:
    if isinstance(entry, ExactGate):
        return None
    if isinstance(entry, Mapping):
        tolerance = entry.get("tolerance", 0.01)
        good = entry.get("exact") is True and set(entry) <= {"exact", "tolerance"}
        if good and type(tolerance) in (int, float) and 0 < tolerance < float("inf"):
            return None
        rule = "must be `{exact: true}`, with a `tolerance` above 0 if need be"
        return Problem(rule, "Give such as `{exact: true, tolerance: 0.01}`.", (index,), entry)
    try:
        gate = gate_of(entry) if isinstance(entry, str) else None
    except ValueError:
        gate = None
    if gate is None:
        return Problem("is not a gate", FORMS, (index,), entry)
    if said := _metric_problem(gate, columns) if own_metric is None else _direction_problem(gate, own_metric):
        return Problem(*said, (index,), entry)
    metric = getattr(gate, "metric", "val_loss")
    if isinstance(gate, NoWorse) and gate.margin is not None and gate.margin <= 0:
        hint = "Give such as `by 2 %`, or leave it out to take it from the noise."
        return Problem("must have a margin above 0", hint, (index,), entry)
    if metric == "diverged" and isinstance(gate, Bound) and (gate.is_lower or not 0 <= gate.value <= 1):
        return Problem("must bound a share from above", "Give such as `diverged <= 0.1`.", (index,), entry)
    if isinstance(gate, Order) and gate.first == gate.second:
        return Problem("must name two optimizers", FORMS, (index,), entry)
    return None


def gate_problems(
    written: Collection[str | ExactGate], levels: Collection[str], has_target: bool, kind: str = "optimizers"
) -> Iterator[Problem]:
    """Check the gates against the rest of the configuration.

    Args:
        written: the gates.
        levels: names of the compared levels.
        has_target: whether `trainer.target` is given.
        kind: what the levels are.
    """
    for index, entry in enumerate(written):
        gate = gate_of(entry)
        named = [getattr(gate, name, None) for name in ("optimizer", "first", "second")]
        for name in named:
            if name is not None and name not in levels:
                guess = did_you_mean(name, levels).strip()
                yield Problem(
                    f"must name one of the {kind} {', '.join(levels)}",
                    guess or f"Give one such as {next(iter(levels), 'adam')}.",
                    (index,),
                    entry,
                )
        if isinstance(gate, Time | Order) and not has_target:
            yield Problem("needs `trainer.target`, which is not given", "Give one such as 0.97.", (index,), entry)
