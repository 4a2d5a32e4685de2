"""Tests of the answer in one sentence: it must agree with the data in every case."""

import re

import numpy as np
import pytest

from sweep.analysis.answer import answer
from sweep.analysis.comparison_data import make_study
from sweep.analysis.leader import leaders
from sweep.errors import ComparisonError

NOISE = np.array([0.004, -0.002, 0.001, -0.005, 0.003, -0.001, 0.002, -0.003])
"""Eight seeds, of which the mean is -0.000125."""


def ends(**levels):
    """Level -> its mean accuracy; all share the seeds' noise, and each has a little of its own."""
    return {
        (name, seed): [0.5, mean + NOISE[seed] + 0.1 * NOISE[(seed + shift) % 8]]
        for shift, (name, mean) in enumerate(levels.items(), start=1)
        for seed in range(8)
    }


def ask(tables, curves, target=None, statuses=None, unit="steps", **arguments):
    trials, epochs = tables(curves, statuses=statuses)
    study = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0), target=target, **arguments)
    return answer(study, unit)


def test_a_clear_winner_is_best_with_the_differences(tables):
    found = ask(tables, ends(adam=0.95, sgd=0.90, momentum=0.92))
    assert found.startswith("Adam is best at 95.0 % validation accuracy, ahead of momentum by 3 points (95 % CI ")
    assert "and of gradient descent by 5 points (95 % CI " in found
    assert "8 seeds" in found


def test_who_is_not_shown_to_be_worse_is_not_told_apart_and_the_rest_is_worse(tables):
    found = ask(tables, ends(adam=0.95, rmsprop=0.95, sgd=0.90))
    assert re.match(r"(Adam|RMSprop) at 95.0 % and (Adam|RMSprop) at 95.0 % validation accuracy are not told ap", found)
    assert "(difference " in found
    assert re.search(r"; worse than (Adam|RMSprop) is gradient descent by 5", found)


def speeds(**epochs_to_target):
    """Level -> epoch at which 0.95 is reached, one for each seed; 0 for never. All end alike but for noise."""
    curves = {}
    for shift, (name, needed) in enumerate(epochs_to_target.items(), start=1):
        for seed, epoch in enumerate(needed):
            end = 0.96 + NOISE[seed] + 0.1 * NOISE[(seed + shift) % 8] if epoch else 0.80 + NOISE[seed]
            curves[name, seed] = [0.5 if number < epoch else end for number in range(1, 41)]
    return curves


FAST, SLOW = (5, 6, 7, 6, 5, 6, 7, 6), (13, 12, 15, 12, 11, 13, 14, 12)


def test_the_issues_own_example(tables):
    found = ask(tables, speeds(adam=FAST, rmsprop=FAST[::-1], momentum=SLOW, sgd=[0] * 8), target=0.95)
    assert " at 96.0 % validation accuracy are not told apart (largest difference, " in found
    assert re.search(r"worse than \w+ is gradient descent by 16", found)
    assert re.search(
        r"95 % is reached in a median of 60 \(\w+\) and 60 \(\w+\) steps, not told apart in speed: ", found
    )
    # The median of SLOW is 12.5 epochs, of FAST 6: 2.1 times.
    assert re.search(r"momentum takes 2.1x the steps of \w+ \(95 % CI ", found)
    assert found.endswith("; gradient descent never does.")


def test_the_times_of_two_stand_beside_their_names(tables):
    found = ask(tables, speeds(adam=FAST, rmsprop=SLOW[::-1], momentum=SLOW, sgd=[0] * 8), target=0.95)
    assert "Adam reaches 95 % soonest, in a median of 60 steps" in found
    found = ask(tables, speeds(adam=FAST, rmsprop=(7, 7, 6, 8, 5, 7, 7, 7), sgd=[0] * 8), target=0.95)
    assert re.search(r"95 % is reached in a median of (60 \(Adam\) and 70 \(RM|70 \(RMSprop\) and 60 \(Ad)", found)


def test_one_that_is_soonest_alone_is_named(tables):
    found = ask(tables, speeds(adam=FAST, momentum=SLOW), target=0.95)
    assert (
        "Adam reaches 95 % soonest, in a median of 60 steps; momentum takes 2.1x the steps of Adam (95 % CI " in found
    )


