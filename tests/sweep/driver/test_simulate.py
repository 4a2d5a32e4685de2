"""A replayed sweep finds and costs what its rules say of the recorded curves, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sweep.config import SweepConfig
from sweep.driver.prepare import prepare
from sweep.driver.simulate import Recording, curves_of, simulate
from sweep.errors import ResultsError
from sweep.records import Arm, Trial, plain
from sweep.results.recorded_curves import RecordedCurve, write_curves

RATES = (0.1, 0.2, 0.3, 0.4)


def sweep(**changed) -> SweepConfig:
    """Four learning rates on two seeds, each for four epochs."""
    content = {
        "data": {"name": "iris"},
        "optimizers": {"sgd": {"learning_rate": list(RATES)}},
        "trainer": {"epochs": 4},
        "seeds": 2,
    }
    return SweepConfig.model_validate({**content, **changed})


def curve(setting, seed, status="COMPLETED"):
    """A curve of a second an epoch, whose loss falls to (1 - rate) + 0.1 with the second seed."""
    epochs = np.arange(1.0, 5)
    losses = 4 * (1 - setting["learning_rate"]) / epochs + 0.1 * seed
    columns = {"epoch": epochs, "steps": 2 * epochs, "examples": 120 * epochs, "seconds": epochs, "val_loss": losses}
    return RecordedCurve(setting, seed, status, columns)


@pytest.fixture(scope="module")
def settings():
    """The four settings of the sweep."""
    return [plain(arm.setting) for arm in prepare(sweep()).plan.arms]


@pytest.fixture(scope="module")
def recording(settings):
    return Recording([curve(setting, seed) for setting in settings for seed in (0, 1)], "here")


def test_without_a_scheduler_all_is_trained_and_the_recorded_best_is_found(recording):
    found = simulate(sweep(), recording)
    assert (found.arms, found.trials, found.pruned) == (4, 8, 0)
    assert found.epochs == found.whole_epochs == 8 * 4
    assert found.examples == found.whole_examples == 8 * 480
    assert found.seconds == 32
    assert "0.4" in found.best
    # 0.6 and 0.7 after four epochs.
    assert found.value == found.best_recorded == pytest.approx(0.65)
    assert found.best_recorded_spread == pytest.approx(0.1 / math.sqrt(2))


def test_two_workers_need_half_the_time_and_a_pack_trains_its_trials_in_the_sum_of_theirs(recording):
    assert simulate(sweep(), recording, workers=2).seconds == 16
    assert simulate(sweep(), recording, workers=2, pack_size=4).seconds == 16
    assert simulate(sweep(), recording, workers=4, pack_size=8).seconds == 32


@pytest.mark.parametrize(("workers", "pack_size"), [(1, 1), (3, 1), (2, 4)])
def test_successive_halving_has_8_trials_at_the_first_rung_4_at_the_second_and_2_at_the_end(
    recording, workers, pack_size
):
    halving = {"method": "successive_halving", "reduction_factor": 2}
    found = simulate(sweep(scheduler=halving), recording, workers=workers, pack_size=pack_size)
    assert (found.trials, found.pruned) == (8, 6)
    assert found.epochs == 8 * 1 + 4 * 1 + 2 * 2
    assert found.examples == 120 * 16
    assert found.whole_epochs == 32
    assert "0.4" in found.best
    assert found.value == pytest.approx(0.65)


def test_the_history_has_the_epochs_and_the_best_after_each_trial_that_has_ended(recording):
    found = simulate(sweep(), recording)
    assert [epochs for epochs, _ in found.history] == list(range(4, 33, 4))
    values = [value for _, value in found.history]
    assert math.isnan(values[0]), "the first setting has one of its two seeds"
    best = values[1:]
    assert best == sorted(best, reverse=True)
    assert best[-1] == found.value


def test_the_seed_of_the_search_decides_the_order_of_a_grid_and_repeats_it(recording):
    runs = [simulate(sweep(), recording, seed=seed).history[1:] for seed in (0, 0, 1, 2, 3)]
    assert runs[0] == runs[1]
    assert len(set(runs)) > 1


def test_a_limit_ends_a_replay_as_it_ends_a_sweep(recording):
    found = simulate(sweep(limits={"trials": 3}), recording)
    assert (found.trials, found.epochs) == (3, 12)
    found = simulate(sweep(limits={"minutes": 10 / 60}), recording)
    # The third trial is ended in its middle, with the epoch that reaches the limit.
    assert (found.trials, found.epochs, found.seconds) == (3, 10, 10)


def test_a_search_draws_as_many_settings_as_asked_which_take_the_curves_of_the_nearest(recording):
    optimizers = {"sgd": {"learning_rate": {"uniform": [0.38, 0.5]}}}
    config = sweep(optimizers=optimizers, search={"method": "random", "trials": 3})
    found = simulate(config, recording, seed=1)
    assert (found.arms, found.trials, found.epochs) == (3, 6, 24)
    assert found.value == pytest.approx(0.65), "all are nearest to 0.4"
    # The first value of the history is NaN.
    assert found.history[1:] == simulate(config, recording, seed=1).history[1:]
    assert found.best == simulate(config, recording, seed=1).best
    assert found.best != simulate(config, recording, seed=2).best


def test_a_method_that_learns_is_told_of_the_curves(recording):
    pytest.importorskip("optuna")
    optimizers = {"sgd": {"learning_rate": {"uniform": [0.1, 0.4]}}}
    config = sweep(optimizers=optimizers, search={"method": "tpe", "trials": 4, "at_once": 1})
    found = simulate(config, recording)
    assert (found.arms, found.trials) == (4, 8)


def trial(setting, seed):
    return Trial("t", Arm("a", "", setting), seed)


def test_a_trial_takes_the_curve_of_its_seed_or_of_another_in_its_place(settings, recording):
    assert [recording.of(trial(settings[2], seed)).seed for seed in (0, 1, 2, 5)] == [0, 1, 0, 1]
    assert recording.of(trial(settings[2], 1)).setting == settings[2]
    # 0.28 is nearer to 0.3 than to 0.2.
    assert recording.of(trial({**settings[0], "learning_rate": 0.28}, 0)).setting["learning_rate"] == 0.3


def test_the_best_recorded_setting_is_one_whose_seeds_have_all_ended_well(settings):
    curves = [curve(settings[0], 0), curve(settings[1], 0), curve(settings[3], 0), curve(settings[3], 1, "DIVERGED")]
    assert Recording(curves, "here").best("val_loss", -1.0) == (pytest.approx(0.8), 0.0)
    assert Recording(curves, "here").best("val_loss", 1.0) == (pytest.approx(0.9), 0.0)
    value, spread = Recording([curve(settings[0], 0, "DIVERGED")], "here").best("val_loss", -1.0)
    assert (math.isnan(value), spread) == (True, 0.0)


def test_a_recorded_trial_that_diverged_ends_so_and_is_not_the_best(settings):
    curves = [
        curve(one, seed, "DIVERGED" if one is settings[3] else "COMPLETED") for one in settings for seed in (0, 1)
    ]
    found = simulate(sweep(), Recording(curves, "here"))
    assert (found.trials, found.epochs, found.pruned) == (8, 32, 0)
    assert "0.3" in found.best
    assert found.value == pytest.approx(0.75)


def test_a_recording_without_curves_is_refused():
    with pytest.raises(ResultsError, match=r"^a simulation needs curves .* Received: nothing-here, which has none\."):
        Recording([], "nothing-here")


def test_curves_are_read_from_a_file_of_them(settings, tmp_path):
    path = tmp_path / "curves.parquet"
    write_curves(path, [curve(settings[1], 1)])
    (found,) = curves_of(str(path), sweep())
    assert (found.setting, found.seed, found.status) == (settings[1], 1, "COMPLETED")
    np.testing.assert_allclose(found.columns["val_loss"], [3.3, 1.7, 3.2 / 3 + 0.1, 0.9], rtol=1e-6)
    with pytest.raises(ResultsError, match=r"must hold curves of `val_accuracy`, the metric of the sweep\."):
        curves_of(str(path), sweep(metric={"name": "val_accuracy"}))
    with pytest.raises(ResultsError, match=r"^`--from` needs the folder or the name of a sweep"):
        curves_of("nothing", sweep(results=str(tmp_path)))
