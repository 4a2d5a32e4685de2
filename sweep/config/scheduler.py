"""Configuration of early stopping: which rule decides at which reports whether a trial goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag

from sweep.config.base_section import Section, unknown_name
from sweep.config.conditions import as_list
from sweep.config.distributions import Distribution
from sweep.config.problems import Problem, refuse
from sweep.config.values import Domain


class Rule(Section):
    """What every rule has in common."""


class ComparingRule(Rule):
    """A rule that compares trials with each other."""

    per_level: bool = True
    """Whether trials are compared only within a level of the compared factor, such as an optimizer, so that the best
    setting of each level is trained to its end; false compares all trials of the sweep."""


class NoScheduler(Rule):
    """Every trial is trained to its end."""

    method: Literal["none"] = "none"
    """No rule."""


class CountedRule(ComparingRule):
    """A rule that looks at trials when a counter reaches certain values."""

    time_attr: str = Field(default="epoch", min_length=1, examples=["epoch", "steps"])
    """What the rule counts: epoch, steps, examples, or a metric of your own training that rises."""


class HalvingRule(CountedRule):
    """A rule that keeps a share of the trials at each rung."""

    reduction_factor: float = Field(default=3.0, gt=1)
    """At each rung 1 / reduction_factor of the trials go on, and the next rung is reduction_factor times as far."""

    max_t: int | None = Field(default=None, ge=2, examples=[27])
    """What a whole trial has of `time_attr`. Default: its epochs."""


class AshaRule(HalvingRule):
    """Asynchronous successive halving: trials never wait for each other."""

    method: Literal["asha"]
    """Each trial is compared with those that have reached its rung before it."""

    grace_period: int = Field(default=1, ge=1)
    """The first rung: no trial is pruned before it."""

    brackets: int = Field(default=1, ge=1)
    """Number of brackets, each of which begins one rung later; trials are spread over them."""


class SuccessiveHalvingRule(HalvingRule):
    """Synchronous successive halving: at each rung all trials wait for each other."""

    method: Literal["successive_halving"]
    """The best of all trials go on from each rung, whatever the number of workers."""

    grace_period: int = Field(default=1, ge=1)
    """The first rung."""


class HyperBandRule(HalvingRule):
    """HyperBand: brackets of synchronous successive halving with different first rungs."""

    method: Literal["hyperband"]
    """Trials fill the brackets in their order."""


class MedianRule(CountedRule):
    """A trial ends if its best value is worse than the median of the others' means."""

    method: Literal["median"]
    """At each report, the best value of a trial is compared with the running means of the others."""

    grace_period: int = Field(default=1, ge=1)
    """No trial is pruned before it."""

    min_samples_required: int = Field(default=3, ge=1)
    """Least number of other trials that have come as far."""


class PatienceRule(CountedRule):
    """A trial ends if its metric does not improve any more."""

    method: Literal["patience"]
    """Each trial is compared with itself alone."""

    patience: int = Field(ge=1, examples=[5])
    """How long a trial may go on without an improvement."""

    min_delta: float = Field(default=0.0, ge=0)
    """What an improvement must exceed."""

    grace_period: int = Field(default=1, ge=1)
    """No trial is pruned before it."""


class WilcoxonRule(ComparingRule):
    """The remaining seeds of a setting that is significantly worse than the best one are not trained."""

    method: Literal["wilcoxon"]
    """Seeds are trained one after the other; after each, a signed-rank test compares it with the best setting."""

    p_threshold: float = Field(default=0.1, gt=0, lt=1)
    """Significance level of the test."""

    n_startup_steps: int = Field(default=2, ge=2)
    """Least number of seeds that both settings have behind them."""


class PbtRule(ComparingRule):
    """Population based training: bad trials go on from the state of good ones, with a setting changed a little."""

    method: Literal["pbt"]
    """Trials of a level and a seed are a population; at each interval the worst take over from the best."""

    perturbation_interval: int = Field(ge=1, examples=[5])
    """Epochs after which trials are compared, again and again."""

    quantile_fraction: float = Field(default=0.25, ge=0, le=0.5)
    """Share of a population that takes over the state of others, and share of the best from which they are chosen."""

    resample_probability: float = Field(default=0.25, ge=0, le=1)
    """How often a changed value is drawn anew from the space, and not perturbed."""

    perturbation_factors: Annotated[tuple[Annotated[float, Field(gt=0)], ...], BeforeValidator(as_list)] = Field(
        default=(1.2, 0.8), min_length=1
    )
    """One of which a value of a range is multiplied by; a value of a list is replaced by one of its neighbours."""

    hyperparam_mutations: Annotated[tuple[str, ...] | None, BeforeValidator(as_list)] = Field(
        default=None, examples=[["learning_rate"]]
    )
    """The hyperparameters that change. Default: those of the optimizer that vary in the space; a training of your own
    must name them."""


