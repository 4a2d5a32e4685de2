"""Each kind of gate, decided on tables of a few numbers whose tests are worked out by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy import stats

from sweep.config.gates import gate_of
from sweep.gates.kinds import Evidence, examine
from sweep.records import Arm, Trial

EPOCHS = 4


def flat(*values: float) -> list[list[float]]:
    return [[value] * EPOCHS for value in values]


def test_a_bound_is_students_test_of_the_mean(parts):
    # Mean 2, standard error 1 / sqrt(3): the bound of 95 % is 2 + 2.920 / sqrt(3) = 3.686.
    (part,) = parts("val_loss <= 3.69", {"adam": flat(1, 2, 3)})
    assert part.holds
    (part,) = parts("val_loss <= 3.68", {"adam": flat(1, 2, 3)})
    assert not part.holds
    # It is above 1.5 with t = 0.5 * sqrt(3).
    (part,) = parts("val_loss <= 1.5", {"adam": flat(1, 2, 3)})
    assert part.p_value == pytest.approx(stats.t.sf(0.5 * math.sqrt(3), 2))


@pytest.mark.parametrize(("by", "verb"), [("final", "ends at"), ("best", "reaches")])
@pytest.mark.parametrize(
    ("gate", "before"),
    [
        ("val_loss <= 3", None),
        ("val_loss no worse than the baseline by 0.1", [1.0, 2.0, 3.0]),
        ("val_loss no worse than the baseline by 0.1", [1.1, 2.1, 3.2]),
        ("val_loss no worse than the baseline by 5 %", [1.1, 2.1, 3.2]),
    ],
)
def test_the_value_of_the_best_epoch_is_not_called_the_one_that_a_training_ends_at(by, verb, gate, before, parts):
    found = parts(gate, {"adam": flat(1, 2, 3)}, None if before is None else {"adam": before}, by=by)
    assert all(f" {verb} " in part.evidence for part in found), [part.evidence for part in found]


def test_a_gate_without_an_optimizer_is_for_each(parts):
    assert len(parts("val_loss <= 3", {"adam": flat(1, 2, 3), "sgd": flat(4, 4, 5)})) == 2
    assert len(parts("val_loss <= 3 for sgd", {"adam": flat(1, 2, 3), "sgd": flat(4, 4, 5)})) == 1


def test_a_seed_that_diverges_keeps_a_bound_from_holding(parts):
    (part,) = parts("val_loss <= 9", {"adam": flat(1, 1.1, 1.2)}, diverged=[("adam", 0)])
    assert not part.holds
    (part,) = parts("val_loss <= 9", {"adam": flat(1, 1.1)}, diverged=[("adam", 0), ("adam", 1)])
    assert part.is_certain
    assert part.p_value == 0


def test_diverged_trials_are_counted_over_all(parts):
    lost = [("adam", 0)]
    (part,) = parts("diverged <= 0.2", {"adam": flat(1, 2, 3), "sgd": flat(1, 2, 3)}, diverged=lost)
    assert part.holds
    (part,) = parts("diverged <= 0.1", {"adam": flat(1, 2, 3), "sgd": flat(1, 2, 3)}, diverged=lost)
    assert not part.holds
    assert part.p_value == pytest.approx(1 - 0.9**6)


# The target is reached after the second, second and third epoch: 20, 20 and 30 steps.
FAST = [[1, 0.4, 0.3, 0.2], [1, 0.5, 0.3, 0.2], [1, 0.6, 0.4, 0.2]]
NEVER = flat(1, 1, 1)


def test_a_time_is_held_against_its_bound(parts):
    # Mean 70 / 3, standard error 10 / 3: the bound of 95 % is 23.33 + 2.920 * 3.333 = 33.07.
    assert parts("steps to target <= 33.1", {"adam": FAST})[0].holds
    assert not parts("steps to target <= 33.0", {"adam": FAST})[0].holds
    assert parts("epochs to target <= 3.31", {"adam": FAST})[0].holds


def test_who_never_reaches_the_target_fails_for_certain(parts):
    (part,) = parts("steps to target <= 1000", {"adam": NEVER})
    assert (part.is_certain, part.p_value, part.holds) == (True, 0.0, False)


def test_some_misses_count_as_late_even_if_the_training_was_shorter_than_the_bound(parts):
    # 20 steps, and two misses that count as 2 * 100: their mean of 140 is above 100.
    (part,) = parts("steps to target <= 100", {"adam": [FAST[0], *NEVER[:2]]})
    assert not part.holds
    assert part.p_value < 0.5


def test_a_miss_counts_as_the_length_of_the_training_in_an_order(parts):
    # Log ratios log(40 / 20), log(40 / 20), log(40 / 30): mean 0.558, standard error 0.13515, t = 4.1286.
    (part,) = parts("adam reaches the target before sgd", {"adam": FAST, "sgd": NEVER})
    assert part.holds
    assert "1.75 or more times the steps of Adam" in part.evidence
    (part,) = parts("sgd reaches the target before adam", {"adam": FAST, "sgd": NEVER})
    assert not part.holds
    assert part.p_value == pytest.approx(stats.t.sf(4.1286, 2), rel=1e-3)


def test_where_neither_reaches_the_target_no_order_is_told(parts):
    (part,) = parts("adam reaches the target before sgd", {"adam": NEVER, "sgd": NEVER})
    assert math.isnan(part.p_value)
    assert not part.holds


def test_a_bound_in_the_evidence_stays_within_the_range_of_the_metric(parts):
    # Mean 0.2, s = 0.2646, one-sided t with 2 degrees of freedom 2.92: the lower bound is -0.246.
    (part,) = parts("val_loss >= 0.05", {"adam": [[0.0], [0.1], [0.5]]})
    assert "(at least 0 with 95 % confidence, 3 seeds)" in part.evidence


def own_parts(gate, values, metric="f1", by="final", columns=None):
    """The tests of one gate on a training of the user's own: dropout -> the metric of each seed, larger is better."""
    rows, planned = [], []
    for dropout, numbers in values.items():
        arm = Arm(f"arm {dropout}", f"dropout={dropout}", {"dropout": dropout})
        for seed, number in enumerate(numbers):
            planned.append(Trial(f"{arm.id}/{seed}", arm, seed))
            row = {"trial_id": f"{arm.id}/{seed}", "arm_id": arm.id, "arm": arm.label, "seed": seed}
            results = {f"final_{metric}": number, f"best_{metric}": number}
            rows.append({**row, "dropout": float(dropout), "status": "COMPLETED", **results, **(columns or {})})
    evidence = Evidence(
        pd.DataFrame(rows), pd.DataFrame(), metric, "max", None, None, tuple(planned), by=by, factor="dropout"
    )
    (examined,) = examine((gate_of(gate),), evidence)
    return examined.parts


