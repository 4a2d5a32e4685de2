"""Learning-rate decays as a file states them: a name, or a name with its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from sweep.config.base_section import OneOf, Section, unknown_name
from sweep.config.document import Keys
from sweep.config.problems import Problem, refuse
from sweep.config.values import Distribution, Domain, limited, words
from trainers import limits
from trainers.schedules import RULES, ranges
from trainers.schedules.ranges import applicable

KINDS = tuple(RULES)
Kind: TypeAlias = Annotated[str, OneOf(KINDS)]

RATES = limited(limits.RATE)
"""What some formula accepts; the range of one formula is checked where its name is known."""
INTERVALS = limited(limits.INTERVAL)
BY = words(ranges.BY)
STARTS = words(ranges.STARTS)
WARMUPS = limited(limits.WARMUP)
PATIENCES = limited(limits.PATIENCE)
THRESHOLDS = limited(limits.THRESHOLD)
NUMBERS = ("rate", "by", "interval", "start", "boundaries", "values", "warmup", "patience", "threshold")
"""What a decay may state beside its kind, in the order of the keys of a setting."""


Boundary: TypeAlias = Annotated[int, Field(**limits.BOUNDARY.bounds)]
Boundaries: TypeAlias = Annotated[tuple[Boundary, ...], Field(strict=False, min_length=1)]
Multipliers: TypeAlias = Annotated[
    tuple[Annotated[float, Field(**limits.MULTIPLIER.bounds)], ...], Field(strict=False, min_length=2)
]


class Decay(Section):
    """One decay of the learning rate with its numbers."""

    kind: Kind
    """The formula: constant, inverse_time `alpha0 / (1 + rate t)`, exponential `rate^t alpha0`, inverse_sqrt
    `rate / sqrt(t) alpha0`, staircase (`rate` every `interval`, or by hand `boundaries` and `values`), cosine (down to
    `rate` alpha0), one_cycle (up to alpha0 for the share `rate` of the training, then down), or reduce_on_plateau
    (`rate` after `patience` epochs without improvement)."""

    rate: Annotated[Domain | None, RATES] = None
    """The number in the formula: decay rate, base, k, factor, final multiplier, or share that rises. Default:
    `decay_rate`, or else 0 for cosine, 0.3 for one_cycle and 0.1 for reduce_on_plateau."""

    by: Annotated[Domain | None, BY] = None
    """What t counts: epoch or step. Default: `decay_by`, or else epoch, and step for one_cycle."""

    interval: Annotated[Domain | None, INTERVALS] = None
    """Hold the rate for so many epochs or steps: t is floor(count / interval). Default: `decay_interval`, or else 1."""

    start: Annotated[Domain | None, STARTS] = None
    """Number of the first epoch or step: 1 as in the lecture, 0 as in Keras and torch. Default: `decay_start`, or 1."""

    boundaries: Boundaries | None = Field(default=None, examples=[[5, 8]])
    """Staircase: the epochs or steps after which the next of `values` holds, increasing."""

    values: Multipliers | None = Field(default=None, examples=[[1.0, 0.1, 0.01]])
    """Staircase: multipliers of the learning rate, one more than there are `boundaries`."""

    warmup: Annotated[Domain | None, WARMUPS] = None
    """Epochs or steps over which the rate first rises to where the formula begins. Default: `decay_warmup`, or 0."""

    patience: Annotated[Domain | None, PATIENCES] = None
    """Reduce_on_plateau: epochs without improvement that it bears. Default: `decay_patience`, or else 10."""

    threshold: Annotated[Domain | None, THRESHOLDS] = None
    """Reduce_on_plateau: relative fall of the validation loss that is an improvement. Default: `decay_threshold`, or
    else 0.0001."""

    @property
    def applicable(self) -> tuple[str, ...]:
        """The numbers that this decay uses."""
        return applicable(self.kind, self.boundaries is not None, self.warmup is not None)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Decay:
        problems = [*self._stairs(), *self._ignored(), *rates_out_of_range(self.kind, self.rate, ("rate",))]
        if problems:
            refuse(problems)
        return self

    def _ignored(self) -> Iterator[Problem]:
        for field in NUMBERS:
            missing_its_pair = self.kind == "staircase" and field in ("boundaries", "values")
            if getattr(self, field) is not None and field not in self.applicable and not missing_its_pair:
                yield _problem(ranges.unused(self.kind, field, self.applicable))

    def _stairs(self) -> Iterator[Problem]:
        return map(_problem, ranges.broken_stairs(self.boundaries, self.values))


def _problem(broken: ranges.Broken) -> Problem:
    return Problem(broken.rule, broken.way_out, (broken.name,), broken.received, is_key=broken.is_key)


def rates_out_of_range(kind: str, rates: Domain | None, at: Keys, absolute: bool = False) -> Iterator[Problem]:
    """Check rates against the range of one formula."""
    declared = RULES[kind].rate
    if rates is None or declared is None:
        return
    ends = (rates.low, rates.high) if isinstance(rates, Distribution) else rates
    for index, rate in enumerate(ends):
        if not declared.accepts(float(rate)):
            inner = (*at, rates.kind, index) if isinstance(rates, Distribution) else (*at, index)
            yield Problem(ranges.rate_rule(kind, declared), ranges.RATE_WAY_OUT, inner, rate, absolute)


def _as_list_of_mappings(raw: Any) -> Any:
    entries = raw if isinstance(raw, list | tuple) else [raw]
    if not entries:
        refuse([Problem("must not be an empty list", "Give such as constant.", received=raw)])
    problems = []
    for index, entry in enumerate(entries):
        if isinstance(entry, Mapping | Decay):
            continue
        if entry not in KINDS:
            found = unknown_name(entry, KINDS)
            problems.append(Problem(found.rule, found.way_out, (index,), entry))
    if problems:
        refuse(problems)
    return tuple({"kind": entry} if isinstance(entry, str) else entry for entry in entries)


Decays: TypeAlias = Annotated[
    tuple[Decay, ...] | None,
    BeforeValidator(_as_list_of_mappings, json_schema_input_type=Kind | Decay | list[Kind | Decay]),
]
