"""Proposes settings by a sampler of Optuna, through its ask and tell."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from numpy.random import SeedSequence

from sweep.config.distributions import Distribution
from sweep.config.values import Domain
from sweep.planning.search.levels import Level, varying
from sweep.planning.search.method import Outcome, Proposal
from sweep.planning.search.ranges import rounded
from sweep.planning.search.streams import number_of
from sweep.records import Value
from trainers.imports import import_attribute
from trainers.user_code import run_user_code

if TYPE_CHECKING:
    import optuna

PART = "part of the space"
"""Name of the categorical choice between the parts of a level."""

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """A sampler of Optuna.

    Args:
        path: its import path.
        needs: packages that it needs besides Optuna.
        usual: arguments that are given unless the file gives them.
        begins: argument that says how many settings it draws at random to begin with, and its default.
        generation: argument that says how many settings are proposed from the same results, and its default; None for
            a sampler without generations.
        is_conditional: whether it chooses between the parts of a level itself. The others know only spaces of which
            every setting has all dimensions, so that each part is searched on its own, and the parts take turns.
    """

    path: str
    needs: tuple[str, ...] = ()
    usual: Mapping[str, Any] = field(default_factory=dict)
    begins: tuple[str, int] = ("n_startup_trials", 10)
    generation: tuple[str, int] | None = None
    is_conditional: bool = True


SAMPLERS: Mapping[str, Sampler] = {
    "tpe": Sampler(path="optuna.samplers:TPESampler", usual={"constant_liar": True}),
    "gp": Sampler(
        path="optuna.samplers:GPSampler",
        needs=("torch", "scipy"),
        usual={"warn_independent_sampling": False},
        is_conditional=False,
    ),
    "cmaes": Sampler(
        path="optuna.samplers:CmaEsSampler",
        needs=("cmaes",),
        usual={"warn_independent_sampling": False},
        begins=("n_startup_trials", 1),
        is_conditional=False,
    ),
    "nsga2": Sampler(
        path="optuna.samplers:NSGAIISampler",
        begins=("population_size", 50),
        generation=("population_size", 50),
        is_conditional=False,
    ),
    "nsga3": Sampler(
        path="optuna.samplers:NSGAIIISampler",
        begins=("population_size", 50),
        generation=("population_size", 50),
        is_conditional=False,
    ),
}
"""The samplers that have a name here."""


def sampler_named(method: str) -> Sampler:
    """Return a sampler by its name here, or by its import path."""
    return SAMPLERS.get(method) or Sampler(path=method)


def lacking(method: str) -> str:
    """Return the first package that a method needs and that is not installed; empty if there is none."""
    return next((name for name in ("optuna", *sampler_named(method).needs) if find_spec(name) is None), "")


class OptunaMethod:
    """Proposes settings of one level by studies of Optuna that are kept in memory.

    **Variant.** A level of several parts (optimizers, decays or spaces of a union) is one study with a categorical
    choice between them, and dimensions of the parts as conditional parameters, if the sampler is made for that; else
    one study a part, and the parts take turns.

    Args:
        level: the level.
        method: name or import path of the sampler.
        arguments: its arguments.
        stream: seed of its random numbers.
        modes: ``min`` or ``max`` for each objective.

    Raises:
        UserCodeError: if the sampler cannot be made with these arguments.
    """

    def __init__(
        self, level: Level, method: str, arguments: Mapping[str, Any], stream: SeedSequence, modes: Sequence[str]
    ) -> None:
        import optuna
        from optuna.study import StudyDirection

        sampler = sampler_named(method)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._level = level
        self._names = _parameter_names(level)
        self._next = 0
        directions = [StudyDirection.MINIMIZE if mode == "min" else StudyDirection.MAXIMIZE for mode in modes]
        count = 1 if sampler.is_conditional else len(level.parts)
        self._studies = []
        for seed in map(number_of, stream.spawn(count)):

            def made(seed: int = seed) -> optuna.Study:
                return optuna.create_study(sampler=_made(sampler, arguments, seed), directions=directions)

            self._studies.append(_quietly(made))

    def propose(self) -> Proposal:
        """Ask the study whose turn it is."""
        at, self._next = self._next, (self._next + 1) % len(self._studies)
        return _quietly(lambda: self._asked(at))

    def take(self, proposal: Proposal) -> Proposal:
        """Enqueue a setting, and ask for it."""
        at = self._study_of(proposal.part)
        parameters: dict[str, Any] = {} if len(self._studies) == len(self._level.parts) else {PART: proposal.part}
        part = self._level.parts[proposal.part]
        for name in varying(part):
            parameters[self._names[proposal.part][name]] = _parameter(part[name], proposal.setting[name])

        def asked() -> Proposal:
            self._studies[at].enqueue_trial(parameters)
            return self._asked(at)

        return Proposal(proposal.part, proposal.setting, _quietly(asked).token)

    def reject(self, proposal: Proposal) -> None:
        """Tell a proposal as failed, from which no sampler learns."""
        self.tell(proposal, Outcome(state="FAIL"))

    def tell(self, proposal: Proposal, outcome: Outcome) -> None:
        """Tell the study how a proposal did; what has no value failed."""
        from optuna.trial import TrialState

        study, trial = self._studies[self._study_of(proposal.part)], proposal.token
        if outcome.state == "COMPLETE" and outcome.values:
            _quietly(lambda: study.tell(trial, list(outcome.values)))
            return
        if outcome.state == "PRUNED" and len(outcome.values) == 1:
            # Optuna's value of a pruned trial is the last one that was reported.
            trial.report(outcome.values[0], outcome.epoch)
        state = TrialState.PRUNED if outcome.state == "PRUNED" else TrialState.FAIL
        _quietly(lambda: study.tell(trial, state=state))

    def _study_of(self, part: int) -> int:
        return part if len(self._studies) > 1 else 0

    def _asked(self, at: int) -> Proposal:
        trial = self._studies[at].ask()
        index = at
        if len(self._studies) == 1 and len(self._level.parts) > 1:
            index = trial.suggest_categorical(PART, list(range(len(self._level.parts))))
        part, names = self._level.parts[index], self._names[index]
        setting: dict[str, Value] = {}
        for name, domain in part.items():
            setting[name] = _suggested(trial, names[name], domain) if name in names else _only(domain)
        return Proposal(index, setting, trial)


def _quietly(call: Callable[[], Result]) -> Result:
    """Return what a call of Optuna returns, without its warnings of experimental features."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run_user_code(call)