def test_a_gate_names_a_level_of_any_factor_as_the_file_spells_it():
    (part,) = own_parts("f1 >= 0.5 for 0.0", {0.0: [0.7, 0.8, 0.9], 0.5: [0.1, 0.2, 0.3]})
    assert part.evidence.startswith("dropout 0 ends at 0.8 f1")
    assert part.holds
    assert len(own_parts("f1 >= 0.5", {0.0: [0.7, 0.8], 0.5: [0.1, 0.2]})) == 2
    (part,) = own_parts("diverged <= 0 for 0.5", {0.0: [0.7, 0.8], 0.5: [0.1]})
    assert part.evidence.startswith("0 of 1 trial diverged")


def test_a_gate_on_a_metric_that_no_training_has_reported_fails_and_says_so():
    (part,) = own_parts("auc >= 0.5", {0.0: [0.7, 0.8]})
    assert (part.evidence, part.is_certain, part.holds) == ("no training has reported auc", True, False)


def test_the_best_epoch_of_a_metric_whose_direction_is_not_known_is_not_guessed():
    (part,) = own_parts("width <= 9", {0.0: [0.7, 0.8]}, by="best", columns={"final_width": 8.0})
    assert part.evidence.startswith("it is not known whether a small or a large width is better")
    (part,) = own_parts("width <= 9", {0.0: [0.7, 0.8]}, columns={"final_width": 8.0})
    assert part.holds


@pytest.mark.parametrize(
    "gate",
    [
        "val_loss <= 9",
        "val_loss no worse than the baseline by 2 %",
        "steps to target <= 1000",
        "adam reaches the target before sgd",
    ],
)
def test_no_gate_is_decided_by_the_seeds_that_a_scheduler_left(gate, parts):
    curves = {"adam": flat(1, 1.1, 1.2), "sgd": flat(2, 2.1, 2.2)}
    before = {"adam": [9, 9, 9], "sgd": [9, 9, 9]}
    part = parts(gate, curves, before, pruned=[("adam", 0)])[0]
    assert (math.isnan(part.p_value), part.holds, part.is_certain) == (True, False, False)
    assert "was pruned by the scheduler on 1 of 3 seeds, from rung 4 on" in part.evidence


def test_a_pruned_trial_has_not_diverged(parts):
    (part,) = parts("diverged <= 0.2", {"adam": flat(1, 2, 3)}, pruned=[("adam", 0)])
    assert part.evidence.startswith("0 of 2 trials diverged")
