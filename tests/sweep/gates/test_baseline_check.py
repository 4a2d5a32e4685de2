"""Whether a baseline may be compared: other conditions are refused, another plan or version is warned of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import sweep
from sweep.errors import BaselineError
from sweep.gates.baseline_check import warnings_after, warnings_before
from sweep.gates.baseline_file import conditions_of
from sweep.gates.decision import Baseline, BaselineArm, BaselineTrial

PATH = Path("b.json")
VERSIONS = {"python": "3.11", "numpy": "2.0"}


def past(fingerprints: Mapping[str, str] | None = None) -> BaselineTrial:
    return BaselineTrial("COMPLETED", {"val_loss": 0.5}, "", fingerprints or {"data": "d", "split": "s"})


@pytest.fixture
def plan(configured):
    return sweep.plan(configured())


@pytest.fixture
def baseline(configured, plan) -> Baseline:
    """The baseline of exactly that plan."""
    arms = tuple(BaselineArm(arm.label, dict(arm.setting), {seed: past() for seed in plan.seeds}) for arm in plan.arms)
    return Baseline("iris", plan.hash, "val_loss", conditions_of(configured()), VERSIONS, arms)


def test_a_baseline_of_the_same_is_compared_without_a_word(configured, plan, baseline):
    assert warnings_before(baseline, PATH, configured(), plan, VERSIONS) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("data.name=wine", "`data.name` must be that of the baseline `b.json`, which has iris. Received: wine."),
        ("network.hidden=[4]", "`network.hidden` must be that of the baseline `b.json`, which has [8]. Received: [4]."),
        (
            "trainer.dtype=float64",
            "`trainer.dtype` must be that of the baseline `b.json`, which has float32. Received: float64.",
        ),
        ("metric.of=best", "`metric` must be that of the baseline `b.json`, which has nothing. Received: "),
    ],
)
def test_other_conditions_are_refused_with_the_key_that_differs(configured, plan, baseline, change, said):
    with pytest.raises(BaselineError) as raised:
        warnings_before(baseline, PATH, configured(change), plan, VERSIONS)
    assert str(raised.value).startswith(said)
    assert "or make it anew with" in str(raised.value)


def test_a_baseline_without_a_common_trial_is_refused(configured, plan, baseline):
    others = tuple(replace(arm, seeds={seed + 100: past() for seed in arm.seeds}) for arm in baseline.arms)
    with pytest.raises(BaselineError, match=r"Received: b\.json, which has none of its settings and seeds\."):
        warnings_before(replace(baseline, arms=others), PATH, configured(), plan, VERSIONS)


def test_trials_of_another_plan_are_counted(configured, plan, baseline):
    # Of 2 arms x 2 seeds, the baseline lacks one trial and has three that are no longer trained.
    first, second = baseline.arms
    gone = BaselineArm("gone", {"optimizer": "lion"}, {seed: past() for seed in (0, 1, 2)})
    fewer = replace(first, seeds=dict(list(first.seeds.items())[:1]))
    other = replace(baseline, plan="f" * 64, arms=(fewer, second, gone))
    (said,) = warnings_before(other, PATH, configured(), plan, VERSIONS)
    assert f"of another plan (ffffffff, this one is {plan.hash[:8]})" in said
    assert "3 trials in common, 1 new, 3 no longer there." in said


def test_the_same_trials_under_another_hash_are_changed_code(configured, plan, baseline):
    (said,) = warnings_before(replace(baseline, plan="f" * 64), PATH, configured(), plan, VERSIONS)
    assert said.endswith("with the same settings and seeds: code of your own has changed.")


def test_each_changed_version_is_named_with_both(configured, plan, baseline):
    (said,) = warnings_before(baseline, PATH, configured(), plan, {"python": "3.11", "numpy": "2.1", "torch": "2.5"})
    assert said == (
        "The baseline `b.json` was made with other versions: numpy 2.1 (baseline: 2.0) "
        "and torch 2.5 (baseline: not noted)."
    )


def test_other_content_of_the_data_is_refused_and_other_streams_are_counted(plan, baseline):
    same = {trial.id: past() for trial in plan.trials}
    assert warnings_after(baseline, PATH, plan, same) == ()
    first, second, *_ = plan.trials
    split = past({"data": "d", "split": "other"})
    (said,) = warnings_after(baseline, PATH, plan, {**same, first.id: split, second.id: split})
    assert said.startswith("2 trials had another split than in the baseline `b.json`")
    with pytest.raises(BaselineError, match=r"`data` must have the content that it had for the baseline `b\.json`"):
        warnings_after(baseline, PATH, plan, {**same, first.id: past({"data": "other", "split": "s"})})


def test_a_fingerprint_that_only_one_side_has_says_nothing(plan, baseline):
    now = {trial.id: past({"init": "i"}) for trial in plan.trials}
    assert warnings_after(baseline, PATH, plan, now) == ()
