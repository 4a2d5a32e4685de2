"""Trials travel in packs: each exactly once, only with those it can be trained with, in portions for all workers."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.planning.cost import Rates
from sweep.planning.memory import PACK_BYTES, pack_bytes
from sweep.planning.packing import (
    MOST_PACKS_PER_WORKER,
    PACKS_PER_WORKER,
    SHORTEST_PACK_SECONDS,
    form_packs,
    seed_turns,
)
from sweep.planning.recipe import Recipe
from sweep.records import Arm, Trial
from trainers.data import DatasetShape
from trainers.pack import NetworkSpec

SHAPE = DatasetShape(1250, 10, 3, "multiclass")  # 1000 to train on
RECIPE = Recipe(NetworkSpec((20,)), "float32", 0.0, 0.2, "standard", None, "numpy")


def trials(arms: int, batch_sizes=(64,), epochs=(10,), seeds=(0,), optimizers=("sgd",)) -> list[Trial]:
    made = []
    for number in range(arms):
        for optimizer in optimizers:
            for size in batch_sizes:
                for count in epochs:
                    setting = {
                        "optimizer": optimizer,
                        "learning_rate": 0.1,
                        "batch_size": size,
                        "decay": "constant",
                        "epochs": count,
                    }
                    arm = Arm(f"{optimizer}-{number}-{size}-{count}", "", setting)
                    made += [Trial(f"{arm.id}-{seed}", arm, seed) for seed in seeds]
    return made


def rates(step_seconds: float, *sizes: int | None) -> Rates:
    return Rates(dict.fromkeys(sizes or (64,), step_seconds), 0.0)


def test_each_trial_is_in_exactly_one_pack():
    given = trials(7, (32, "full"), (5, 10), (0, 1, 2), ("sgd", "adam"))
    jobs = form_packs(given, RECIPE, rates(1e-3, 32, None), SHAPE, workers=3)
    assert Counter(trial.id for job in jobs for trial in job.trials) == Counter(trial.id for trial in given)
    for job in jobs:
        assert [spec.seed for spec in job.specs] == [trial.seed for trial in job.trials]


def test_a_pack_shares_batch_size_and_epochs():
    for job in form_packs(trials(3, (32, "full"), (5, 10)), RECIPE, rates(1e-3, 32, None), SHAPE, workers=2):
        assert {trial.arm.setting["epochs"] for trial in job.trials} == {job.epochs}
        assert {trial.arm.setting["batch_size"] for trial in job.trials} == {job.batch_size or "full"}


def test_optimizers_share_a_pack():
    (job,) = form_packs(trials(1, optimizers=("sgd", "adam")), RECIPE, rates(1e-9), SHAPE, workers=1)
    assert {spec.optimizer for spec in job.specs} == {"sgd", "adam"}


def test_the_longest_comes_first():
    jobs = form_packs(trials(6, (16, 64), (1, 9)), RECIPE, rates(1e-2, 16, 64), SHAPE, workers=2)
    assert [job.seconds for job in jobs] == sorted((job.seconds for job in jobs), reverse=True)


def test_the_estimate_is_steps_times_their_cost_and_an_evaluation_an_epoch():
    # 1000 examples in batches of 64: 16 steps per epoch, of 2 ms; 10 epochs, each with 8 ms of evaluation; 2 trials.
    jobs = form_packs(trials(2), RECIPE, Rates({64: 2e-3}, 8e-3), SHAPE, workers=1)
    assert sum(job.seconds for job in jobs) == pytest.approx(2 * 10 * (16 * 2e-3 + 8e-3))


def test_long_work_is_cut_into_several_packs_a_worker_of_equal_length():
    # 100 trials of 1.6 s.
    jobs = form_packs(trials(100), RECIPE, rates(1e-2), SHAPE, workers=2)
    assert len(jobs) == 2 * PACKS_PER_WORKER
    assert {len(job.trials) for job in jobs} == {12, 13}


@pytest.mark.parametrize(
    ("count", "step_seconds", "packs"),
    [
        (12_800, 1e-4, 4 * MOST_PACKS_PER_WORKER),  # 16 ms each, 51 s a worker
        (12_800, 2e-5, 20),  # 3 ms each, 10 s a worker: packs of 2 s
        (2_560, 1e-2, 20),  # 1.6 s each: packs of 128 trials
        (1_000, 1e-2, 4 * PACKS_PER_WORKER),  # fewer than that many trials in a pack as it is
    ],
)
def test_many_trials_are_cut_finer_but_never_into_small_packs(count, step_seconds, packs):
    jobs = form_packs(trials(count), RECIPE, rates(step_seconds), SHAPE, workers=4)
    assert len(jobs) == packs
    assert max(len(job.trials) for job in jobs) - min(len(job.trials) for job in jobs) <= 1


def test_short_work_is_not_cut_below_what_is_worth_handing_over():
    # 100 trials of 1.6 ms: 0.16 s in all.
    jobs = form_packs(trials(100), RECIPE, rates(1e-5), SHAPE, workers=8)
    assert len(jobs) == 1
    assert jobs[0].seconds < SHORTEST_PACK_SECONDS


def test_however_many_trials_there_are_packs_are_few():
    given = trials(500, (32, 64, "full"), (5, 10), (0, 1, 2))
    jobs = form_packs(given, RECIPE, rates(1e-2, 32, 64, None), SHAPE, workers=4)
    # Each of the 6 kinds rounds its share of 64 packs.
    assert 4 < len(jobs) <= 4 * MOST_PACKS_PER_WORKER + 6


def test_a_single_trial_is_a_pack_of_one():
    (job,) = form_packs(trials(1), RECIPE, rates(10.0), SHAPE, workers=4)
    assert len(job.trials) == 1


def test_seeds_keep_together_so_that_batches_are_gathered_once():
    jobs = form_packs(trials(8, seeds=(0, 1)), RECIPE, rates(1e-2), SHAPE, workers=1)
    assert [{trial.seed for trial in job.trials} for job in jobs] in ([{0}, {0}, {1}, {1}], [{1}, {1}, {0}, {0}])


def test_a_pack_takes_the_data_of_each_seed_and_the_arrays_of_each_trial():
    # 11 x 20 + 21 x 3 = 283 parameters in float32: values, gradients, two of scratch, and none of state for sgd.
    # Batches of 64 and 40, and 250 to measure: 354 examples with 3 x 20 numbers of the hidden layer and 2 x 3 outputs.
    # Each seed has its split of 1250 x 10 inputs with a column more, and the last to be split takes it twice more in
    # float64. Initial values are float64, of 2 seeds and 6 trials.
    of_trial = 4 * 283 + 354 * 66
    expected = 1250 * 11 * (2 * 4 + 2 * 8) + 4 * 6 * of_trial + 8 * 283 * (2 + 6)
    assert pack_bytes(trials(3, seeds=(0, 1)), RECIPE, SHAPE) == expected
    # Adam has two arrays of state.
    more = pack_bytes(trials(3, seeds=(0, 1), optimizers=("adam",)), RECIPE, SHAPE) - expected
    assert more == 4 * 6 * 2 * 283


def test_packs_of_large_networks_fit_the_memory():
    recipe = Recipe(NetworkSpec((4000, 4000)), "float64", 0.0, 0.2, "standard", None, "numpy")
    members = trials(20)
    # 11 x 4000 + 4001 x 4000 + 4001 x 3 = 16 060 003 parameters x 8 bytes x (values and gradients) = 257 MB a trial,
    # and as much again a pack for the initial values of its seed and of the trial that is being made.
    jobs = form_packs(members, recipe, rates(1e-9), SHAPE, workers=1)
    assert {len(job.trials) for job in jobs} <= {1, 2, 3}
    assert sum(len(job.trials) for job in jobs) == 20
    assert max(pack_bytes(job.trials, recipe, SHAPE) for job in jobs) <= PACK_BYTES


@given(st.integers(1, 40), st.integers(1, 3), st.integers(10**5, 3 * 10**6), st.floats(1e-9, 1e-2))
def test_every_pack_fits_the_room_unless_it_is_one_trial(arms, seeds, room, step_seconds):
    given_trials = trials(arms, seeds=tuple(range(seeds)))
    jobs = form_packs(given_trials, RECIPE, rates(step_seconds), SHAPE, 2, room)
    assert sorted(trial.id for job in jobs for trial in job.trials) == sorted(trial.id for trial in given_trials)
    assert all(len(job.trials) == 1 or pack_bytes(job.trials, RECIPE, SHAPE) <= room for job in jobs)


def test_for_paired_seeds_a_setting_of_each_level_comes_first_and_then_seed_after_seed():
    trials = [
        Trial(f"{level}{rate}{seed}", Arm(f"{level}{rate}", "", {"optimizer": level, "rate": rate}), seed)
        for level in ("a", "b")
        for rate in (1, 2)
        for seed in (7, 3)
    ]
    assert seed_turns(trials, "optimizer") == {
        **dict.fromkeys(["a17", "a13", "b17", "b13"], 0),
        **dict.fromkeys(["a27", "b27"], 1),
        **dict.fromkeys(["a23", "b23"], 2),
    }
