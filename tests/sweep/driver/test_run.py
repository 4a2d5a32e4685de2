"""A sweep from its file to its results: every trial once, in the tables and in MLflow, as if trained alone."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import sqlite3
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweep import load_config, load_results, run
from sweep.errors import ResultsError
from sweep.planning.packing import PlannedPack
from sweep.running.event_log import EventLog
from sweep.tracking.internals import schema_revisions
from sweep.tracking.sqlite_template import REVISION
from trainers.data import DataSource, load
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec
from trainers.schedules import Schedule

# 2 batch sizes make two packs; a learning rate of 1e30 cannot but diverge.
SWEEP = """
question: Does everything arrive?
data: {name: iris}
network: {hidden: [8], activation: relu}
trainer: {epochs: 3}
metric: {name: val_accuracy}
optimizers:
  sgd: {learning_rate: [0.5, 1.0e+30]}
  adam: {learning_rate: 0.01, beta1: 0.8}
space:
  batch_size: [16, full]
  decay: {kind: inverse_time, rate: 0.1}
seeds: [0, 7]
"""
# For tests that do not look at the report, which takes seconds.
FEW = ["optimizers={adam: {learning_rate: 0.01}}", "seeds=1", "report=false"]
STATUS_OF_MLFLOW = {"COMPLETED": "FINISHED", "DIVERGED": "FAILED"}


class Watched:
    """A display that does something whenever the sweep moves on."""

    def __init__(self, watch=lambda done, running: None):
        self.watch = watch
        self.calls = []

    def start(self, total, done=0):
        self.calls.append(("start", total, done))

    def update(self, *, done, running, diverged, failed, best, pruned=0):
        self.calls.append(("update", done, running, diverged, failed))
        self.watch(done, running)

    def message(self, text):
        self.calls.append(("message", text))

    def stop(self):
        self.calls.append(("stop",))


def mlflow_runs(folder: Path, experiment: str = "sweep"):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    found = client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
    parents = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    children = {run.data.tags["sweep.trial_id"]: run for run in found if run.data.tags.get("kind") == "trial"}
    others = [run for run in found if run.data.tags.get("kind") in ("arm", "base rate")]
    assert len(children) + len(parents) + len(others) == len(found), "a trial has one run"
    return client, parents, children


@pytest.fixture(scope="module")
def finished(ray, workplace, tmp_path_factory):
    """A sweep of 12 trials that ran once."""
    file = workplace(tmp_path_factory.mktemp("finished"), SWEEP)
    progress = Watched()
    return file, run(load_config(file), progress=progress), progress


def test_each_trial_of_the_plan_has_one_row_and_its_end(finished):
    _, result, _ = finished
    trials = result.trials
    assert len(trials) == 12
    assert trials["trial_id"].is_unique
    diverging = trials["learning_rate"] == 1e30
    assert trials[diverging]["status"].tolist() == ["DIVERGED"] * 4
    assert trials[~diverging]["status"].tolist() == ["COMPLETED"] * 8
    assert not result.interrupted


def test_a_trial_that_ended_well_has_all_its_epochs_and_steps(finished):
    _, result, _ = finished
    well = result.trials[result.trials["status"] == "COMPLETED"]
    for trial in well.itertuples():
        epochs = result.epochs[result.epochs["trial_id"] == trial.trial_id]
        assert epochs["epoch"].tolist() == [1, 2, 3]
        # 120 examples to train on: 8 steps per epoch of 16 each, or one of all.
        steps = 8 if trial.batch_size == 16 else 1
        assert epochs["steps"].tolist() == [steps, 2 * steps, 3 * steps]
        assert epochs["examples"].tolist() == [120, 240, 360]


def test_on_ray_a_trial_has_the_numbers_of_its_training_alone(finished):
    _, result, _ = finished
    data = load(DataSource("iris"))
    for trial in result.trials.itertuples():
        hyperparameters = {"learning_rate": trial.learning_rate}
        if trial.optimizer == "adam":
            hyperparameters |= {"beta1": 0.8}
        spec = TrialSpec(trial.optimizer, hyperparameters, Schedule("inverse_time", 0.1), trial.seed)
        size = None if trial.batch_size == 120 else trial.batch_size
        pack = Pack(data, (spec,), NetworkSpec((8,), "relu"), size, 3)
        epochs = result.epochs[result.epochs["trial_id"] == trial.trial_id]
        alone = [metrics for metrics in train(pack) if len(metrics.trials)]
        assert len(epochs) == len(alone)
        for name in alone[0].values if alone else ():
            if name != "seconds":
                assert epochs[name].tolist() == [metrics.values[name].item() for metrics in alone], name


def test_a_diverged_trial_names_its_step_and_is_ranked_nowhere(finished):
    _, result, _ = finished
    diverged = result.trials[result.trials["status"] == "DIVERGED"]
    # The first step sees the initial weights, so that the first loss that can fail is the second, or the validation
    # after the only step of an epoch.
    assert diverged["diverged_step"].tolist() == [2 if size == 16 else 1 for size in diverged["batch_size"]]
    assert np.isfinite(diverged["last_finite_loss"]).all()
    assert diverged["final_val_accuracy"].isna().all()
    board = result.leaderboard
    assert board[board["diverged"] == 2]["rank"].isna().all()
    assert board[board["diverged"] == 0]["rank"].notna().all()


def test_the_leaderboard_ranks_the_means_over_the_seeds(finished):
    _, result, _ = finished
    last = result.epochs[result.epochs["epoch"] == 3]
    means = last.groupby("arm_id")["val_accuracy"].mean().sort_values(ascending=False)
    ranked = result.leaderboard[result.leaderboard["rank"].notna()]
    # Versions of pandas add the seeds in different orders, which may change the last bit.
    np.testing.assert_array_max_ulp(ranked["final_val_accuracy_mean"].to_numpy(), means.to_numpy(), maxulp=1)
    assert ranked["seeds"].tolist() == [2, 2, 2, 2]
    assert set(ranked["arm_id"]) == set(means.index)


def test_mlflow_holds_the_sweep_and_a_run_a_trial_with_the_same_numbers(finished):
    file, result, _ = finished
    client, (parent,), children = mlflow_runs(file.parent)
    assert parent.info.status == "FINISHED"
    assert set(children) == set(result.trials["trial_id"])
    for trial in result.trials.itertuples():
        child = children[trial.trial_id]
        assert child.info.status == STATUS_OF_MLFLOW[trial.status]
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert child.data.tags["status"] == trial.status
        assert child.data.params["seed"] == str(trial.seed)
        epochs = result.epochs[result.epochs["trial_id"] == trial.trial_id]
        for name in ("val_loss", "val_accuracy", "gradient_norm", "learning_rate"):
            history = client.get_metric_history(child.info.run_id, name)
            assert [(point.step, point.value) for point in history] == list(
                zip(epochs["epoch"], epochs[name], strict=True)
            )


def test_the_parent_run_carries_the_tables_and_the_configuration(finished):
    file, result, _ = finished
    client, (parent,), _ = mlflow_runs(file.parent)
    names = {artifact.path for artifact in client.list_artifacts(parent.info.run_id)}
    assert {"config.yaml", "leaderboard.csv", "trials.parquet", "epochs.parquet", "plan.json"} <= names
    assert result.tracked.written == 12
    assert result.tracked.failed == 0


def test_the_display_is_told_of_the_start_of_every_end_and_of_the_stop(finished):
    _, _, progress = finished
    assert progress.calls[0] == ("start", 12, 0)
    assert progress.calls[-1] == ("stop",)
    assert progress.calls[-2] == ("update", 12, 0, 4, 0)


def test_the_folder_can_be_read_back(finished):
    _, result, _ = finished
    again = load_results(result.path)
    pd.testing.assert_frame_equal(again.trials, result.trials)
    pd.testing.assert_frame_equal(again.epochs, result.epochs)


def test_the_resolved_configuration_gives_the_same_plan_again(finished):
    _, result, _ = finished
    again = run(load_config(result.path / "config.yaml"))
    assert again.path == result.path
    assert again.trials["started_seconds"].tolist() == result.trials["started_seconds"].tolist()


def test_mlflow_holds_a_run_an_arm_with_its_mean_over_the_seeds_and_the_interval(finished):
    file, result, _ = finished
    client, (parent,), children = mlflow_runs(file.parent)
    found = client.search_runs([parent.info.experiment_id], "tags.kind = 'arm'")
    arms = {run.data.tags["arm_id"]: run for run in found}
    assert len(found) == len(arms) == result.trials["arm_id"].nunique()
    for arm_id, rows in result.trials.groupby("arm_id"):
        tags, metrics = arms[arm_id].data.tags, arms[arm_id].data.metrics
        assert tags["mlflow.parentRunId"] == parent.info.run_id
        assert metrics["seeds"] == len(rows) - (rows["status"] == "DIVERGED").sum()
        assert metrics["diverged_share"] == (rows["status"] == "DIVERGED").mean()
        values = rows["final_val_accuracy"].dropna()
        if len(values):
            assert metrics["final_val_accuracy_mean"] == pytest.approx(values.mean())
        assert arms[arm_id].data.params.keys() == next(iter(children.values())).data.params.keys()
        assert arms[arm_id].data.params["seed"] == "-"


def test_the_report_is_in_the_folder_and_in_mlflow_and_its_trials_lead_to_their_runs(finished):
    file, result, _ = finished
    client, (parent,), children = mlflow_runs(file.parent)
    assert result.report == result.path / "report.html"
    names = {item.path for item in client.list_artifacts(parent.info.run_id)}
    assert {"report.html", "report.md", "figures"} <= names
    text = result.report.read_text(encoding="utf-8")
    for trial_id, child in children.items():
        assert trial_id in text
        assert child.info.run_id in text


def test_a_second_run_trains_nothing_and_adds_no_run_to_mlflow(finished):
    file, result, _ = finished
    progress = Watched()
    again = run(load_config(file), progress=progress)
    assert progress.calls == []
    pd.testing.assert_frame_equal(again.trials, result.trials)
    assert again.tracked.written == 0
    # An MLflow of other tables than those that are written directly is named first.
    told = () if schema_revisions()[0] == {REVISION} else again.notes[:1]
    assert again.notes == (
        *told,
        "All trials were finished before; nothing was trained. Use --fresh to train them again.",
        "The tuning budgets differ, in distinct settings: sgd 4, adam 2. What tries more is favoured; give each the "
        "same number, or compare tuning curves.",
    )
    _, parents, children = mlflow_runs(file.parent)
    assert (len(parents), len(children)) == (1, 12)


def test_more_of_a_sweep_keeps_its_folder_and_what_it_has_trained(workplace, tmp_path):
    file = workplace(tmp_path, SWEEP)
    few = [*FEW, "tracking.enabled=false", "resources.executor=inline"]
    first = run(load_config(file, few))
    ended = first.trials.set_index("trial_id")["ended_seconds"]
    more = run(load_config(file, [*few, "seeds=2"]))
    assert more.path == first.path
    assert more.tracked is None
    # Two batch sizes.
    assert sorted(more.trials["seed"]) == [0, 0, 1, 1]
    kept = more.trials.set_index("trial_id")["ended_seconds"]
    assert kept[ended.index].tolist() == ended.tolist()


def test_fresh_trains_all_again_to_the_same_numbers(workplace, tmp_path):
    file = workplace(tmp_path, SWEEP)
    few = [*FEW, "resources.executor=inline"]
    first = run(load_config(file, few))
    # Read before the tables are written again.
    ended, epochs = first.trials["ended_seconds"], first.epochs.drop(columns="seconds")
    again = run(load_config(file, few), fresh=True)
    assert (again.trials["started_seconds"] > ended).all()
    pd.testing.assert_frame_equal(again.epochs.drop(columns="seconds"), epochs)
    _, parents, children = mlflow_runs(tmp_path)
    assert (len(parents), len(children)) == (1, 2)


def test_what_was_trained_without_tracking_is_tracked_later(workplace, tmp_path):
    file = workplace(tmp_path, SWEEP)
    few = [*FEW, "resources.executor=inline"]
    run(load_config(file, [*few, "tracking.enabled=false"]))
    progress = Watched()
    assert run(load_config(file, few), progress=progress).tracked.written == 2
    assert progress.calls == []


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def workers() -> list[int]:
    """Processes of Ray that train for this one: its grandchildren, below the manager of the node."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        # Processes come and go.
        with contextlib.suppress(OSError):
            name = (entry / "cmdline").read_bytes()
            if name.startswith((b"ray::PackTrainer", b"ray::ResourceTrainable")):
                process = int(entry.name)
                if parent(parent(process)) == os.getpid():
                    found.append(process)
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the workers in /proc")
def test_a_pack_whose_worker_is_killed_is_trained_again(ray, workplace, tmp_path, capfd):
    file = workplace(tmp_path, SWEEP)
    epochs = 8000
    killed = []

    def kill(done, running):
        if running and not killed:
            killed.extend(workers())
            for worker in killed:
                os.kill(worker, signal.SIGKILL)

    # Packs of several seconds, so that on a busy machine too their first report is seen long before they end.
    longer = [*FEW, f"trainer.epochs={epochs}", "space.batch_size=16"]
    start = time.time()
    progress = Watched(kill)
    result = run(load_config(file, [*longer, "seeds=2"]), progress=progress)
    assert killed
    assert ("message", "A worker died; its trials start over.") in progress.calls
    assert capfd.readouterr() == ("", "")
    assert result.trials["status"].tolist() == ["COMPLETED"] * 2
    assert (result.trials["started_seconds"] > start).all()
    assert result.epochs.groupby("trial_id")["epoch"].apply(list).tolist() == [list(range(1, epochs + 1))] * 2