def test_the_unit_can_be_another(tables):
    found = ask(tables, speeds(adam=FAST, momentum=SLOW), target=0.95, unit="seconds")
    assert "in a median of 3 seconds; momentum takes 2.1x the seconds of Adam" in found


def test_one_hit_of_eight_is_told(tables):
    found = ask(tables, speeds(adam=FAST, sgd=[9, *[0] * 7]), target=0.95)
    assert found.endswith("; gradient descent on 1 of 8 seeds only.")


def test_misses_of_the_soonest_are_told(tables):
    found = ask(tables, speeds(adam=[*FAST[:7], 0], sgd=[0] * 8), target=0.95)
    assert "in a median of 60 steps (Adam on 7 of 8 seeds only)" in found


def test_if_no_half_of_the_seeds_hits_only_hits_are_counted(tables):
    found = ask(tables, speeds(adam=[5, *[0] * 7], sgd=[0] * 8), target=0.95)
    assert (
        "95 % is reached by no more than half of the seeds: Adam on 1 of 8 seeds; gradient descent never does." in found
    )


def test_if_none_hits_that_is_said_once(tables):
    found = ask(tables, speeds(adam=[0] * 8, sgd=[0] * 8), target=0.95)
    assert found.endswith("; none reaches 95 %.")


def test_without_a_target_no_speed_is_claimed(tables):
    found = ask(tables, speeds(adam=FAST, momentum=SLOW))
    assert "reach" not in found
    assert "steps" not in found


def test_who_diverged_is_never_best_however_good_its_mean(tables):
    found = ask(tables, ends(adam=0.99, sgd=0.90), statuses={("adam", 3): "DIVERGED"})
    assert found.startswith("Gradient descent is best at 90.0 % validation accuracy")
    assert "; Adam diverges on 1 of 8 seeds" in found


def test_if_each_diverged_somewhere_none_is_best(tables):
    statuses = {("adam", 3): "DIVERGED", ("sgd", 4): "DIVERGED"}
    found = ask(tables, ends(adam=0.99, sgd=0.90), statuses=statuses)
    assert found == (
        "None can be called best, for each diverges on some seeds: "
        "Adam diverges on 1 of 8 seeds and gradient descent diverges on 1 of 8 seeds."
    )


def test_all_diverged_is_no_answer(tables):
    curves = {("adam", 0): [], ("sgd", 0): []}
    found = ask(tables, curves, statuses=dict.fromkeys(curves, "DIVERGED"), target=0.9)
    assert found == "No answer: 1 of 1 training of Adam and 1 of 1 training of gradient descent diverged."


def test_all_settings_and_seeds_that_diverged_are_counted(tables):
    curves = {(arm, seed): [] for arm in ("sgd a", "sgd b") for seed in range(3)}
    found = ask(tables, curves, statuses=dict.fromkeys(curves, "DIVERGED"))
    assert found == "No answer: 6 of 6 trainings of gradient descent diverged."


def test_failed_diverged_and_unfinished_trainings_are_told_apart(tables):
    curves = {("adam", seed): [] for seed in range(3)}
    assert ask(tables, curves, statuses=dict.fromkeys(curves, "FAILED")) == (
        "No answer: 3 of 3 trainings of Adam failed."
    )
    statuses = dict(zip(curves, ("FAILED", "DIVERGED", "PENDING"), strict=True))
    assert ask(tables, curves, statuses=statuses) == (
        "No answer: of 3 trainings of Adam 1 diverged, 1 failed and 1 did not end."
    )


def test_nothing_ended_is_no_answer(tables):
    curves = {("adam", 0): [], ("sgd", 0): []}
    assert ask(tables, curves, statuses=dict.fromkeys(curves, "PENDING")) == "No answer: no training has ended."


def test_one_seed_cannot_tell(tables):
    found = ask(tables, {("adam", 0): [0.95], ("sgd", 0): [0.90]}, target=0.9)
    assert found == (
        "One seed can't tell which is better: Adam at 95.0 % and gradient descent at 90.0 % validation accuracy; "
        "run 5 seeds or more."
    )


