"""A comparison puts the levels of a factor in order, each at the setting that its selection seeds picked."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.analysis.comparison_data import fastest, make_study
from sweep.errors import ComparisonError
from tests.sweep.analysis.conftest import flat


@pytest.fixture
def study(tables):
    def study(curves, metric="val_accuracy", mode="max", statuses=None, **arguments):
        trials, epochs = tables(curves, metric=metric, mode=mode, statuses=statuses)
        return make_study(trials, epochs, metric, mode, np.random.default_rng(0), **arguments)

    return study


def test_the_best_level_comes_first_at_its_best_setting(study):
    found = study(flat(adam_a=0.7, adam_b=0.8, sgd_a=0.9, sgd_b=0.1))
    assert [(level.name, level.selected.arm_id, level.selected.settings) for level in found.levels] == [
        ("sgd", "sgd a", 2),
        ("adam", "adam b", 2),
    ]
    curves = {("adam", seed): [0.3, 0.2] for seed in range(2)} | {("sgd", seed): [0.4, 0.1] for seed in range(2)}
    assert [level.name for level in study(curves, "val_loss", "min").levels] == ["sgd", "adam"]


def test_the_best_epoch_counts_where_that_is_asked_for(study):
    curves = {("adam", seed): [0.9, 0.2] for seed in range(2)} | {("sgd", seed): [0.4, 0.5] for seed in range(2)}
    assert [level.name for level in study(curves, by="final").levels] == ["sgd", "adam"]
    assert [level.name for level in study(curves, by="best").levels] == ["adam", "sgd"]


def test_a_setting_is_picked_on_some_seeds_and_reported_on_others(study):
    curves = {("adam a", 0): [0.9], ("adam b", 0): [0.8], ("adam a", 1): [0.3], ("adam b", 1): [0.7]}
    (level,) = study(curves, selection_seeds=[0], report_seeds=[1]).levels
    assert (level.selected.arm_id, level.selected.report.seeds, level.selected.report.values) == (
        "adam a",
        (1,),
        (0.3,),
    )
    # By default the seeds that pick are all but those that report.
    (level,) = study(curves, report_seeds=[1]).levels
    assert level.selected.arm_id == "adam a"


def test_each_estimate_is_that_of_the_report_seeds(study):
    # Of 0, 0.1, 0.2 and 0.9: the mean is 0.3, the median 0.15, and the mean of the middle half 0.15.
    (level,) = study({("adam", seed): [value] for seed, value in enumerate((0.0, 0.1, 0.2, 0.9))}).levels
    assert {kind: found.value for kind, found in level.estimates.items()} == pytest.approx(
        {"mean": 0.3, "median": 0.15, "iqm": 0.15}
    )


def test_two_levels_have_one_comparison_whichever_is_named_first(study):
    found = study(flat(adam=0.9, sgd=0.8, lion=0.7))
    assert len(found.comparisons) == 3
    for first, second in (("adam", "sgd"), ("sgd", "lion"), ("adam", "lion")):
        pair = found.comparison(first, second)
        assert pair is found.comparison(second, first)
        assert (pair.first, pair.second) == (first, second)
        # The differences are those of the means, 0.1 or 0.2, up to the noise of the eight seeds, whose mean is shared.
        assert pair.difference.value == pytest.approx(0.2 if second == "lion" and first == "adam" else 0.1)


def test_the_others_are_held_against_the_fastest_to_the_target(study):
    # Adam reaches 0.8 after 2 epochs, SGD after 6, Lion never; an epoch has 10 steps.
    curves = {("adam", seed): [0.1, 0.8, *[0.8] * 6] for seed in range(6)}
    curves |= {("sgd", seed): [*[0.1] * 5, 0.85, *[0.85] * 2] for seed in range(6)}
    curves |= {("lion", seed): [0.1] * 8 for seed in range(6)}
    found = study(curves, target=0.8)
    assert fastest(found.levels, "steps").name == "adam"
    by_name = {level.name: level.times for level in found.levels}
    assert (by_name["adam"]["steps"].median, by_name["sgd"]["epochs"].median) == (20, 6)
    assert by_name["lion"]["seconds"].hits == 0
    ratios = {speed.ratio.slow: speed for speed in found.speeds["steps"]}
    assert ratios.keys() == {"sgd", "lion"}
    assert ratios["sgd"].ratio.ratio == 3
    assert ratios["lion"].ratio.ratio == np.inf


@pytest.mark.parametrize(("seeds", "others", "is_shown"), [(6, 1, True), (6, 2, False), (8, 2, True)])
def test_that_a_level_is_slower_is_shown_with_more_evidence_where_there_are_more_pairs(study, seeds, others, is_shown):
    # All signs alike have a chance of 2 / 2^6 = 0.031 or 2 / 2^8 = 0.008; three pairs leave 0.05 / 3 = 0.017 to each.
    curves = {("adam", seed): [0.9] * 9 for seed in range(seeds)}
    for name in ("sgd", "lion")[:others]:
        curves |= {(name, seed): [0.1] * 5 + [0.9] * 4 for seed in range(seeds)}
    for speed in study(curves, target=0.8).speeds["steps"]:
        assert speed.ratio.ratio == 6
        assert speed.ratio.excludes_one
        assert speed.is_shown == is_shown


def test_where_none_reaches_the_target_in_half_of_its_seeds_none_is_the_fastest(study):
    curves = {(name, seed): [0.1, 0.9 if seed == 0 else 0.2] for name in ("adam", "sgd") for seed in range(3)}
    found = study(curves, target=0.8)
    assert fastest(found.levels, "epochs") is None
    assert set(found.speeds.values()) == {()}
    assert study(curves).speeds == {}
    assert all(level.times == {} for level in study(curves).levels)


def test_trials_that_saw_other_data_are_not_compared(tables):
    trials, epochs = tables(flat(adam=0.9, sgd=0.8))
    trials["fingerprint_data"] = ["a"] * 8 + ["b"] * 8
    with pytest.raises(ComparisonError):
        make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0))
