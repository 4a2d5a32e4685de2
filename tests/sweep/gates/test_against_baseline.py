"""Comparisons with a baseline, decided on tables of a few numbers whose tests are worked out by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy import stats

from sweep.config.gates import Exact
from sweep.gates.against_baseline import baseline_trials, exact_parts
from sweep.gates.decision import Baseline, BaselineArm, BaselineTrial
from sweep.records import Arm, Trial

EPOCHS = 4


def flat(*values: float) -> list[list[float]]:
    return [[value] * EPOCHS for value in values]


@pytest.mark.parametrize(("by", "verb"), [("final", "ends at"), ("best", "reaches")])
def test_a_number_that_has_changed_is_named_by_the_epoch_that_counts(by, verb):
    trials = pd.DataFrame([{"trial_id": "adam0", "status": "COMPLETED", f"{by}_val_loss": 1.5}])
    epochs = pd.DataFrame([{"trial_id": "adam0", "val_loss": 1.5}])
    past = BaselineArm("adam", {"optimizer": "adam"}, {0: BaselineTrial("COMPLETED", {"val_loss": 1.0}, "", {})})
    planned = [Trial("adam0", Arm("adam", "adam", {"optimizer": "adam"}), 0)]
    baseline = Baseline("b", "p", "val_loss", {}, {}, (past,))
    (part,) = exact_parts(Exact("{exact: true}", 0.01), trials, epochs, planned, baseline, True, by)
    assert f"`adam` with seed 0 {verb} val_loss 1.5, where it was 1.0" in part.evidence


@pytest.mark.parametrize(("asked", "is_same"), [(("val_f1",), True), ((), False)])
def test_a_metric_that_is_asked_later_is_no_part_of_the_curve(asked, is_same):
    trials = pd.DataFrame([{"trial_id": "adam0", "status": "COMPLETED", "final_val_loss": 1.5, "final_val_f1": 0.5}])
    epochs = pd.DataFrame([{"trial_id": "adam0", "val_loss": 1.5}])
    past = BaselineArm("adam", {"optimizer": "adam"}, {0: baseline_trials(trials, epochs)["adam0"]})
    planned = [Trial("adam0", Arm("adam", "adam", {"optimizer": "adam"}), 0)]
    baseline = Baseline("b", "p", "val_loss", {}, {}, (past,))
    (part,) = exact_parts(
        Exact("{exact: true}", 0.01), trials, epochs.assign(val_f1=0.5), planned, baseline, is_bitwise=True, asked=asked
    )
    assert part.holds is is_same


def test_a_relative_margin_is_held_against_the_ratios(parts):
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


def test_an_absolute_margin_is_held_against_the_differences(parts):
    # Differences 0.1, 0.2, 0.3: mean 0.2, standard error 0.0577, bound 0.2 + 2.920 * 0.0577 = 0.3686.
    now, before = {"adam": flat(1.1, 2.2, 3.3)}, {"adam": [1, 2, 3]}
    assert parts("val_loss no worse than the baseline by 0.37", now, before)[0].holds
    assert not parts("val_loss no worse than the baseline by 0.36", now, before)[0].holds


def test_a_margin_from_noise_is_the_standard_error_of_the_baseline(parts):
    # 1, 2, 3 have a standard error of 0.577.
    (part,) = parts("val_loss no worse than the baseline", {"adam": flat(1.1, 2.2, 3.3)}, {"adam": [1, 2, 3]})
    assert part.holds
    assert "0.577 may be lost" in part.evidence


def test_equal_numbers_hold_also_on_one_seed(parts):
    assert parts("val_loss no worse than the baseline by 2 %", {"adam": flat(1)}, {"adam": [1]})[0].holds


def test_an_optimizer_that_has_begun_to_diverge_fails_from_half_of_its_seeds_on(parts):
    gate, before = "val_loss no worse than the baseline by 2 %", {"adam": [1.0, 2.0, 3.0]}
    (part,) = parts(gate, {"adam": flat(1, 2, 3)}, before, [("adam", 0)])
    assert (part.holds, part.is_certain) == (False, False)
    (part,) = parts(gate, {"adam": flat(1, 2, 3)}, before, [("adam", 0), ("adam", 1)])
    assert (part.holds, part.p_value) == (False, 0.0)