def test_a_pack_that_cannot_be_trained_fails_in_one_sentence_and_alone(ray, workplace, tmp_path, monkeypatch):
    """One pack is spoilt before it starts and one on its way; the third is as if they were not there."""
    file = workplace(tmp_path, SWEEP.replace("[16, full]", "[16, 32, full]"))
    few = [*FEW, "resources.workers=1"]
    from sweep.driver import network_preparation as preparation

    form = preparation.form_packs

    def spoil(*arguments, **named):
        spoilt: list[PlannedPack] = []
        for job in form(*arguments, **named):
            if job.batch_size == 16:
                schedule = Schedule("constant")
                object.__setattr__(schedule, "kind", "nonsense")
                specs = tuple(dataclasses.replace(spec, schedule=schedule) for spec in job.specs)
                spoilt.append(dataclasses.replace(job, specs=specs))
            else:
                spoilt.append(dataclasses.replace(job, batch_size=0) if job.batch_size == 32 else job)
        return spoilt

    monkeypatch.setattr(preparation, "form_packs", spoil)
    result = run(load_config(file, few))
    status = dict(zip(result.trials["batch_size"], result.trials["status"], strict=True))
    assert status == {16: "FAILED", 32: "FAILED", 120: "COMPLETED"}
    errors = dict(zip(result.trials["batch_size"], result.trials["error"], strict=True))
    assert "nonsense" in errors[16]
    assert errors[32].startswith("ValueError: `batch_size` must be a whole number, 1 or more")
    assert all("\n" not in error for error in (errors[16], errors[32]))
    _, _, children = mlflow_runs(tmp_path)
    assert sorted(child.data.tags["status"] for child in children.values()) == ["COMPLETED", "FAILED", "FAILED"]

    monkeypatch.undo()
    again = run(load_config(file, [*few, "resources.executor=inline"]))
    assert again.trials["status"].tolist() == ["COMPLETED"] * 3
    assert again.trials["error"].isna().all()
    _, _, children = mlflow_runs(tmp_path)
    assert [child.data.tags["status"] for child in children.values()] == ["COMPLETED"] * 3