def test_one_optimizer_has_nothing_to_be_compared_with(tables):
    found = ask(tables, speeds(adam=FAST), target=0.95)
    assert found.startswith("Only one optimizer was tried: Adam ends at 96.0 % validation accuracy (95 % CI ")
    assert found.endswith("; it reaches 95 % in a median of 60 steps.")


def test_the_best_epoch_is_reached_and_need_not_be_the_end(tables):
    curves = {("adam", seed): [0.5, 0.96, 0.7 + 0.001 * seed] for seed in range(4)}
    assert ask(tables, curves, by="best").startswith("Only one optimizer was tried: Adam reaches 96.0 % ")
    assert ask(tables, curves).startswith("Only one optimizer was tried: Adam ends at 70.1 % ")


def test_one_optimizer_that_never_hits_says_so(tables):
    assert ask(tables, speeds(adam=[0] * 8), target=0.95).endswith("; it never reaches 95 %.")


def test_if_only_one_trains_the_others_are_named(tables):
    statuses = {("sgd", seed): "DIVERGED" for seed in range(8)}
    found = ask(tables, ends(adam=0.95, sgd=0.9), statuses=statuses)
    assert found.startswith("Only Adam ends at 95.0 % validation accuracy (95 % CI ")
    assert "gradient descent ended on no seed" in found or "gradient descent diverges on every seed" in found


def test_an_interval_that_excludes_zero_without_a_difference_that_is_shown_says_why(tables, rng):
    curves = {
        (name, seed): [0.9 + 0.01 * rng.normal()] for name in ("adam", "sgd", "rmsprop", "lion") for seed in range(4)
    }
    for seed, gap in enumerate((0.010, 0.020, 0.009, 0.030)):
        curves["momentum", seed] = [curves["adam", seed][0] + gap]
    trials, epochs = tables(curves)
    study = make_study(trials, epochs, "val_accuracy", "max", rng)
    pair = study.comparison("momentum", "adam")
    assert pair.t_p_value < 0.05
    assert pair.verdict == "not told apart"
    assert "not shown once all 10 pairs are accounted for" in answer(study)


def test_without_seeds_in_common_nothing_is_compared(tables):
    curves = {
        ("adam", 0): [0.9],
        ("adam", 1): [0.9],
        ("sgd", 1): [0.7],
        ("sgd", 2): [0.7],
        ("lion", 1): [0.5],
        ("lion", 2): [0.5],
    }
    found = ask(tables, curves)
    assert found.startswith(
        "Adam at 90.0 %, gradient descent at 70.0 % and Lion at 50.0 % validation accuracy have too few seeds in common"
    )
    assert "no interval can be given, 1 seed" in found


def test_the_interval_of_a_difference_has_the_sign_of_the_difference(tables):
    # Adam's mean is above Lion's by its seed 3, which Lion has not run; on the seeds of both Lion is ahead.
    curves = {("adam", seed): [value] for seed, value in enumerate((0.80, 0.81, 0.83, 0.99))}
    curves |= {("lion", seed): [value] for seed, value in enumerate((0.82, 0.84, 0.84))}
    found = ask(tables, curves)
    # Differences 0.02 0.03 0.01: mean 0.02, 4.303 x 0.01 / sqrt(3) = 0.0248 on either side.
    assert "(difference 2 points, 95 % CI -0.484 to 4.48, 3 seeds; only " in found


def test_who_is_slower_only_by_the_interval_of_one_pair_is_not_called_slower(tables):
    slower = (6, 8, 7, 8, 5, 8, 7, 8)
    two = ask(tables, speeds(adam=FAST, momentum=slower), target=0.95)
    assert "momentum takes 1.2x the steps of Adam (95 % CI 1.0" in two
    five = ask(tables, speeds(adam=FAST, momentum=slower, sgd=[0] * 8, lion=[0] * 8, rmsprop=[0] * 8), target=0.95)
    assert re.search(
        r"not told apart in speed: momentum takes 1.2x the steps of Adam \(95 % CI 1\.[\d-]+[\d.]+, "
        r"not shown once all 10 pairs are accounted for\)",
        five,
    )


