"""Metrics that are asked, from the sweep file to the tables: own ones, undefined ones, and ones asked later."""

from __future__ import annotations

import sys
from pathlib import Path

import mlflow
import numpy as np
import pytest

from sweep import load_config, load_model, plan, run
from sweep.errors import ConfigError

SWEEP = """
data: {name: iris}
network: {hidden: [4]}
trainer: {epochs: 4}
optimizers: {adam: {learning_rate: [0.1, 0.01]}}
seeds: 2
resources: {executor: inline}
report: false
tracking: {enabled: false}
"""
OWN = "def share_of_first(targets, outputs):\n    return float((outputs.argmax(axis=1) == 0).mean())\n"


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """Run the sweep with a metric, and overrides."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("asked_of_own.py").write_text(OWN, encoding="utf-8")
    sys.modules.pop("asked_of_own", None)

    def start(metric, *overrides, **given):
        Path("s.yaml").write_text(f"{SWEEP}metric: {metric}\n", encoding="utf-8")
        return run(load_config("s.yaml", overrides), **given)

    return start


def test_own_and_known_metrics_have_their_columns_and_decide(sweep):
    metric = "{name: val_balanced_accuracy, also: [accuracy, f1_macro, 'asked_of_own:share_of_first', train_log_loss]}"
    result = sweep(metric)
    trials = result.trials
    # All classes of the validation part have ten examples.
    np.testing.assert_allclose(trials["final_val_balanced_accuracy"], trials["final_val_accuracy"])
    assert {"final_val_f1_macro", "final_val_share_of_first", "final_train_log_loss"} <= set(trials)
    assert {"best_val_f1_macro", "best_train_log_loss"} <= set(trials)
    # It is not known whether a large share of the first is good.
    assert "best_val_share_of_first" not in trials
    best = trials.groupby("arm_id")["final_val_balanced_accuracy"].mean().idxmax()
    assert result.leaderboard["arm_id"].iloc[0] == best
    assert result.mode == "max"


def test_every_so_many_epochs_the_others_are_empty_and_the_last_is_there(sweep):
    result = sweep("{name: val_f1_macro, every: 3}")
    has = result.epochs.groupby("epoch")["val_f1_macro"].count()
    assert has.to_dict() == {1: 0, 2: 0, 3: 4, 4: 4}
    last = result.epochs[result.epochs["epoch"] == 4].set_index("trial_id")["val_f1_macro"]
    assert result.trials.set_index("trial_id")["final_val_f1_macro"].to_dict() == last.to_dict()
    assert result.trials["best_val_f1_macro"].notna().all()


def test_the_ids_and_other_numbers_do_not_depend_on_what_is_asked(sweep):
    plain = sweep("{name: val_loss}", "results=a")
    asked = sweep("{name: val_f1_macro, also: [roc_auc_ovr]}", "results=b")
    assert plain.trials["trial_id"].tolist() == asked.trials["trial_id"].tolist()
    assert plain.trials["final_val_loss"].tolist() == asked.trials["final_val_loss"].tolist()
    assert plain.path.name == asked.path.name


def test_a_metric_that_is_asked_later_is_computed_by_training_again(sweep):
    first = sweep("{name: val_loss}").trials
    result = sweep("{name: val_loss, also: [f1_macro]}")
    assert result.trials["final_val_f1_macro"].notna().all()
    assert result.trials["final_val_loss"].tolist() == first["final_val_loss"].tolist()
    told = "4 trials were trained again, as they were trained before val_f1_macro was asked or changed; their other"
    assert [note for note in result.notes if note.startswith(told)]
    again = sweep("{name: val_loss, also: [f1_macro]}")
    assert "All trials were finished before; nothing was trained. Use --fresh to train them again." in again.notes


def test_a_metric_that_is_no_longer_asked_stays_and_trains_nothing(sweep):
    sweep("{name: val_loss, also: [f1_macro]}")
    result = sweep("{name: val_loss}")
    assert result.notes[0].startswith("All trials were finished before")
    assert result.trials["final_val_f1_macro"].notna().all()


def test_trials_of_another_folder_are_taken_over_if_they_have_the_metric(sweep):
    sweep("{name: val_f1_macro}")
    taken = sweep("{name: val_f1_macro}", "name=second")
    assert any("4 trials were taken from" in note for note in taken.notes)
    trained = sweep("{name: val_f1_weighted}", "name=third")
    assert not any("were taken from" in note for note in trained.notes)


def test_changed_code_of_the_metric_that_decides_trains_again_and_of_another_does_not(sweep):
    decides = "{name: 'asked_of_own:share_of_first', mode: min}"
    before = sweep(decides).trials
    assert sweep(decides).notes[0].startswith("All trials were finished before")
    Path("asked_of_own.py").write_text(OWN.replace("== 0", "== 1"), encoding="utf-8")
    beside = sweep("{name: val_loss, also: ['asked_of_own:share_of_first']}")
    assert beside.notes[0].startswith("All trials were finished before")
    after = sweep(decides)
    assert any(note.startswith("4 trials were trained again") for note in after.notes)
    assert after.trials["trial_id"].tolist() == before["trial_id"].tolist()
    assert (after.trials["final_val_share_of_first"] != before["final_val_share_of_first"]).any()


def test_where_the_metric_stops_trials_its_code_decides_their_ids(sweep):
    decides = "{name: 'asked_of_own:share_of_first', mode: min}"
    stop = ("trainer.target=0.0", "trainer.stop_at_target=true")
    before = sweep(decides, *stop)
    Path("asked_of_own.py").write_text(OWN.replace("== 0", "== 1"), encoding="utf-8")
    after = sweep(decides, *stop)
    assert not set(before.trials["trial_id"]) & set(after.trials["trial_id"])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "def other(targets, outputs):\n    return 0.0\n",
            "`metric.also` names something that `asked_of_own`",
        ),
        ("def share_of_first(targets):\n    return 0.0\n", "`asked_of_own:share_of_first` must compute a number."),
        ("def share_of_first(targets, outputs):\n    return None\n", "must return a number. Received: NoneType."),
    ],
)
def test_a_mistake_in_an_own_metric_is_told_before_any_training(sweep, code, said):
    Path("asked_of_own.py").write_text(code, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        sweep("{also: ['asked_of_own:share_of_first']}")
    assert not Path("results").exists()


def test_a_metric_that_is_undefined_is_missing_with_a_note(sweep, tmp_path):
    rows = [f"{x},{int(x > 8)}" for x in range(10)]
    Path("few.csv").write_text("x,y\n" + "\n".join([*rows, "10,1"]), encoding="utf-8")
    Path("s.yaml").write_text(
        SWEEP.replace("{name: iris}", "{path: few.csv, target: y, validation: 0.08}")
        + "metric: {name: val_roc_auc, also: [f1]}\n",
        encoding="utf-8",
    )
    result = run(load_config("s.yaml"))
    assert set(result.trials["status"]) == {"COMPLETED"}
    assert result.trials["final_val_roc_auc"].isna().all()
    assert result.leaderboard["rank"].isna().all()
    (told,) = [note for note in result.notes if "val_roc_auc" in note]
    assert told.startswith(
        "4 of 4 trials lack val_roc_auc, of the seeds 0 and 1, by which the sweep compares: it is not"
    )
    assert "adam learning_rate=0.1 with seed 0" in told


def test_mlflow_gets_the_metric_of_trials_that_are_trained_again_and_never_nan(sweep):
    tracked = ("tracking.enabled=true", "tracking.uri=sqlite:///m.db")
    sweep("{name: val_loss}", *tracked)
    sweep("{name: val_f1_macro, every: 3}", *tracked)
    client = mlflow.MlflowClient("sqlite:///m.db")
    experiment = client.get_experiment_by_name("s")
    found = client.search_runs([experiment.experiment_id], "tags.kind = 'trial'")
    assert len(found) == 4
    for one in found:
        assert {"val_f1_macro", "final_val_f1_macro", "best_val_f1_macro"} <= set(one.data.metrics)
        points = client.get_metric_history(one.info.run_id, "val_f1_macro")
        assert [(point.step, bool(np.isfinite(point.value))) for point in points] == [(3, True), (4, True)]


def test_the_best_epoch_is_kept_among_those_that_have_the_metric(sweep):
    result = sweep("{name: val_f1_macro, every: 2, of: best}", "keep.weights=best", "keep.trials=all")
    assert set(result.trials["best_epoch"]) <= {2, 4}
    for row in result.trials.to_dict("records"):
        kept = load_model(str(result.path), trial=row["trial_id"])
        assert kept.metrics["val_f1_macro"] == row["best_val_f1_macro"]


@pytest.mark.parametrize(("asked", "is_told"), [("mean_absolute_percentage_error", True), ("max_error", False)])
def test_a_plan_warns_of_targets_near_zero_that_decide_a_percentage_error(sweep, asked, is_told):
    rows = [f"{x},{x - 3 + 0.5 * (x % 2)}" for x in range(20)]
    Path("near.csv").write_text("x,y\n" + "\n".join([*rows, "20,0.0"]), encoding="utf-8")
    data = SWEEP.replace("{name: iris}", "{path: near.csv, target: y, task: regression}")
    Path("s.yaml").write_text(f"{data}metric: {{also: [{asked}]}}\n", encoding="utf-8")
    told = [choice for choice in plan(load_config("s.yaml")).choices if "near 0" in choice]
    # The target -3 + 0.5 * (x % 2) + x is 0 nowhere else than in the last row.
    assert bool(told) is is_told
    assert all("the 1 of 21 examples whose target is near 0 decide it" in choice for choice in told)
