"""A baseline as a file: every digit comes back, a trial has a line of its own, and what is no baseline is refused."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sweep
from sweep.errors import BaselineError
from sweep.gates.baseline_file import baseline_of, conditions_of, read_baseline, render
from sweep.gates.decision import Baseline, BaselineArm, BaselineTrial
from sweep.planning.plan import Plan
from sweep.records import Arm, Choice, Trial

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
PASTS = st.builds(
    BaselineTrial,
    st.sampled_from(["COMPLETED", "STOPPED", "DIVERGED"]),
    st.dictionaries(st.sampled_from(["val_loss", "val_accuracy"]), NUMBERS),
    TEXT,
    st.dictionaries(st.sampled_from(["data", "split", "init", "batches"]), TEXT),
)
ARMS = st.builds(
    BaselineArm,
    TEXT,
    st.fixed_dictionaries({"optimizer": TEXT, "learning_rate": NUMBERS, "batch_size": st.integers(1, 512)}),
    st.dictionaries(st.integers(0, 2**32 - 1), PASTS, min_size=1, max_size=3),
)
BASELINES = st.builds(
    Baseline,
    TEXT,
    TEXT,
    st.just("val_loss"),
    st.just({"data": {"name": "iris"}, "network": {"hidden": [8]}}),
    st.dictionaries(TEXT, TEXT, max_size=2),
    st.lists(ARMS, min_size=1, max_size=3).map(tuple),
)


@given(baseline=BASELINES)
def test_every_digit_of_a_baseline_comes_back_from_its_file(baseline, tmp_path_factory):
    path = tmp_path_factory.mktemp("baseline") / "b.json"
    path.write_text(render(baseline), encoding="utf-8")
    assert read_baseline(path) == baseline


def test_a_change_of_one_trial_changes_one_line():
    def one(loss: float) -> list[str]:
        seeds = {
            seed: BaselineTrial("COMPLETED", {"val_loss": loss if seed == 1 else 0.5}, "c", {}) for seed in (2, 1, 0)
        }
        return render(
            Baseline("b", "p", "val_loss", {}, {}, (BaselineArm("a", {"optimizer": "sgd"}, seeds),))
        ).splitlines()

    before, after = one(0.1), one(0.2)
    (changed,) = [line for old, line in zip(before, after, strict=True) if old != line]
    assert changed.strip().startswith('"1": {"status": "COMPLETED", "values": {"val_loss": 0.2}')
    # Seeds in the order of their numbers, whatever order they ended in.
    assert [line.strip()[:4] for line in after if '"status"' in line] == ['"0":', '"1":', '"2":']


def test_trials_that_have_not_ended_are_not_in_a_baseline(configured):
    config = configured()
    plan = sweep.plan(config)
    statuses = ["COMPLETED", "DIVERGED", "FAILED", "CANCELLED"]
    trials = pd.DataFrame(
        {
            "trial_id": [trial.id for trial in plan.trials],
            "status": statuses,
            "final_val_loss": [0.25, math.nan, math.nan, 0.5],
        }
    )
    epochs = pd.DataFrame({"trial_id": [plan.trials[0].id], "val_loss": [0.25]})
    found = baseline_of(config, plan, trials, epochs, {"python": "3"})
    assert (found.plan, found.metric, found.versions) == (plan.hash, config.metric.name, {"python": "3"})
    kept = [(arm.setting["optimizer"], seed, past.status) for arm in found.arms for seed, past in arm.seeds.items()]
    first, second = plan.trials[:2]
    optimizer = first.arm.setting["optimizer"]
    assert kept == [(optimizer, first.seed, "COMPLETED"), (optimizer, second.seed, "DIVERGED")]
    assert [past.values for past in found.arms[0].seeds.values()] == [{"val_loss": 0.25}, {}]
    assert found.arms[1].seeds == {}


def test_conditions_are_what_all_trials_share_and_no_more(configured):
    plain = conditions_of(configured())
    for same in ("seeds=9", "optimizers.adam.learning_rate=0.5", "trainer.target=0.5", "results=elsewhere"):
        assert conditions_of(configured(same)) == plain
    for other in (
        "data.name=wine",
        "network.hidden=[4]",
        "trainer.dtype=float64",
        "trainer.weight_decay=0.1",
        "metric.of=best",
    ):
        assert conditions_of(configured(other)) != plain
    # A target decides numbers only where training stops at it.
    stops = [conditions_of(configured("trainer.stop_at_target=true", f"trainer.target={at}")) for at in (0.5, 0.6)]
    assert stops[0] != stops[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting property name"),
        ('{"format": 9}', "format 9, where this version knows 1"),
        ('{"format": 1}', "KeyError 'name'"),
        ("[]", "TypeError"),
    ],
)
def test_what_is_no_baseline_is_refused_with_the_reason(tmp_path, text, said):
    path = tmp_path / "b.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=r"`baseline` must be a file that `sweep baseline save` wrote\.") as raised:
        read_baseline(path)
    assert f"Received: {path} ({said}" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_baseline_is_said_with_the_folders_in_which_it_was_looked_for(tmp_path):
    with pytest.raises(BaselineError, match=r"must be a file that exists\. Received: .*b\.json\. Make it with"):
        read_baseline(tmp_path / "b.json")
    folders = (tmp_path / "one", tmp_path / "two")
    with pytest.raises(BaselineError) as raised:
        read_baseline(tmp_path / "b.json", folders)
    assert f", which is neither in `{folders[0]}` nor in `{folders[1]}`." in str(raised.value)


def own_config(**changed):
    content = {"trainer": {"function": "mine:train", "target": 0.5}, "metric": {"name": "width", "mode": "max"}}
    return sweep.SweepConfig.model_validate({**content, "space": {"hidden": [[8], [8, 8]]}, **changed})


def own_baseline(config):
    arms = tuple(Arm(f"a{size}", f"hidden={size}", {"hidden": Choice(f"1: {size}", size)}) for size in ([8], [8, 8]))
    trials = tuple(Trial(arm.id, arm, 0) for arm in arms)
    plan = Plan("own", "ab" * 32, 2, (), arms, (0,), trials, 0)
    rows = {"trial_id": [arm.id for arm in arms], "status": "COMPLETED", "final_width": [8.0, 16.0], "best_epoch": 1}
    rows |= {"final_val_f1": [0.5, math.nan], "fingerprint_split": [None, "abc"]}
    return baseline_of(config, plan, pd.DataFrame(rows), pd.DataFrame({"trial_id": ["a[8]"], "width": 8.0}), {})


def test_a_baseline_of_the_users_own_training_holds_its_metrics_values_and_direction(tmp_path):
    found = own_baseline(own_config())
    first, second = (arm.seeds[0] for arm in found.arms)
    assert (first.values, second.values) == ({"width": 8.0, "val_f1": 0.5}, {"width": 16.0})
    assert (first.fingerprints, second.fingerprints) == ({}, {"split": "abc"})
    assert [arm.setting for arm in found.arms] == [{"hidden": [8]}, {"hidden": [8, 8]}]
    assert found.direction == "max"
    (tmp_path / "b.json").write_text(render(found), encoding="utf-8")
    assert read_baseline(tmp_path / "b.json") == found
    # What the name of a metric says is not repeated.
    assert '"mode"' not in render(own_baseline(own_config(metric="val_f1")))


def test_a_target_of_the_users_own_training_is_a_condition_where_training_stops_at_it():
    def of(**trainer):
        return conditions_of(own_config(trainer={"function": "mine:train", **trainer}))

    assert of(target=0.5) == of(target=0.6) == of(timeout=9.0)
    assert of(target=0.5, stop_at_target=True) != of(target=0.6, stop_at_target=True)
    assert of(epochs=3) != of(epochs=4)
