"""The Wilcoxon rule decides as Optuna's pruner, with a seed as the step, one setting after another."""

from __future__ import annotations

import warnings

import numpy as np
import optuna
import pytest

from sweep.running.schedulers.scheduler import Observation
from sweep.running.schedulers.wilcoxon import WilcoxonPairs

SEEDS = 12


def scores_of(seed: int) -> np.ndarray:
    """The scores of settings on common seeds, many of them equal."""
    random = np.random.default_rng(seed)
    means = random.integers(0, 5, size=(14, 1))
    return (means + random.integers(-2, 3, size=(14, SEEDS)) + random.integers(-3, 4, size=(1, SEEDS))) / 8


def optuna_seeds(scores, threshold, least):
    """How many seeds of each setting Optuna's pruner lets train."""
    pruner = optuna.pruners.WilcoxonPruner(p_threshold=threshold, n_startup_steps=least)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", pruner=pruner)
    found = []
    for row in scores:
        trial = study.ask()
        for step, score in enumerate(row):
            trial.report(float(score), step)
            if step < SEEDS - 1 and trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            study.tell(trial, float(np.mean(row)))
        found.append(step + 1)
    return found


def our_seeds(scores, threshold, least, make_trial):
    ours = WilcoxonPairs(p_threshold=threshold, n_startup_steps=least)
    trials = [
        [make_trial(setting * SEEDS + seed, setting, seed) for seed in range(SEEDS)] for setting in range(len(scores))
    ]
    ours.add([trial for seeds in trials for trial in seeds])
    pruned, found = {}, []
    for seeds, row in zip(trials, scores, strict=True):
        trained = 0
        for trial, score in zip(seeds, row, strict=True):
            if trial.id in pruned:
                continue
            ours.observe(Observation(trial, 1.0, float(score)))
            ours.end(trial, "COMPLETED")
            pruned |= {one.trial_id: one.rung for one in ours.settle().pruned}
            trained += 1
        found.append(trained)
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("threshold", "least"), [(0.1, 2), (0.3, 4)])
def test_as_many_seeds_are_trained_as_by_optuna(make_trial, seed, threshold, least):
    scores = scores_of(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        expected = optuna_seeds(scores, threshold, least)
    assert our_seeds(scores, threshold, least, make_trial) == expected
    assert min(expected) < SEEDS == max(expected)


def test_a_setting_of_which_a_seed_has_diverged_is_neither_pruned_nor_the_best(make_trial):
    ours = WilcoxonPairs(p_threshold=0.4)
    one, other = ([make_trial(setting * 4 + seed, setting, seed) for seed in range(4)] for setting in range(2))
    ours.add([*one, *other])
    ours.end(one[0], "DIVERGED")
    for trials, score in ((one[1:], 9.0), (other, 1.0)):
        for trial in trials:
            ours.observe(Observation(trial, 1.0, score))
            ours.end(trial, "COMPLETED")
    assert ours.settle().pruned == ()
