"""Checks what population based training asks of a sweep: epochs, a space that can change, and one phase."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sweep.config.base_section import unknown_name
from sweep.config.distributions import Distribution
from sweep.config.free_space import FreeSpace
from sweep.config.problems import Problem
from sweep.config.scheduler import PbtRule
from sweep.config.values import Domain
from trainers.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from sweep.config.models import SweepConfig


def changeable(config: SweepConfig) -> tuple[str, ...]:
    """Return the hyperparameters that may change while a trial is trained: those that vary.

    Of our networks they are those of the optimizer, since a pack shares the others.
    """
    if isinstance(config.space, FreeSpace):
        found = [(name, domain) for part in config.space.parts for name, domain in part.items()]
        return tuple(dict.fromkeys(name for name, domain in found if _varies(domain) and name != "epochs"))
    return tuple(
        dict.fromkeys(
            declared.name
            for space in config.spaces
            for declared in OPTIMIZERS[space.optimizer].hyperparameters
            if declared.name in space.domains and _varies(space.domains[declared.name])
        )
    )


def population_problems(config: SweepConfig, rule: PbtRule) -> Iterator[Problem]:
    """Check a rule of populations against the sweep; the path of each problem begins at the top of the file."""
    at, epochs = ("scheduler",), config.most_epochs
    if epochs is None:
        hint = "Give such as 20: intervals are counted up to it."
        yield Problem("is needed for pbt", hint, ("trainer", "epochs"), absolute=True, is_key=True)
    elif rule.perturbation_interval >= epochs:
        text = f"must be below the epochs of a trial ({epochs}), or nothing ever changes"
        hint = "Lower it, or raise `trainer.epochs`."
        yield Problem(text, hint, (*at, "perturbation_interval"), rule.perturbation_interval, absolute=True)
    if config.scientific and not rule.per_level:
        text = "must be true for pbt, as a trial that takes over from another level would belong to both"
        yield Problem(text, "Leave it out.", (*at, "per_level"), rule.per_level, absolute=True)
    if config.report_seeds:
        text = "is not for pbt, whose settings change on the way: there is none to train on fresh seeds"
        yield Problem(text, "Give `seeds` alone.", ("seeds", "report"), absolute=True, is_key=True)
    if config.search.learns:
        text = "must be grid or a method that draws whatever the results are, as pbt changes the settings itself"
        yield Problem(text, "Give such as random.", ("search", "method"), config.search.method, absolute=True)
    yield from _name_problems(config, rule)


def _name_problems(config: SweepConfig, rule: PbtRule) -> Iterator[Problem]:
    at, known = ("scheduler", "hyperparam_mutations"), changeable(config)
    if not known:
        text = "must have a hyperparameter that varies and can change while a trial is trained"
        yield Problem(text, "Give such as `learning_rate: {log_uniform: [1e-4, 1]}`.", ("space",), absolute=True)
    elif rule.hyperparam_mutations is None and config.own is not None:
        hint = f"Name those that your training takes from `trial.setting` when it goes on, such as [{known[0]}]."
        yield Problem("is needed for a training of your own", hint, at, absolute=True, is_key=True)
    for place, name in enumerate(rule.hyperparam_mutations or ()):
        if known and name not in known:
            problem = unknown_name(name, known)
            yield Problem(problem.rule, problem.hint, (*at, place), name, absolute=True)


def _varies(domain: Domain) -> bool:
    return isinstance(domain, Distribution) or len(domain) > 1
