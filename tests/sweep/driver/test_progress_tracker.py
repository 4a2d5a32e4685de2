"""The count of a running sweep: what ended and how, and the best arm of each optimizer by the leaderboard's rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.driver.display import Silent
from sweep.driver.progress_tracker import ProgressTracker
from sweep.records import Arm, Trial, TrialResult
from sweep.results import leaderboard


class Seen(Silent):
    def update(self, **state):
        self.state = state


def result(optimizer, *values, status="COMPLETED", label="arm", seed=0, **facts):
    arm = Arm(f"{optimizer} {label}", f"{optimizer} {label}", {"optimizer": optimizer})
    return TrialResult(Trial("t", arm, seed), status, {"val_loss": np.array(values)}, {}, 0.0, 0.0, **facts)


@pytest.fixture
def seen():
    return Seen()


def test_it_counts_what_ended_on_top_of_what_an_earlier_run_had_finished(seen):
    tracker = ProgressTracker(seen, "val_loss", "min", done=5)
    tracker.ended([result("sgd", 9, 1), result("sgd", 9, 2, status="DIVERGED"), result("adam", 9, 3, status="FAILED")])
    tracker.ended([result("adam", 9, 3, status="PRUNED", pruned_rung=1.0)])
    tracker.show([])
    counts = {key: seen.state[key] for key in ("done", "running", "pruned", "diverged", "failed")}
    assert counts == {"done": 9, "running": 0, "pruned": 1, "diverged": 1, "failed": 1}


@pytest.mark.parametrize(
    ("mode", "by", "arm", "value"), [("min", "final", "b", 2.0), ("max", "final", "a", 2.5), ("min", "best", "a", 0.75)]
)
def test_an_arm_ranks_by_its_mean_over_seeds_and_not_by_its_luckiest_one(seen, mode, by, arm, value):
    tracker = ProgressTracker(seen, "val_loss", mode, done=0, by=by)
    # Arm a has the lowest last epoch of a single seed, and the worse mean: (0.5 + 4.5) / 2 against 2.
    tracker.ended([result("sgd", 9, 0.5, label="a"), result("sgd", 1.0, 4.5, label="a", seed=1)])
    tracker.ended([result("sgd", 3, 2.0, label="b"), result("sgd", 3, 2.0, label="b", seed=1)])
    tracker.show([])
    assert seen.state["best"] == {"sgd": (f"sgd {arm}", value, 2, by)}


def test_an_arm_that_falls_back_is_overtaken(seen):
    tracker = ProgressTracker(seen, "val_loss", "min", done=0)
    tracker.ended([result("sgd", 1.0, label="a"), result("sgd", 2.0, label="b")])
    tracker.ended([result("sgd", 9.0, label="a", seed=1)])
    assert tracker.best["sgd"].label == "sgd b"


@pytest.mark.parametrize("status", ["PRUNED", "DIVERGED", "FAILED"])
def test_what_did_not_end_well_is_never_the_best(seen, status):
    tracker = ProgressTracker(seen, "val_loss", "min", done=0)
    tracker.ended([result("sgd", 9.0, 0.1, status=status), result("sgd", 9.0, float("nan"))])
    tracker.show([])
    assert seen.state["best"] == {}


def test_report_seeds_which_only_the_picked_arms_have_do_not_rank(seen):
    tracker = ProgressTracker(seen, "val_loss", "min", done=0, report_seeds=(7,))
    tracker.ended([result("sgd", 1.0), result("sgd", 0.0, seed=7)])
    assert tracker.best["sgd"] == ("sgd arm", 1.0, 1, "final")


OUTCOMES = st.tuples(
    st.sampled_from(["adam", "sgd"]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["COMPLETED", "STOPPED", "PRUNED", "DIVERGED", "FAILED"]),
    st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.7]), min_size=2, max_size=2),
)


@given(st.lists(OUTCOMES, max_size=12), st.sampled_from(["min", "max"]), st.sampled_from(["final", "best"]),
       st.integers(0, 12))  # fmt: skip
def test_the_live_line_leads_with_an_arm_that_the_leaderboard_ranks_first(outcomes, mode, by, remembered):
    results = [
        result(optimizer, *values, status=status, label=label, seed=seed, pruned_rung=values[0], pruned_value=values[1])
        for seed, (optimizer, label, status, values) in enumerate(outcomes)
    ]
    tracker = ProgressTracker(Silent(), "val_loss", mode, done=0, by=by)
    tracker.restore(results[:remembered])
    for one in results[remembered:]:
        tracker.ended([one])
    good = min if mode == "min" else max
    rows = [
        {"arm_id": one.trial.arm.id, "arm": one.trial.arm.label, "optimizer": one.trial.arm.setting["optimizer"],
         "status": one.status, "seconds": 1.0, "final_val_loss": one.epochs["val_loss"][-1],
         "best_val_loss": good(one.epochs["val_loss"]), "pruned_rung": one.pruned_rung,
         "pruned_value": one.pruned_value}
        for one in results
    ]  # fmt: skip
    columns = ["arm_id", "arm", "optimizer", "status", "seconds", "final_val_loss", "best_val_loss", "pruned_rung",
               "pruned_value"]  # fmt: skip
    table = leaderboard(pd.DataFrame(rows, columns=columns), "val_loss", mode, by=by)
    ranked = table[table["rank"].notna()]
    assert set(tracker.best) == set(ranked["optimizer"])
    for optimizer, leader in tracker.best.items():
        own = ranked[ranked["optimizer"] == optimizer]
        first = own[own["rank"] == own["rank"].min()].set_index("arm")
        assert leader.label in first.index
        assert leader.value == first.loc[leader.label, f"{by}_val_loss_mean"]
        assert leader.seeds == first.loc[leader.label, "seeds"]


def own_result(value, **setting):
    label = " ".join(f"{key}={one}" for key, one in setting.items())
    return TrialResult(Trial("t", Arm(label, label, setting), 0), "COMPLETED", {"f1": np.array(value)}, {}, 0.0, 0.0)


def test_the_best_arm_is_that_of_each_level_of_the_compared_factor():
    results = [own_result([0.5], kind="tree", depth=1), own_result([0.7], kind="tree", depth=2)]
    results += [own_result([0.6, np.nan], kind="net"), own_result([0.9], width=8)]
    tracker = ProgressTracker(Silent(), "f1", "max", done=0, scientific="kind", is_own=True)
    tracker.ended(results)
    # What has no kind is not compared, and a value that was not reported again is the last.
    assert {level: (one.label, one.value) for level, one in tracker.best.items()} == {
        "tree": ("kind=tree depth=2", 0.7),
        "net": ("kind=net", 0.6),
    }
    together = ProgressTracker(Silent(), "f1", "max", done=0, scientific="", is_own=True)
    together.ended(results)
    assert [one.label for one in together.best.values()] == ["width=8"]