RULES: tuple[type[Rule], ...] = (
    NoScheduler,
    AshaRule,
    SuccessiveHalvingRule,
    HyperBandRule,
    MedianRule,
    PatienceRule,
    WilcoxonRule,
    PbtRule,
)
METHODS: dict[str, type[Rule]] = {get_args(rule.model_fields["method"].annotation)[0]: rule for rule in RULES}
"""Name of a rule -> its section."""


def _method_of(raw: Any) -> str:
    return str(raw.get("method")) if isinstance(raw, Mapping) else str(getattr(raw, "method", "none"))


def read_scheduler(raw: Any) -> Any:
    """Accept the name of a rule alone, and refuse unknown ones.

    Raises:
        ValidationError: if the rule is not known or not named.
    """
    if isinstance(raw, str):
        raw = {"method": raw}
    if raw is None:
        return NoScheduler()
    if isinstance(raw, Mapping):
        if "method" not in raw:
            refuse([Problem("is needed", f"Give one of {', '.join(METHODS)}.", ("method",), is_key=True)])
        if not isinstance(raw["method"], str) or raw["method"] not in METHODS:
            refuse([replace(unknown_name(raw["method"], tuple(METHODS)), at=("method",))])
    return raw


AnyScheduler: TypeAlias = Annotated[
    Annotated[NoScheduler, Tag("none")]
    | Annotated[AshaRule, Tag("asha")]
    | Annotated[SuccessiveHalvingRule, Tag("successive_halving")]
    | Annotated[HyperBandRule, Tag("hyperband")]
    | Annotated[MedianRule, Tag("median")]
    | Annotated[PatienceRule, Tag("patience")]
    | Annotated[WilcoxonRule, Tag("wilcoxon")]
    | Annotated[PbtRule, Tag("pbt")],
    Discriminator(_method_of),
]


def epochs_of(trainer: object, spaces: Iterable[Mapping[str, Domain]]) -> int | None:
    """Return the most epochs that a trial may have; None if that is not known.

    Args:
        trainer: the section `trainer`.
        spaces: hyperparameter -> values to try, of each part of the space.
    """
    usual: int | None = getattr(trainer, "epochs", None)
    found: list[int | None] = []
    for space in spaces:
        varied = space.get("epochs")
        values = [usual] if varied is None else [varied.high] if isinstance(varied, Distribution) else list(varied)
        found += [int(value) if isinstance(value, int | float) else None for value in values]
    return None if None in found else max((one for one in found if one is not None), default=usual)


def scheduler_problems(rule: Rule, epochs: int | None, seeds: int, *, is_own: bool) -> Iterator[Problem]:
    """Check a rule against the training.

    Args:
        rule: the rule.
        epochs: the most epochs of a trial; None if that is not known.
        seeds: number of seeds of each setting.
        is_own: whether the training is the user's own, which may count what it likes.
    """
    if isinstance(rule, CountedRule) and not is_own and rule.time_attr not in ("epoch", "steps", "examples"):
        hint = "Leave it out to count epochs."
        yield Problem("must be epoch, steps or examples", hint, ("time_attr",), rule.time_attr)
    counts_epochs = isinstance(rule, CountedRule) and rule.time_attr == "epoch"
    most = epochs if counts_epochs else None
    if isinstance(rule, HalvingRule):
        if rule.max_t is None and most is None:
            what = "trainer.epochs" if counts_epochs else f"what a whole trial has of {rule.time_attr}"
            yield Problem(f"is needed, as {what} is not known", "Give such as 27.", ("max_t",), is_key=True)
        if rule.max_t is not None and most is not None and rule.max_t > most:
            rule_text = f"must be at most the epochs of a trial ({most})"
            yield Problem(rule_text, "Lower it, or leave it out.", ("max_t",), rule.max_t)
        most = rule.max_t or most
    grace = getattr(rule, "grace_period", 1)
    if most is not None and grace >= most and counts_epochs:
        text = f"must be below the end of a trial ({most}), or nothing is ever decided"
        yield Problem(text, "Lower it, or raise `trainer.epochs`.", ("grace_period",), grace)
    if isinstance(rule, WilcoxonRule) and seeds <= rule.n_startup_steps:
        text = f"must be below the number of seeds ({seeds}), or nothing is ever decided"
        yield Problem(text, "Give more `seeds`.", ("n_startup_steps",), rule.n_startup_steps)
