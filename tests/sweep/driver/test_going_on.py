"""A sweep that was killed or stopped goes on inside its trials, and ends with the numbers of an uninterrupted one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweep import load_config
from sweep.driver.run import run
from sweep.execution.sources.checkpoint_files import CHECKPOINTS, find_files
from sweep.results import load_results
from sweep.running.event_log import EventLog

SWEEP = """
name: long
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 3000}
optimizers: {sgd: {learning_rate: [0.05, 0.1]}, adam: {learning_rate: [0.001, 0.01]}}
seeds: 2
resources: {executor: inline}
tracking: {enabled: false}
checkpoint: {every: 0.05}
report: false
"""
TIMED = ("seconds", "started_seconds", "ended_seconds")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The sweep without any interruption, and without checkpoints."""
    folder = tmp_path_factory.mktemp("whole")
    return run(written(folder, "checkpoint.every=0"))


def written(folder: Path, *overrides: str):
    file = folder / "long.yaml"
    file.write_text(SWEEP)
    return load_config(file, [f"results={folder / 'results'}", *overrides])


def untimed(table: pd.DataFrame) -> pd.DataFrame:
    table = table[[name for name in table.columns if not name.endswith("seconds") and name not in ("error", "tags")]]
    return table.sort_values([name for name in ("trial_id", "epoch") if name in table]).reset_index(drop=True)


def require_same(folder: Path, whole) -> None:
    found = load_results(next((folder / "results").glob("long-*")))
    pd.testing.assert_frame_equal(untimed(found.trials), untimed(whole.trials), check_exact=True)
    pd.testing.assert_frame_equal(untimed(found.epochs), untimed(whole.epochs), check_exact=True)


def started(folder: Path, *overrides: str) -> subprocess.Popen[bytes]:
    written(folder)
    command = [sys.executable, "-m", "sweep", "run", "long.yaml", "results=results", *overrides]
    # Under nohup, SIGHUP is ignored here, and by what is started here.
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(
        command, cwd=folder, preexec_fn=partial(signal.signal, signal.SIGHUP, signal.SIG_DFL), **streams
    )


def wait_for_epoch(folder: Path, epoch: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a checkpoint of so many epochs is written."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        places = list((folder / "results").glob("long-*"))
        if places and any(file.epoch >= epoch for file in find_files(places[0])):
            return
        time.sleep(0.005)
    raise AssertionError(f"no checkpoint of {epoch} epochs was written")


@dataclass
class StopsAt:
    """Stands for the signals of a sweep: it is stopped once a checkpoint of so many epochs is written."""

    folder: Path
    epoch: int

    def __enter__(self) -> StopsAt:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    @property
    def requested(self) -> bool:
        return any(file.epoch >= self.epoch for place in self.folder.glob("*-*") for file in find_files(place))


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """Train until a checkpoint of some epochs is written, and stop as a signal does."""

    def stop(epoch: int, *overrides: str):
        with monkeypatch.context() as patch:
            patch.setattr("sweep.driver.run.Interruption", lambda: StopsAt(tmp_path / "results", epoch))
            result = run(written(tmp_path, *overrides))
        assert result.interrupted
        assert find_files(result.path)
        return result

    return stop


@pytest.mark.parametrize(
    ("number", "epoch"),
    [
        *((signal.SIGKILL, epoch) for epoch in (1, 700, 1800)),
        *((number, 700) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)),
    ],
)
def test_a_sweep_that_is_ended_by_a_signal_goes_on_inside_its_trials(tmp_path, whole, number, epoch):
    process = started(tmp_path)
    wait_for_epoch(tmp_path, epoch, process)
    os.kill(process.pid, number)
    process.wait(60)
    result = run(written(tmp_path))
    assert result.trials["status"].tolist() == ["COMPLETED"] * 8
    (note,) = [note for note in result.notes if "went on" in note]
    assert "trials went on from their checkpoints after epoch" in note
    require_same(tmp_path, whole)
    assert not find_files(result.path)


def test_what_was_trained_is_not_trained_again(tmp_path, whole, stopped, monkeypatch):
    first = stopped(500)
    files = find_files(first.path)
    newest = files[0].epoch
    from sweep.execution.sources import packed

    trained = []
    train = packed.train_session

    def counted(session):
        for metrics in train(session):
            trained.append(metrics.epoch)
            yield metrics

    monkeypatch.setattr(packed, "train_session", counted)
    run(written(tmp_path))
    # Packs that go on come first; others may not have begun.
    assert trained[0] == newest + 1
    require_same(tmp_path, whole)


def test_a_sweep_is_interrupted_again_and_again(tmp_path, whole, stopped):
    for epoch in (1, 500, 1000, 1500):
        stopped(epoch)
    run(written(tmp_path))
    require_same(tmp_path, whole)