def test_losses_are_not_told_apart_either(tables):
    trials, epochs = tables(
        {(name, seed): [0.1 + 0.01 * ((seed * 7 + len(name)) % 5)] for name in ("adam", "sgd") for seed in range(5)},
        metric="val_loss",
        mode="min",
    )
    found = answer(make_study(trials, epochs, "val_loss", "min", np.random.default_rng(0), target=0.05))
    assert re.match(r"\w[\w ]* at 0\.1\d* and \w[\w ]* at 0\.1\d* validation loss are not told apart", found)
    assert found.endswith("; none reaches a validation loss of 0.05.")


def test_trials_of_unequal_conditions_give_no_answer(tables):
    trials, epochs = tables(ends(adam=0.9, sgd=0.8))
    trials["fingerprint_split"] = [f"s{seed}" for seed in trials["seed"]]
    trials.loc[3, "fingerprint_split"] = "odd"
    with pytest.raises(ComparisonError, match=r"adam/3"):
        make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0))


def random_tables(tables, rng):
    """A sweep in which anything may have happened: 1 to 4 optimizers, 1 to 6 seeds, any status."""
    names = ["adam", "sgd", "momentum", "rmsprop"][: rng.integers(1, 5)]
    curves, statuses = {}, {}
    for name in names:
        quality, danger = rng.uniform(0.6, 0.95), rng.choice([0.0, 0.0, 0.3, 1.0])
        for seed in range(rng.integers(1, 7)):
            length = int(rng.integers(0, 9))
            statuses[name, seed] = str(rng.choice(["COMPLETED"] * 6 + ["STOPPED", "FAILED", "PENDING"]))
            if rng.random() < danger:
                statuses[name, seed] = "DIVERGED"
            elif statuses[name, seed] in ("COMPLETED", "STOPPED"):
                length = max(length, 1)
            # Few distinct values, so that equal ones come up.
            curves[name, seed] = np.round(quality + rng.choice([0.001, 0.05]) * rng.normal(size=length), 2).tolist()
    return tables(curves, statuses=statuses)


@pytest.mark.parametrize("number", range(60))
def test_whatever_happened_the_sentence_agrees_with_the_data(number, tables):
    rng = np.random.default_rng(number)
    trials, epochs = random_tables(tables, rng)
    target = None if number % 3 == 0 else 0.8
    study = make_study(trials, epochs, "val_accuracy", "max", rng, target=target)
    found = answer(study)
    assert found.endswith(".")
    assert found.count("nan") == found.count("inf") == 0
    names = {"adam": "Adam", "sgd": "gradient descent", "momentum": "momentum", "rmsprop": "RMSprop"}
    reports = {level.name: level.selected.report for level in study.levels}
    for level in leaders(study):
        assert not reports[level.name].diverged
        assert reports[level.name].values
    if " is best " in found:
        (best,) = leaders(study)
        assert found.lower().startswith(names[best.name].lower())
        for other in study.levels:
            pair = None if other is best else study.comparison(best.name, other.name)
            assert pair is None or other.name in reports
            if pair is not None and reports[other.name].values and not reports[other.name].diverged:
                assert pair.verdict in ("first", "second")
                assert pair.adjusted_p_value < 0.05
    verdict = r" tie exactly | are not told apart | have too few seeds "
    if re.search(verdict, found):
        assert len(leaders(study)) > 1
        assert all(names[level.name].lower() in re.split(verdict, found)[0].lower() for level in leaders(study))
    never = found.split("; ")[-1] if "never" in found else ""
    for level in study.levels if target else ():
        times = level.times["steps"]
        if times.hits and never.endswith(("never does.", "never do.")):
            assert names[level.name].lower() not in never.lower()


MANY = {"adam": 0.95, "adamw": 0.949, "nadam": 0.948, "rmsprop": 0.947, "lion": 0.946, "sgd": 0.90, "momentum": 0.85}


def test_of_many_that_are_worse_the_nearest_and_the_farthest_are_named(tables):
    found = ask(tables, ends(**MANY))
    assert found == (
        "Adam is best at 95.0 % validation accuracy, ahead of the other 6 by 0.1 points (AdamW) "
        "to 10 points (momentum)."
    )


