"""A baseline, and what an update changes of it, as lines for people."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sweep.gates.baseline_table import changes, table
from sweep.gates.decision import Baseline, BaselineArm, BaselineTrial


def arm(name: str, *losses: float | None, metric: str = "val_loss") -> BaselineArm:
    """An arm with a seed for each loss; None is a seed that diverged."""
    seeds = {
        seed: BaselineTrial("DIVERGED", {}, "", {})
        if loss is None
        else BaselineTrial("COMPLETED", {metric: loss}, "", {})
        for seed, loss in enumerate(losses)
    }
    return BaselineArm(name, {"optimizer": name}, seeds)


def baseline(arms: Sequence[BaselineArm], metric: str = "val_loss") -> Baseline:
    return Baseline("ci", "0123456789abcdef", metric, {}, {"python": "3.11", "numpy": "2.0"}, tuple(arms))


def test_the_table_has_the_mean_of_the_seeds_that_did_not_diverge():
    assert table(baseline([arm("sgd", 1.0, 2.0, None), arm("rmsprop", None)])) == [
        "ci, val_loss, plan 01234567",
        "sgd      1.5 (2 seeds, diverged on 1 seed)",
        "rmsprop  no value (0 seeds, diverged on 1 seed)",
        "made with python 3.11, numpy 2.0",
    ]


def test_a_first_baseline_is_only_counted():
    assert changes(None, baseline([arm("sgd", 1.0, 2.0), arm("adam", 1.0)])) == ["2 arms, 3 trials"]


def test_an_update_lists_what_is_gone_new_and_changed_and_counts_what_is_not():
    before = baseline([arm("sgd", 1.0, 2.0), arm("adam", 1.0), arm("lion", 3.0)])
    after = baseline([arm("sgd", 1.0, 1.0), arm("adam", 1.0), arm("nadam", 0.5)])
    assert changes(before, after) == [
        "gone       lion",
        "changed    sgd  1.5 (2 seeds) -> 1 (2 seeds), better by 0.5",
        "new        nadam  0.5 (1 seed)",
        "1 arm of 3 unchanged bit for bit",
    ]


@pytest.mark.parametrize(
    ("metric", "now", "said"),
    [
        ("val_loss", 0.75, "worse by 0.25"),
        ("val_loss", 0.25, "better by 0.25"),
        ("val_accuracy", 0.75, "better by 25 points"),
        ("val_accuracy", 0.25, "worse by 25 points"),
    ],
)
def test_better_is_lower_for_a_loss_and_higher_for_an_accuracy(metric, now, said):
    before = baseline([arm("sgd", 0.5, metric=metric)], metric)
    (line, _) = changes(before, baseline([arm("sgd", now, metric=metric)], metric))
    assert line.endswith(f", {said}")


def test_other_seeds_with_the_same_mean_are_neither_better_nor_worse():
    (line, _) = changes(baseline([arm("sgd", 1.0, 3.0)]), baseline([arm("sgd", 3.0, 1.0)]))
    assert line == "changed    sgd  2 (2 seeds) -> 2 (2 seeds)"


def test_an_arm_that_has_begun_to_diverge_has_no_direction():
    (line, _) = changes(baseline([arm("sgd", 1.0)]), baseline([arm("sgd", None)]))
    assert line == "changed    sgd  1 (1 seed) -> no value (0 seeds, diverged on 1 seed)"
