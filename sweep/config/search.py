"""Configuration of the search: which method chooses settings from the space, and how many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_serializer, model_validator

from sweep.config.base_section import Section
from sweep.config.problems import Problem, refuse
from trainers.errors import did_you_mean
from trainers.imports import FORM
from trainers.limits import LARGEST_COUNT, LARGEST_SEED

SPREADING = ("random", "sobol", "halton", "latin_hypercube")
"""Methods that draw settings whatever the results are."""

LEARNING = ("tpe", "gp", "cmaes", "nsga2", "nsga3")
"""Methods of Optuna, which propose settings by the results of earlier ones."""

METHODS = ("grid", *SPREADING, *LEARNING)

OF_SEVERAL_OBJECTIVES = ("tpe", "gp", "nsga2", "nsga3")
"""Methods of `LEARNING` that take several objectives."""

MEANT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("bayes", "bayesian", "bayesopt", "bo", "optuna", "hyperopt", "parzen"), "tpe"),
        **dict.fromkeys(("gaussian_process", "kriging", "botorch"), "gp"),
        **dict.fromkeys(("cma", "cma_es", "evolution", "es"), "cmaes"),
        **dict.fromkeys(("genetic", "nsga", "nsgaii", "nsga_ii", "ga"), "nsga2"),
        **dict.fromkeys(("nsgaiii", "nsga_iii"), "nsga3"),
        **dict.fromkeys(("lhs", "latin", "lhc"), "latin_hypercube"),
        **dict.fromkeys(("grid_search", "gridsearch", "exhaustive", "product"), "grid"),
        **dict.fromkeys(("randomized", "uniform", "random_search"), "random"),
        **dict.fromkeys(("qmc", "quasi_random", "quasirandom"), "sobol"),
    }
)
"""Name in other tools, or of the idea -> our method."""


def _read_method(raw: Any) -> str:
    if isinstance(raw, str) and (raw in METHODS or FORM.fullmatch(raw)):
        return raw
    rule = f"must be one of {', '.join(METHODS)}, or a sampler of Optuna by its import path"
    hint = "Give one such as random."
    if isinstance(raw, str):
        meant = MEANT.get(raw.lower().replace("-", "_").replace(" ", "_"))
        hint = (f"Did you mean `{meant}`?" if meant else did_you_mean(raw, METHODS).strip()) or hint
    refuse([Problem(rule, hint, received=raw)])


WRITTEN = {"start_from": "from"}
"""Field -> its key in a file, which is a word of Python."""


def _of_key(rule: str, hint: str, *at: str) -> Problem:
    return Problem(rule, hint, at, is_key=True)


class BudgetConfig(Section):
    """How much each level may train, in place of a number of settings; exactly one of the keys."""

    epochs: int | None = Field(default=None, ge=1, le=LARGEST_COUNT, examples=[1000])
    """Epochs of all trials of a level together."""

    examples: int | None = Field(default=None, ge=1, examples=[10_000_000])
    """Training examples that all trials of a level pass, each counted in every epoch."""

    minutes: float | None = Field(default=None, gt=0, examples=[30])
    """Minutes of training of all trials of a level, a trial's share of its pack counted."""

    @model_validator(mode="after")
    def _is_one(self) -> BudgetConfig:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            rule = f"must hold one of {', '.join(type(self).model_fields)}"
            refuse([Problem(rule, "Give such as {epochs: 1000}.", received=dict.fromkeys(given, "..."))])
        return self

    @property
    def unit(self) -> str:
        """Which of the keys is given."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)


class SearchConfig(Section):
    """How settings are chosen from the space: every combination of lists (grid), or some of it by a method."""

    method: Annotated[str, BeforeValidator(_read_method)] = Field(
        default="grid", json_schema_extra={"anyOf": [{"enum": list(METHODS)}, {"pattern": FORM.pattern}]}
    )
    """How settings are chosen from the space: grid is every combination of listed values; random, sobol, halton and
    latin_hypercube draw; tpe, gp, cmaes, nsga2 and nsga3 learn from results (they need the extra `search`), and so does
    any sampler of Optuna by its import path, such as optuna.samplers:QMCSampler."""

    trials: int | None = Field(default=None, ge=1, le=LARGEST_COUNT, examples=[30])
    """Number of settings of each compared level, each trained with all seeds. Needed unless the method is grid, or
    `budget` is given."""

    levels: Mapping[str, Annotated[int, Field(ge=1, le=LARGEST_COUNT)]] = Field(
        default_factory=dict, examples=[{"adam": 60}]
    )
    """Number of settings of a level that gets another than `trials`."""

    budget: BudgetConfig | None = None
    """How much each level may train, in place of `trials`."""

    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    """The same seed gives the same sequence of settings; a longer one begins with it, but for latin_hypercube."""

    points: tuple[Mapping[str, Any], ...] = Field(
        default=(), strict=False, examples=[[{"optimizer": "adam", "learning_rate": 0.001}]]
    )
    """Settings to try first, within the space; they count as settings of their level."""

    start_from: str | None = Field(default=None, alias="from", examples=["an-earlier-sweep"])
    """An earlier sweep of the same results folder, or an MLflow experiment, whose results a method that learns knows
    from the beginning."""

    at_once: int | None = Field(default=None, ge=1, le=LARGEST_COUNT, examples=[4])
    """Settings of a level that a method that learns proposes together, before it sees results: more train faster, fewer
    are chosen better. Default: a tenth of `trials`, and the settings that it draws at random to begin with."""

    arguments: Mapping[str, Any] = Field(default_factory=dict, examples=[{"n_startup_trials": 20}])
    """Arguments of Optuna's sampler, by their names there."""

    limit: int = Field(default=100_000, ge=1, le=LARGEST_COUNT)
    """Maximum number of trials (settings times seeds) of a sweep."""

    @field_validator("points", mode="before")
    @classmethod
    def _are_settings(cls, raw: Any) -> Any:
        points = [raw] if isinstance(raw, Mapping) else raw
        if not isinstance(points, list | tuple):
            refuse([Problem("must be a list of settings", POINT_HINT, received=raw)])
        wrong = [
            Problem("must be a setting, hyperparameters with a value each", POINT_HINT, (index,), point)
            for index, point in enumerate(points)
            if not isinstance(point, Mapping) or not point
        ]
        if wrong:
            refuse(wrong)
        return tuple({str(name): value for name, value in point.items()} for point in points)

    @model_validator(mode="after")
    def _suits_the_method(self) -> SearchConfig:
        if problems := list(self._problems()):
            refuse(problems)
        return self

    def _problems(self) -> Iterator[Problem]:
        if self.is_grid:
            rule = "is not for the method grid, which tries every combination"
            hint = "Leave it out, or give another method such as `search.method: random`."
            of_others = ("trials", "levels", "budget", "points", "start_from", "at_once", "arguments")
            yield from self._given(of_others, rule, hint)
            return
        if not self.learns:
            rule = f"is for methods that learn from results, and {self.method} draws whatever they are"
            hint = "Leave it out, or give a method that learns, such as tpe."
            yield from self._given(("start_from", "at_once", "arguments"), rule, hint)
        if self.trials is None and self.budget is None:
            rule = f"is needed for the method {self.method}: the number of settings of each level"
            yield _of_key(rule, "Give such as 30.", "trials")
        if self.budget is not None:
            rule = "is not for a `search.budget`, which is given too"
            yield from self._given(("trials", "levels"), rule, "Keep one of the two.")
        if "seed" in self.arguments:
            yield _of_key("is given by `search.seed`", "Give it there.", "arguments", "seed")

    def _given(self, keys: Sequence[str], rule: str, hint: str) -> Iterator[Problem]:
        """Refuse those keys that are given."""
        for key in keys:
            if getattr(self, key) not in (None, (), {}):
                yield _of_key(rule, hint, WRITTEN.get(key, key))

    @property
    def is_grid(self) -> bool:
        """Whether every combination is tried."""
        return self.method == "grid"

    @property
    def learns(self) -> bool:
        """Whether settings are proposed by the results of earlier ones."""
        return self.method not in ("grid", *SPREADING)

    def trials_of(self, level: str) -> int | None:
        """Number of settings of a level; None for a budget of another kind."""
        return self.levels.get(level, self.trials)

    @model_serializer(mode="wrap")
    def _written(self, handler: Any) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        written = {WRITTEN.get(key, key): value for key, value in written.items()}
        if self.is_grid:
            # As before there were other methods, so that the configuration of a grid stays the same text.
            return {key: written[key] for key in ("method", "limit") if key in written}
        return {key: value for key, value in written.items() if value not in ((), [], {})}


POINT_HINT = "Give such as `[{optimizer: adam, learning_rate: 0.001}]`."