def test_of_many_that_are_not_told_apart_the_sentence_counts_and_the_times_are_a_range(tables):
    found = ask(tables, speeds(**dict.fromkeys(MANY, FAST)), target=0.95)
    assert re.match(r"All 7 optimizers, (each at 96.0 %|from 96.\d % \(\w+\) to 96.\d %) validation accuracy", found)
    assert "all 7 optimizers reach 95 % in a median of 60 steps" in found


def test_of_many_that_are_slower_the_ends_are_named(tables):
    slower = ((17, 22, 23, 21, 18, 20, 25, 22), (18, 21, 24, 22, 17, 21, 24, 21))
    times = {"adam": FAST} | {name: slower[shift % 2] for shift, name in enumerate(list(MANY)[1:-1])}
    found = ask(tables, speeds(**times, momentum=(24, 31, 33, 29, 26, 28, 36, 32)), target=0.95)
    assert "Adam reaches 95 % soonest" in found
    assert re.search(r"; 6 others take 3\.\dx \([\w ]+\) to (4\.\d|5)x \(momentum\) the steps of Adam", found)


def own_answer(tables, curves, scientific="", statuses=None, **settings):
    """The answer on arms of a training of the user's own; ``settings`` are those of each arm."""
    trials, epochs = tables(curves, settings=settings, statuses=statuses)
    rng = np.random.default_rng(0)
    return answer(make_study(trials, epochs, "val_accuracy", "max", rng, scientific=scientific, is_own=True))


def test_without_a_compared_factor_the_first_of_all_settings_is_named_with_those_that_tie(tables):
    curves = {(arm, seed): [end] for arm, end in {"x=1": 0.9, "x=2": 0.9, "x=3": 0.8}.items() for seed in range(2)}
    assert own_answer(tables, curves) == (
        "Of 3 settings, x=1 ranks first: it ends at 90.0 % validation accuracy (95 % CI 90.0 to 90.0 %, 2 seeds), "
        "and 1 other ties with it."
    )
    del curves["x=2", 0], curves["x=2", 1]
    assert own_answer(tables, curves).endswith("2 seeds).")


def test_a_single_setting_is_told_as_the_only_one(tables):
    said = own_answer(tables, {("x=1", 0): [0.9]})
    assert said == "Only one setting was tried, x=1: it ends at 90.0 % validation accuracy (1 seed, no interval)."


def test_trainings_of_the_users_own_that_all_failed_give_no_answer(tables):
    curves = {("x=1", 0): [], ("x=2", 0): []}
    said = own_answer(tables, curves, statuses=dict.fromkeys(curves, "FAILED"))
    assert said == "No answer: 2 of 2 trainings of all settings failed."


@pytest.mark.parametrize(
    ("factor", "values", "begin"),
    [
        ("dropout", (0.1, 0.0), "dropout 0.1 is best at 90.0 % validation accuracy, ahead of dropout 0 by"),
        ("model.kind", ("tree", "net"), "Tree is best at 90.0 % validation accuracy, ahead of net by"),
        ("norm", ("true", "null"), "norm true is best at 90.0 % validation accuracy, ahead of norm null by"),
    ],
)
def test_any_factor_is_compared_as_optimizers_are_and_keeps_its_spelling(tables, factor, values, begin):
    settings = {"a": {factor: values[0]}, "b": {factor: values[1]}}
    curves = {(arm, seed): [end + NOISE[seed]] for arm, end in (("a", 0.9), ("b", 0.5)) for seed in range(8)}
    curves |= {("b", seed): [0.5 + NOISE[(seed + 1) % 8]] for seed in range(8)}
    assert own_answer(tables, curves, factor, **settings).startswith(begin)


def test_a_level_of_which_every_seed_was_pruned_did_not_fail(tables):
    curves = {("adam", 0): [0.9, 0.95], ("adam", 1): [0.9, 0.94], ("sgd", 0): [0.5], ("sgd", 1): [0.4]}
    pruned = {("sgd", seed): "PRUNED" for seed in (0, 1)}
    assert "gradient descent was pruned on every seed" in ask(tables, curves, statuses=pruned)
    everything = {key: "PRUNED" for key in curves}
    found = ask(tables, curves, statuses=everything)
    assert found == "No answer: 2 of 2 trainings of Adam and 2 of 2 trainings of gradient descent were pruned."