def test_a_results_folder_that_fails_on_the_way_is_told_in_its_own_words(ray, workplace, tmp_path, monkeypatch):
    def fail(log, records):
        if any(record.kind == "report" for record in records):
            raise ResultsError("no space left")

    monkeypatch.setattr(EventLog, "append", fail)
    file = workplace(tmp_path, SWEEP)
    with pytest.raises(ResultsError, match=r"^no space left$"):
        run(load_config(file, [*FEW, "resources.workers=1"]))
    _, (parent,), children = mlflow_runs(tmp_path)
    assert parent.info.status == "FAILED"
    assert children == {}


def test_a_report_and_the_run_of_the_sweep_belong_to_the_configuration(workplace, tmp_path):
    file = workplace(tmp_path, "data: {name: iris}\noptimizers: {sgd: {learning_rate: [0.1, 0.2]}}\nseeds: 2\n")
    short = ["trainer.epochs=2", "resources.executor=inline"]
    first = run(load_config(file, [*short, "metric.name=val_accuracy"]))
    second = run(load_config(file, [*short, "metric.name=val_loss"]))
    assert second.path == first.path
    pd.testing.assert_series_equal(first.trials["started_seconds"], second.trials["started_seconds"])
    page = second.report.read_text(encoding="utf-8")
    assert "val_loss" in page
    assert "val_accuracy" not in (second.path / "report.md").read_text(encoding="utf-8")
    assert "final_val_loss_mean" in second.leaderboard
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        query = "SELECT value FROM tags WHERE key = 'mlflow.note.content'"
        ((note,),) = database.execute(query).fetchall()
        query = (
            "SELECT DISTINCT key FROM latest_metrics WHERE run_uuid IN (SELECT run_uuid FROM tags "
            "JOIN runs USING (run_uuid) WHERE key = 'kind' AND value = 'arm' AND lifecycle_stage = 'active')"
        )
        keys = database.execute(query).fetchall()
        arms = {key for (key,) in keys}
    assert "best_val_loss" in note
    assert "final_val_loss_mean" in arms
    assert "final_val_accuracy_mean" not in arms
    # The same again is not written again; another configuration without a report leaves none.
    before = second.report.stat().st_mtime_ns
    run(load_config(file, [*short, "metric.name=val_loss"]))
    assert second.report.stat().st_mtime_ns == before
    run(load_config(file, [*short, "metric.name=train_loss", "report=false"]))
    assert not second.report.exists()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the workers in /proc")
