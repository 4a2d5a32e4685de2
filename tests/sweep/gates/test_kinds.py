"""Each kind of gate, decided on tables of a few numbers whose tests are worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import pytest
from scipy import stats

from sweep.analysis.ranking import By
from sweep.config.gates import Exact, gate_of
from sweep.gates.against_baseline import exact_parts
from sweep.gates.decision import Baseline, Part, Past, PastArm
from sweep.gates.kinds import Evidence, examine
from sweep.records import Arm, Trial

EPOCHS = 4
STEPS = 10


def parts(
    gate: str,
    curves: Mapping[str, Sequence[Sequence[float]]],
    before: Mapping[str, Sequence[float]] | None = None,
    diverged: Sequence[tuple[str, int]] = (),
    by: By = "final",
) -> tuple[Part, ...]:
    """The tests of one gate on ``optimizer -> seed -> loss after each epoch``, with a target of 0.5."""
    rows, epochs, planned = [], [], []
    for name, seeds in curves.items():
        arm = Arm(name, name, {"optimizer": name})
        for seed, losses in enumerate(seeds):
            lost = (name, seed) in diverged
            trial = f"{name}{seed}"
            planned.append(Trial(trial, arm, seed))
            row = {"trial_id": trial, "arm_id": name, "arm": name, "optimizer": name, "seed": seed}
            final = math.nan if lost else losses[-1]
            rows.append(
                row
                | {"status": "DIVERGED" if lost else "COMPLETED", "final_val_loss": final}
                | {"best_val_loss": math.nan if lost else min(losses)}
            )
            epochs += [
                row | {"epoch": e, "steps": STEPS * e, "examples": 320 * e, "seconds": 1.0 * e, "val_loss": loss}
                for e, loss in enumerate(losses, start=1)
            ]
    baseline = None
    if before is not None:
        arms = tuple(
            PastArm(
                name,
                {"optimizer": name},
                {seed: Past("COMPLETED", {"val_loss": value}, "", {}) for seed, value in enumerate(values)},
            )
            for name, values in before.items()
        )
        baseline = Baseline("b", "p", "val_loss", {}, {}, arms)
    evidence = Evidence(
        pd.DataFrame(rows), pd.DataFrame(epochs), "val_loss", "min", 0.5, baseline, tuple(planned), by=by
    )
    (examined,) = examine((gate_of(gate),), evidence)
    return examined.parts


def flat(*values: float) -> list[list[float]]:
    return [[value] * EPOCHS for value in values]


def test_a_bound_is_students_test_of_the_mean():
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
def test_the_value_of_the_best_epoch_is_not_called_the_one_that_a_training_ends_at(by, verb, gate, before):
    found = parts(gate, {"adam": flat(1, 2, 3)}, None if before is None else {"adam": before}, by=by)
    assert all(f" {verb} " in part.evidence for part in found), [part.evidence for part in found]


@pytest.mark.parametrize(("by", "verb"), [("final", "ends at"), ("best", "reaches")])
def test_a_number_that_has_changed_is_named_by_the_epoch_that_counts(by, verb):
    trials = pd.DataFrame([{"trial_id": "adam0", "status": "COMPLETED", f"{by}_val_loss": 1.5}])
    epochs = pd.DataFrame([{"trial_id": "adam0", "val_loss": 1.5}])
    past = PastArm("adam", {"optimizer": "adam"}, {0: Past("COMPLETED", {"val_loss": 1.0}, "", {})})
    planned = [Trial("adam0", Arm("adam", "adam", {"optimizer": "adam"}), 0)]
    baseline = Baseline("b", "p", "val_loss", {}, {}, (past,))
    (part,) = exact_parts(Exact("{exact: true}", 0.01), trials, epochs, planned, baseline, True, by)
    assert f"`adam` with seed 0 {verb} val_loss 1.5, where it was 1.0" in part.evidence


def test_a_gate_without_an_optimizer_is_for_each():
    assert len(parts("val_loss <= 3", {"adam": flat(1, 2, 3), "sgd": flat(4, 4, 5)})) == 2
    assert len(parts("val_loss <= 3 for sgd", {"adam": flat(1, 2, 3), "sgd": flat(4, 4, 5)})) == 1


def test_a_seed_that_diverges_keeps_a_bound_from_holding():
    (part,) = parts("val_loss <= 9", {"adam": flat(1, 1.1, 1.2)}, diverged=[("adam", 0)])
    assert not part.holds
    (part,) = parts("val_loss <= 9", {"adam": flat(1, 1.1)}, diverged=[("adam", 0), ("adam", 1)])
    assert part.is_certain
    assert part.p_value == 0


def test_diverged_trials_are_counted_over_all():
    lost = [("adam", 0)]
    (part,) = parts("diverged <= 0.2", {"adam": flat(1, 2, 3), "sgd": flat(1, 2, 3)}, diverged=lost)
    assert part.holds
    (part,) = parts("diverged <= 0.1", {"adam": flat(1, 2, 3), "sgd": flat(1, 2, 3)}, diverged=lost)
    assert not part.holds
    assert part.p_value == pytest.approx(1 - 0.9**6)


# The target is reached after the second, second and third epoch: 20, 20 and 30 steps.
FAST = [[1, 0.4, 0.3, 0.2], [1, 0.5, 0.3, 0.2], [1, 0.6, 0.4, 0.2]]
NEVER = flat(1, 1, 1)


def test_a_time_is_held_against_its_bound():
    # Mean 70 / 3, standard error 10 / 3: the bound of 95 % is 23.33 + 2.920 * 3.333 = 33.07.
    assert parts("steps to target <= 33.1", {"adam": FAST})[0].holds
    assert not parts("steps to target <= 33.0", {"adam": FAST})[0].holds
    assert parts("epochs to target <= 3.31", {"adam": FAST})[0].holds


def test_who_never_reaches_the_target_fails_for_certain():
    (part,) = parts("steps to target <= 1000", {"adam": NEVER})
    assert (part.is_certain, part.p_value, part.holds) == (True, 0.0, False)


def test_some_misses_count_as_late_even_if_the_training_was_shorter_than_the_bound():
    # 20 steps, and two misses that count as 2 * 100: their mean of 140 is above 100.
    (part,) = parts("steps to target <= 100", {"adam": [FAST[0], *NEVER[:2]]})
    assert not part.holds
    assert part.p_value < 0.5


def test_a_miss_counts_as_the_length_of_the_training_in_an_order():
    # Log ratios log(40 / 20), log(40 / 20), log(40 / 30): mean 0.558, standard error 0.13515, t = 4.1286.
    (part,) = parts("adam reaches the target before sgd", {"adam": FAST, "sgd": NEVER})
    assert part.holds
    assert "1.75 or more times the steps of Adam" in part.evidence
    (part,) = parts("sgd reaches the target before adam", {"adam": FAST, "sgd": NEVER})
    assert not part.holds
    assert part.p_value == pytest.approx(stats.t.sf(4.1286, 2), rel=1e-3)


def test_where_neither_reaches_the_target_no_order_is_told():
    (part,) = parts("adam reaches the target before sgd", {"adam": NEVER, "sgd": NEVER})
    assert math.isnan(part.p_value)
    assert not part.holds


def test_a_relative_margin_is_held_against_the_ratios():
    # Ratios 1.1, 1.2, 1.3: logarithms 0.0953, 0.1823, 0.2624, of mean 0.1800 and standard error 0.0483.
    (part,) = parts("val_loss no worse than the baseline by 2 %", {"adam": flat(1.1, 2.4, 3.9)}, {"adam": [1, 2, 3]})
    assert not part.holds
    assert part.p_value == pytest.approx(stats.t.sf((0.17999 - math.log(1.02)) / 0.04825, 2), rel=1e-3)
    # The bound of 95 % is exp(0.1800 + 2.920 * 0.04825) = 1.379.
    assert parts("val_loss no worse than the baseline by 38 %", {"adam": flat(1.1, 2.4, 3.9)}, {"adam": [1, 2, 3]})[
        0
    ].holds
    assert not parts("val_loss no worse than the baseline by 37 %", {"adam": flat(1.1, 2.4, 3.9)}, {"adam": [1, 2, 3]})[
        0
    ].holds


def test_an_absolute_margin_is_held_against_the_differences():
    # Differences 0.1, 0.2, 0.3: mean 0.2, standard error 0.0577, bound 0.2 + 2.920 * 0.0577 = 0.3686.
    now, before = {"adam": flat(1.1, 2.2, 3.3)}, {"adam": [1, 2, 3]}
    assert parts("val_loss no worse than the baseline by 0.37", now, before)[0].holds
    assert not parts("val_loss no worse than the baseline by 0.36", now, before)[0].holds


def test_a_margin_from_noise_is_the_standard_error_of_the_baseline():
    # 1, 2, 3 have a standard error of 0.577.
    (part,) = parts("val_loss no worse than the baseline", {"adam": flat(1.1, 2.2, 3.3)}, {"adam": [1, 2, 3]})
    assert part.holds
    assert "0.577 may be lost" in part.evidence


def test_equal_numbers_hold_also_on_one_seed():
    assert parts("val_loss no worse than the baseline by 2 %", {"adam": flat(1)}, {"adam": [1]})[0].holds


def test_an_optimizer_that_has_begun_to_diverge_fails_from_half_of_its_seeds_on():
    gate, before = "val_loss no worse than the baseline by 2 %", {"adam": [1.0, 2.0, 3.0]}
    (part,) = parts(gate, {"adam": flat(1, 2, 3)}, before, [("adam", 0)])
    assert (part.holds, part.is_certain) == (False, False)
    (part,) = parts(gate, {"adam": flat(1, 2, 3)}, before, [("adam", 0), ("adam", 1)])
    assert (part.holds, part.p_value) == (False, 0.0)


def test_a_bound_in_the_evidence_stays_within_the_range_of_the_metric():
    # Mean 0.2, s = 0.2646, one-sided t with 2 degrees of freedom 2.92: the lower bound is -0.246.
    (part,) = parts("val_loss >= 0.05", {"adam": [[0.0], [0.1], [0.5]]})
    assert "(at least 0 with 95 % confidence, 3 seeds)" in part.evidence