def test_a_damaged_checkpoint_is_told_and_the_one_before_is_used(tmp_path, whole, stopped):
    first = stopped(500)
    newest = find_files(first.path)[0]
    content = bytearray(newest.path.read_bytes())
    content[-20] ^= 1
    newest.path.write_bytes(content)
    result = run(written(tmp_path))
    (note,) = [note for note in result.notes if "damaged" in note]
    assert note == f"`{newest.path}` is damaged; its trials go on from an earlier checkpoint, or start over."
    require_same(tmp_path, whole)


def test_trials_whose_checkpoints_are_all_damaged_start_over(tmp_path, whole, stopped):
    first = stopped(500)
    files = find_files(first.path)
    for file in files:
        file.path.write_bytes(file.path.read_bytes()[:-1])
    result = run(written(tmp_path))
    assert sum("damaged" in note for note in result.notes) == len(files)
    assert not any("went on" in note for note in result.notes)
    require_same(tmp_path, whole)
    assert not find_files(result.path)


@pytest.mark.parametrize("lost", [1, 200, 100_000])
def test_a_checkpoint_that_is_newer_than_the_event_log_is_not_used(tmp_path, whole, stopped, lost):
    first = stopped(500)
    (log,) = EventLog(first.path / "events").files()
    log.write_bytes(log.read_bytes()[: -min(lost, log.stat().st_size - 100)])
    run(written(tmp_path))
    require_same(tmp_path, whole)


def test_a_damaged_record_of_epochs_before_the_checkpoint_makes_trials_start_over(tmp_path, whole, stopped):
    first = stopped(500)
    (log,) = EventLog(first.path / "events").files()
    content = bytearray(log.read_bytes())
    content[len(content) // 3] ^= 1
    log.write_bytes(content)
    run(written(tmp_path))
    require_same(tmp_path, whole)


def test_a_record_that_is_damaged_once_the_trials_have_ended_is_told_and_they_start_over(tmp_path, whole, stopped):
    stopped(500)
    result = run(written(tmp_path))
    log = EventLog(result.path / "events").files()[0]
    content = bytearray(log.read_bytes())
    content[len(content) // 3] ^= 1
    log.write_bytes(content)
    again = run(written(tmp_path))
    assert any("is damaged" in note for note in again.notes)
    require_same(tmp_path, whole)


def test_a_fresh_sweep_uses_no_checkpoint(tmp_path, whole, stopped):
    first = stopped(200)
    assert (first.path / CHECKPOINTS).is_dir()
    result = run(written(tmp_path), fresh=True)
    assert not any("went on" in note for note in result.notes)
    require_same(tmp_path, whole)


def test_a_trial_that_has_passed_a_decision_starts_over(tmp_path, stopped):
    asha = ("scheduler.method=asha", "scheduler.grace_period=50")
    stopped(200, *asha)
    result = run(written(tmp_path, *asha))
    assert set(result.trials["status"]) <= {"COMPLETED", "PRUNED"}
    for _, epochs in result.epochs.groupby("trial_id")["epoch"]:
        assert epochs.tolist() == list(range(1, len(epochs) + 1))


def test_trials_of_a_function_go_on_from_what_it_has_saved(tmp_path, monkeypatch):
    (tmp_path / "training_with_state.py").write_text(
        textwrap.dedent(
            """
            import time
            from pathlib import Path

            def train(trial):
                state = trial.restore() or {"epoch": 0, "value": 1.0}
                with Path(__file__).with_name("starts.txt").open("a") as file:
                    file.write(f"{state['epoch']}\\n")
                for epoch in range(state["epoch"] + 1, trial.epochs + 1):
                    time.sleep(0.02)
                    state = {"epoch": epoch, "value": state["value"] * 0.9}
                    trial.save(state)
                    trial.report(val_loss=state["value"])
            """
        )
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "own.yaml").write_text(
        "trainer: {function: training_with_state:train, epochs: 150}\nmetric: {name: val_loss, mode: min}\n"
        "space: {x: [1]}\nseeds: 1\ncheckpoint: {every: 60}\nresources: {executor: inline}\n"
        "tracking: {enabled: false}\nreport: false\n"
    )
    config = load_config(tmp_path / "own.yaml", [f"results={tmp_path / 'results'}"])
    first = run(config, deadline_seconds=time.monotonic() + 3.0)
    assert first.interrupted
    # It is stopped long before a checkpoint is due, and leaves one.
    assert [file.name for file in find_files(first.path)] == [first.trials["trial_id"][0]]
    result = run(config)
    starts = [int(line) for line in (tmp_path / "starts.txt").read_text().split()]
    assert starts[0] == 0
    assert len(starts) == 2
    assert starts[1] > 20
    assert result.epochs["epoch"].tolist() == list(range(1, 151))
    np.testing.assert_allclose(result.epochs["val_loss"], 0.9 ** np.arange(1, 151))
    assert not find_files(result.path)
