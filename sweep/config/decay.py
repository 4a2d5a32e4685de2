"""Configuration of learning-rate decays: a name, or a name with its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from sweep.config.base_section import OneOf, Section, paragraph, unknown_name
from sweep.config.distributions import Distribution
from sweep.config.document import Keys
from sweep.config.problems import Problem, refuse
from sweep.config.values import Domain, limited, words
from trainers import limits
from trainers.schedules import RULES, ranges
from trainers.schedules.ranges import applicable


def _listed(items: Sequence[str], word: str) -> str:
    """Join items into an enumeration; a list of alternatives has a comma before the last."""
    comma = "," if word == "or" and len(items) > 2 else ""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])}{comma} {word} {items[-1]}"


def takers(number: str) -> str:
    """List the schedules that use a parameter such as ``patience``."""
    return _listed([name for name, rule in RULES.items() if number in (*rule.takes, *rule.by_hand)], "and")


KINDS = tuple(RULES)
Kind: TypeAlias = Annotated[str, OneOf(KINDS)]

RATES = limited(limits.RATE)
"""Rates that at least one formula accepts; each formula's own range is checked once its name is known."""
INTERVALS = limited(limits.INTERVAL)
BY = words(ranges.BY)
STARTS = words(ranges.STARTS)
WARMUPS = limited(limits.WARMUP)
PATIENCES = limited(limits.PATIENCE)
THRESHOLDS = limited(limits.THRESHOLD)
NUMBERS = ("rate", "by", "interval", "start", "boundaries", "values", "warmup", "patience", "threshold")
"""Parameters that a decay may have besides its kind, in the order of the keys of a setting."""

_RATES = {rule.name: rule.rate for rule in RULES.values() if rule.rate is not None}
_DEFAULTS = [f"{rate.default:g} for {name}" for name, rate in _RATES.items() if rate.default is not None]
_MEANINGS = [RULES[name].rate_help or rate.summary for name, rate in _RATES.items()]
KINDS_HELP = paragraph(
    f"The formula: {_listed([f'{rule.name} {rule.help}'.strip() for rule in RULES.values()], 'or')}."
)
RATE_HELP = paragraph(
    f"The number in the formula: {_listed(list(dict.fromkeys(_MEANINGS)), 'or')}. Default: `decay_rate`, or else "
    f"{_listed(_DEFAULTS, 'and')}."
)
USUAL_BY = f"epoch, and step for {_listed([name for name, rule in RULES.items() if rule.by == 'step'], 'and')}"
"""Default unit (epochs or steps) of each schedule."""

Boundary: TypeAlias = Annotated[int, Field(**limits.BOUNDARY.bounds)]
Boundaries: TypeAlias = Annotated[tuple[Boundary, ...], Field(strict=False, min_length=1)]
Multipliers: TypeAlias = Annotated[
    tuple[Annotated[float, Field(**limits.MULTIPLIER.bounds)], ...], Field(strict=False, min_length=2)
]


class Decay(Section):
    """One decay of the learning rate with its numbers."""

    kind: Kind = Field(description=KINDS_HELP)

    rate: Annotated[Domain | None, RATES] = Field(default=None, description=RATE_HELP)

    by: Annotated[Domain | None, BY] = Field(
        default=None, description=f"What t counts: epoch or step. Default: `decay_by`, or else {USUAL_BY}."
    )

    interval: Annotated[Domain | None, INTERVALS] = None
    """Hold the rate for so many epochs or steps: t is floor(count / interval). Default: `decay_interval`, or else 1."""

    start: Annotated[Domain | None, STARTS] = None
    """Number of the first epoch or step: 1 as in the lecture, 0 as in Keras and torch. Default: `decay_start`, or 1."""

    boundaries: Boundaries | None = Field(
        default=None,
        examples=[[5, 8]],
        description=f"{takers('boundaries').capitalize()}: the epochs or steps after which the next of `values` holds, "
        "increasing.",
    )

    values: Multipliers | None = Field(
        default=None,
        examples=[[1.0, 0.1, 0.01]],
        description=f"{takers('values').capitalize()}: multipliers of the learning rate, one more than there are "
        "`boundaries`.",
    )

    warmup: Annotated[Domain | None, WARMUPS] = None
    """Epochs or steps over which the rate first rises to where the formula begins. Default: `decay_warmup`, or 0."""

    patience: Annotated[Domain | None, PATIENCES] = Field(
        default=None,
        description=f"{takers('patience').capitalize()}: epochs without improvement before the rate is reduced. "
        f"Default: `decay_patience`, or else {ranges.USUAL.patience}.",
    )

    threshold: Annotated[Domain | None, THRESHOLDS] = Field(
        default=None,
        description=paragraph(
            f"{takers('threshold').capitalize()}: relative fall of the validation loss that is an improvement. "
            f"Default: `decay_threshold`, or else {ranges.USUAL.threshold}."
        ),
    )

    @property
    def applicable(self) -> tuple[str, ...]:
        """The parameters that this decay uses."""
        return applicable(self.kind, self.boundaries is not None, self.warmup is not None)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Decay:
        problems = [*self._stairs(), *self._ignored(), *rates_out_of_range(self.kind, self.rate, ("rate",))]
        if problems:
            refuse(problems)
        return self

    def _ignored(self) -> Iterator[Problem]:
        for field in NUMBERS:
            missing_its_pair = field in ("boundaries", "values") and field in RULES[self.kind].by_hand
            if getattr(self, field) is not None and field not in self.applicable and not missing_its_pair:
                yield _problem(ranges.unused(self.kind, field, self.applicable))

    def _stairs(self) -> Iterator[Problem]:
        return map(_problem, ranges.broken_stairs(self.boundaries, self.values))


def _problem(broken: ranges.Broken) -> Problem:
    return Problem(broken.rule, broken.way_out, (broken.name,), broken.received, is_key=broken.is_key)


def rates_out_of_range(kind: str, rates: Domain | None, at: Keys, absolute: bool = False) -> Iterator[Problem]:
    """Yield a problem for each rate outside the range of one formula."""
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
            problems.append(Problem(found.rule, found.hint, (index,), entry))
    if problems:
        refuse(problems)
    return tuple({"kind": entry} if isinstance(entry, str) else entry for entry in entries)


Decays: TypeAlias = Annotated[
    tuple[Decay, ...] | None,
    BeforeValidator(_as_list_of_mappings, json_schema_input_type=Kind | Decay | list[Kind | Decay]),
]