def test_a_pack_whose_worker_is_killed_goes_on_from_its_checkpoint(ray, workplace, tmp_path):
    file = workplace(tmp_path, SWEEP)
    epochs = 8000
    killed = []

    def kill(done, running):
        places = (tmp_path / "results").glob("*/checkpoints/*.safetensors")
        if running and not killed and any(int(path.stem.rpartition("-")[2]) > 500 for path in places):
            killed.extend(workers())
            for worker in killed:
                os.kill(worker, signal.SIGKILL)

    longer = [*FEW, f"trainer.epochs={epochs}", "space.batch_size=16", "checkpoint.every=0.2"]
    progress = Watched(kill)
    result = run(load_config(file, [*longer, "seeds=2"]), progress=progress)
    assert killed
    assert ("message", "A worker died; its trials go on from their last checkpoint.") in progress.calls
    assert result.trials["status"].tolist() == ["COMPLETED"] * 2
    assert result.epochs.groupby("trial_id")["epoch"].apply(list).tolist() == [list(range(1, epochs + 1))] * 2
    resumed = [record for record in EventLog(result.path / "events").read()[0] if record.kind == "resumed report"]
    assert resumed
    assert all(record.facts["resumed_epoch"] > 100 for record in resumed)
    assert not list(result.path.glob("checkpoints*"))
