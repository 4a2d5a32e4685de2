"""The results folder keeps what has arrived, whatever happens, and merges it into tables."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from sweep.errors import ResultsError
from sweep.records import TrialResult
from sweep.results import ResultsFolder, load_results, require_writable
from sweep.results.folder import folder_of
from sweep.running.trial_rows import to_table

from .conftest import make_plan, make_result


def _logs(folder):
    return sorted((folder.path / "events").glob("*.log"))


def test_the_folder_is_named_by_the_plan_and_holds_plan_and_configuration(tmp_path, plan):
    with ResultsFolder(tmp_path / "results", plan) as folder:
        folder.write_plan()
        folder.write_config("name: small\n")
    assert folder.path == tmp_path / "results" / "small-abababab"
    assert (folder.path / "config.yaml").read_text() == "name: small\n"
    written = json.loads((folder.path / "plan.json").read_text())
    assert [trial["id"] for trial in written["trials"]] == ["arm0-0", "arm0-1", "arm1-0", "arm1-1"]
    assert written["arms"][1]["setting"]["optimizer"] == "adam"


def test_every_trial_of_the_plan_has_a_row_with_its_numbers_or_none(tmp_path, plan):
    first, diverged, failed, pending = plan.trials
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([make_result(first, [0.5, 0.2, 0.3])])
        folder.append(
            [
                make_result(diverged, [0.7], "DIVERGED", diverged_step=13, last_finite_loss=9.5),
                TrialResult(failed, "FAILED", {}, {}, 1.0, 2.0, error="The worker died."),
            ]
        )
        trials = folder.finalise("val_loss", "min", target=0.3).trials.set_index("trial_id")
    assert trials.index.tolist() == [trial.id for trial in plan.trials]
    row = trials.loc[first.id]
    assert (row["final_val_loss"], row["best_val_loss"], row["best_epoch"]) == (0.3, 0.2, 2)
    assert (row["epochs_done"], row["steps"], row["examples"], row["seconds"]) == (3, 30, 240, 1.5)
    assert row["target_steps"] == 20
    assert row["fingerprint_split"] == "s"
    assert trials["status"].tolist() == ["COMPLETED", "DIVERGED", "FAILED", "PENDING"]
    assert trials.loc[diverged.id, ["diverged_step", "last_finite_loss", "epochs_done"]].tolist() == [13, 9.5, 1]
    assert trials.loc[failed.id, "error"] == "The worker died."
    empty = trials.loc[[diverged.id, failed.id, pending.id]]
    assert empty[["final_val_loss", "best_val_loss", "best_epoch", "target_steps"]].isna().all(axis=None)
    assert trials.loc[pending.id, ["steps", "seconds", "error", "diverged_step"]].isna().all()


def test_each_hyperparameter_is_a_column_of_its_own_type(tmp_path):
    plan = make_plan(
        [
            {"optimizer": "sgd", "learning_rate": 1, "batch_size": "full", "decay": "staircase", "decay_values": "1,2"},
            {"optimizer": "adam", "learning_rate": 0.5, "beta1": 0.9, "batch_size": 16},
        ],
        seeds=(3,),
    )
    with ResultsFolder(tmp_path, plan) as folder:
        trials = folder.finalise("val_loss", "min").trials
    assert trials["learning_rate"].tolist() == [1.0, 0.5]
    assert trials["learning_rate"].dtype == np.float64
    assert trials["batch_size"].tolist() == [80, 16]  # full is the training part
    assert trials["beta1"].isna().tolist() == [True, False]
    assert trials["decay_values"].tolist()[0] == "1,2"
    assert trials["decay_interval"].dtype == pd.Int64Dtype()
    assert trials["epochs"].tolist() == [3, 3]


def test_epochs_have_one_row_each_in_the_order_of_the_plan(tmp_path, plan):
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([make_result(plan.trials[2], [0.9, 0.8])])
        folder.append([make_result(plan.trials[1], [0.7])])
        epochs = folder.finalise("val_loss", "min").epochs
    assert epochs["trial_id"].tolist() == ["arm0-1", "arm1-0", "arm1-0"]
    assert epochs["arm_id"].tolist() == ["arm0", "arm1", "arm1"]
    assert epochs["seed"].tolist() == [1, 0, 0]
    assert epochs["epoch"].tolist() == [1, 1, 2]
    assert epochs["val_loss"].tolist() == [0.7, 0.9, 0.8]
    assert epochs["steps"].dtype == np.int64


def test_a_failed_trial_is_trained_again_and_its_later_result_counts(tmp_path, plan):
    trial, stopped, diverged, _ = plan.trials
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([TrialResult(trial, "FAILED", {}, {}, 1.0, 2.0, error="x")])
        folder.append([make_result(stopped, [0.1], "STOPPED"), make_result(diverged, [], "DIVERGED")])
        assert folder.finished_trial_ids() == {stopped.id, diverged.id}
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([make_result(trial, [0.4])])
        assert folder.finished_trial_ids() == {trial.id, stopped.id, diverged.id}
        assert folder.finalise("val_loss", "min").trials["status"].tolist()[0] == "COMPLETED"
        assert [one.trial.id for one in folder.results()] == [trial.id for trial in plan.trials[:3]]


def test_results_come_back_as_they_were_given(tmp_path, plan):
    given = [
        make_result(plan.trials[0], [0.5, 0.1], tags={"note": "a"}),
        make_result(plan.trials[1], [], "DIVERGED", diverged_step=1),
        TrialResult(plan.trials[3], "FAILED", {}, {}, 1.0, 2.0, error="x"),
    ]
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append(given)
        back = folder.results()
    for result, expected in zip(back, given, strict=True):
        assert (result.trial, result.status, result.tags) == (expected.trial, expected.status, expected.tags)
        assert result.fingerprints == expected.fingerprints
        assert (result.diverged_step, result.error) == (expected.diverged_step, expected.error)
        for name, values in expected.epochs.items():
            np.testing.assert_array_equal(result.epochs[name], values)


def test_the_tables_can_be_written_before_any_trial_has_ended(tmp_path, plan):
    with ResultsFolder(tmp_path, plan) as folder:
        result = folder.finalise("val_loss", "min", target=0.1)
    assert result.trials["status"].tolist() == ["PENDING"] * 4
    assert len(result.epochs) == 0
    assert result.leaderboard["rank"].isna().all()


def test_what_is_finalised_is_still_there_for_the_next_run(tmp_path, plan):
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([make_result(plan.trials[0], [0.5])])
        folder.append([make_result(plan.trials[1], [0.6])])
        folder.finalise("val_loss", "min")
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([make_result(plan.trials[2], [0.7])])
        assert len(folder.finished_trial_ids()) == 3
        again = folder.finalise("val_loss", "min")
    assert again.trials["final_val_loss"].tolist()[:3] == [0.5, 0.6, 0.7]


def test_a_cleared_folder_holds_no_result(tmp_path, plan):
    with ResultsFolder(tmp_path, plan) as folder:
        folder.append([make_result(plan.trials[0], [0.5])])
        folder.finalise("val_loss", "min")
        evaluated = [folder.path / name for name in ("data.json", "test.parquet", "predictions.parquet")]
        for path in evaluated:
            path.write_bytes(b"of the trials that are deleted")
        folder.clear()
        assert folder.finished_trial_ids() == frozenset()
        assert not any(path.exists() for path in evaluated)
        with pytest.raises(ResultsError):
            load_results(folder.path)


@pytest.mark.parametrize("damage", ["truncated", "empty", "garbage", "one bit"])
def test_a_damaged_log_is_reported_and_only_its_trials_train_again(tmp_path, plan, damage):
    for trial, value in zip(plan.trials[:2], (0.5, 0.6), strict=True):
        with ResultsFolder(tmp_path, plan) as folder:
            folder.append([make_result(trial, [value])])
    log = _logs(folder)[0]
    content = log.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    log.write_bytes({"truncated": content[:middle], "empty": b"", "garbage": b"x" * 500, "one bit": flipped}[damage])
    with ResultsFolder(tmp_path, plan) as folder:
        assert folder.finished_trial_ids() == {plan.trials[1].id}
        # A file that is empty was made for a record that never came.
        assert bool(folder.problems) == (damage != "empty")
        assert all(f"`{log}`" in said and said.endswith("trained again.") for said in folder.problems)
        folder.append([make_result(plan.trials[0], [0.4])])
        trials = folder.finalise("val_loss", "min").trials
    assert trials["final_val_loss"].tolist()[:2] == [0.4, 0.6]


def test_the_journal_of_an_earlier_version_is_taken_over(tmp_path, plan):
    path = folder_of(tmp_path, plan)
    (path / "journal").mkdir(parents=True)
    given = [make_result(plan.trials[0], [0.5, 0.4]), make_result(plan.trials[2], [], "DIVERGED", diverged_step=3)]
    for number, result in enumerate(given):
        parquet.write_table(to_table([result]), path / "journal" / f"part-00000{number}.parquet")
    (path / "journal" / "part-000007.parquet").write_bytes(b"half")
    with ResultsFolder(tmp_path, plan) as folder:
        assert folder.finished_trial_ids() == {plan.trials[0].id, plan.trials[2].id}
        assert [said.partition(" cannot be read")[0] for said in folder.problems] == [
            f"`{path / 'journal' / 'part-000007.parquet'}`"
        ]
    assert not (path / "journal").exists()
    with ResultsFolder(tmp_path, plan) as folder:
        back = folder.results()
    assert [(one.trial, one.status, one.diverged_step) for one in back] == [
        (one.trial, one.status, one.diverged_step) for one in given
    ]
    np.testing.assert_array_equal(back[0].epochs["val_loss"], [0.5, 0.4])


def test_a_metric_that_a_result_lacks_is_empty_for_its_trials_alone(tmp_path, plan):
    with ResultsFolder(tmp_path, plan) as folder:
        extra = make_result(plan.trials[1], [0.6, 0.5])
        extra.epochs["val_accuracy"] = np.array([0.1, 0.2])
        folder.append([make_result(plan.trials[0], [0.5])])
        folder.append([extra])
        result = folder.finalise("val_loss", "min")
    assert result.epochs["val_accuracy"].isna().tolist() == [True, False, False]
    assert result.trials["final_val_accuracy"].tolist()[1] == 0.2


def test_two_runs_cannot_write_one_folder_at_once(tmp_path, plan):
    with (
        ResultsFolder(tmp_path, plan),
        pytest.raises(ResultsError, match=rf"one run at a time\. Received: .* which process {os.getpid()} on"),
    ):
        ResultsFolder(tmp_path, plan)
    ResultsFolder(tmp_path, plan).close()


def test_what_had_arrived_survives_a_kill_and_the_lock_of_the_dead_is_free(tmp_path, plan):
    program = (
        f"import sys, time; sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "from conftest import make_plan, make_result; from sweep.results import ResultsFolder\n"
        "plan = make_plan([{'optimizer': 'sgd', 'learning_rate': 0.1}, {'optimizer': 'adam', 'learning_rate': 1}])\n"
        f"folder = ResultsFolder({str(tmp_path)!r}, plan)\n"
        "folder.append([make_result(plan.trials[0], [0.5])])\n"
        "(folder.path / 'plan.json.partial').write_bytes(b'half')\n"
        "print('ready', flush=True); time.sleep(60)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    with writer:
        assert writer.stdout.readline().strip() == "ready"
        with pytest.raises(ResultsError, match=f"process {writer.pid} on"):
            ResultsFolder(tmp_path, plan)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    with ResultsFolder(tmp_path, plan) as folder:
        assert folder.finished_trial_ids() == {plan.trials[0].id}
        assert not list(folder.path.rglob("*.partial"))


@pytest.mark.parametrize(
    "function", [require_writable, lambda root: ResultsFolder(root, make_plan([{"optimizer": "sgd"}]))]
)
def test_a_folder_that_cannot_be_made_is_refused(tmp_path, function):
    (tmp_path / "file").write_text("")
    (tmp_path / "file").chmod(0o755)
    with pytest.raises(ResultsError, match=r"the results folder must be writable\. Received: .*file") as caught:
        function(tmp_path / "file" / "results")
    assert caught.value.exit_code == 2
    assert "choose another folder by `results`" in str(caught.value)


def test_a_folder_without_permission_is_refused_without_writing(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ResultsError, match="not writable by this user"):
        require_writable(tmp_path / "results")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_an_error_in_words(tmp_path, plan, monkeypatch):
    with ResultsFolder(tmp_path, plan) as folder:

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(ResultsError, match="Received: No space left on device"):
            folder.append([make_result(plan.trials[0], [0.5])])