def _made(sampler: Sampler, arguments: Mapping[str, Any], seed: int) -> optuna.samplers.BaseSampler:
    kind = import_attribute(sampler.path)
    taken = inspect.signature(kind).parameters
    usual = {name: value for name, value in sampler.usual.items() if name in taken}
    seeded = {"seed": seed} if "seed" in taken else {}
    made: optuna.samplers.BaseSampler = kind(**{**usual, **seeded, **arguments})
    return made


def _parameter_names(level: Level) -> list[dict[str, str]]:
    """Name the parameter of each dimension, the same in all parts that have the same values of it."""
    domains: dict[str, list[Domain]] = {}
    for part in level.parts:
        for name in varying(part):
            if part[name] not in domains.setdefault(name, []):
                domains[name].append(part[name])
    return [
        {
            name: name if len(domains[name]) == 1 else f"{name} {domains[name].index(part[name]) + 1}"
            for name in varying(part)
        }
        for part in level.parts
    ]


def _suggested(trial: optuna.Trial, name: str, domain: Domain) -> Value:
    """Let the study choose a value of a dimension."""
    if not isinstance(domain, Distribution):
        # By its index: 1, 1.0 and true are equal for Optuna.
        return domain[trial.suggest_categorical(name, list(range(len(domain))))]
    match domain.kind:
        case "uniform" | "log_uniform":
            chosen = trial.suggest_float(name, domain.low, domain.high, log=domain.kind == "log_uniform")
            return rounded(domain, chosen)
        case "one_minus_log_uniform":
            return rounded(domain, 1.0 - trial.suggest_float(name, 1.0 - domain.high, 1.0 - domain.low, log=True))
        case "int_uniform" | "log_int_uniform":
            return trial.suggest_int(name, int(domain.low), int(domain.high), log=domain.kind == "log_int_uniform")
        case _:
            return domain.values[trial.suggest_int(name, 0, len(domain.values) - 1)]


def _parameter(domain: Domain, value: Value) -> float | int:
    """Return the parameter of Optuna that stands for a value; the inverse of `_suggested`."""
    if not isinstance(domain, Distribution):
        return next(
            at for at, one in enumerate(domain) if one == value and isinstance(one, bool) == isinstance(value, bool)
        )
    if domain.kind == "step_uniform":
        return domain.values.index(value)
    if domain.kind == "one_minus_log_uniform":
        return min(max(1.0 - float(value), 1.0 - domain.high), 1.0 - domain.low)
    return int(value) if domain.kind in ("int_uniform", "log_int_uniform") else float(value)


def _only(domain: Domain) -> Value:
    assert not isinstance(domain, Distribution), "a range has more than one value"
    return domain[0]
