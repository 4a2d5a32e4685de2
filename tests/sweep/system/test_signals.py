"""A sweep that is stopped loses nothing that was finished, leaves nothing behind, and goes on where it was."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

import sweep
from sweep import load_config, load_results, plan, run
from sweep.records import Arm, Trial
from sweep.running.event_log import EventLog
from sweep.running.replay import replay
from sweep.system.signals import Interruption

# Trials of different length cannot share a pack: one worker trains six packs one after the other.
SWEEP = """
data: {name: digits}
network: {hidden: [32]}
optimizers: {adam: {learning_rate: 0.001}}
space: {batch_size: 16, epochs: [100, 101, 102, 103, 104, 105]}
resources: {workers: 1}
"""


@pytest.fixture(scope="module", autouse=True)
def _a_lost_terminal_is_noticed():
    """Under ``nohup`` the tests themselves ignore SIGHUP, and so would what they start."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def test_the_first_signal_is_noted_and_the_second_ends():
    with Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.requested
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_afterwards_signals_are_handled_as_before():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Interruption():
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_lost_terminal_asks_once_and_is_not_impatient():
    with Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        assert interruption.requested
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_an_ignored_sighup_stays_ignored_as_under_nohup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not interruption.requested
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_in_another_thread_it_leaves_signals_alone():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work():
        with Interruption() as interruption:
            seen.extend([interruption.requested, signal.getsignal(signal.SIGINT)])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False, before]


def test_starting_ray_leaves_sigterm_to_the_sweep(ray):
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@dataclass
class Stopped:
    """What a sweep left that was stopped after its first trial."""

    number: signal.Signals
    file: Path
    code: int
    out: str
    err: str
    stray: list[str]
    finished: dict[str, float]

    @property
    def runs(self) -> list[tuple[str, bool]]:
        """Status of each run in MLflow but those of arms and base rates, and whether it is a trial's."""
        query = (
            "SELECT status, EXISTS (SELECT 1 FROM tags WHERE tags.run_uuid = runs.run_uuid AND key = 'sweep.trial_id') "
            "FROM runs WHERE lifecycle_stage = 'active' AND NOT EXISTS "
            "(SELECT 1 FROM tags WHERE tags.run_uuid = runs.run_uuid "
            "AND key = 'kind' AND value IN ('arm', 'base rate'))"
        )
        with closing(sqlite3.connect(self.file.parent / "mlflow.db")) as database:
            return [(status, bool(is_trial)) for status, is_trial in database.execute(query)]


def marked(mark: str) -> list[str]:
    """Command lines of the processes whose environment holds ``mark``: all that descend from the one that got it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip())
    return found


@dataclass
class Running:
    """``sweep run`` in a process of its own, to be stopped by a signal."""

    number: signal.Signals
    file: Path
    executor: str
    mark: str = field(default_factory=lambda: f"mark-{uuid.uuid4()}")
    signalled: bool = False

    def __post_init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sweep", "run", str(self.file), f"resources.executor={self.executor}"],
            cwd=self.file.parent,
            env={**os.environ, "MARK": self.mark, "PYTHONPATH": str(Path(sweep.__file__).parents[1])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def signal_after_first_trial(self) -> bool:
        """Send the signal once a trial has ended; True when that is done."""
        if not self.signalled and self.finished():
            # Ctrl-C and the end of a terminal go to all of its processes, other signals to one.
            send = os.killpg if self.number in (signal.SIGINT, signal.SIGHUP) else os.kill
            send(self.process.pid, self.number)
            self.signalled = True
        return self.signalled or self.process.poll() is not None

    def end(self) -> Stopped:
        out, err = self.process.communicate(timeout=60)
        wait_until(lambda: not self.stray(), 30 if self.number == signal.SIGKILL else 1)
        return Stopped(self.number, self.file, self.process.returncode, out, err, self.stray(), self.finished())

    def finished(self) -> dict[str, float]:
        """Id of each trial that has ended -> when its training began."""
        records = [record for log in self.file.parent.glob("results/*/events") for record in EventLog(log).read()[0]]
        planned = {
            trial_id: seed
            for record in records
            if record.kind == "plan"
            for pack in record.facts["packs"].values()
            for trial_id, seed in pack
        }
        trials = [Trial(trial_id, Arm("", "", {}), seed) for trial_id, seed in planned.items()]
        return {result.trial.id: result.started_seconds for result in replay(records, trials)}

    def stray(self) -> list[str]:
        """What is left of it; after a SIGKILL, what Ray calls agents need half a minute to notice, and hold nothing."""
        agents = ("ray::DashboardAgent", "ray::RuntimeEnvAgent") if self.number == signal.SIGKILL else ()
        return [name for name in marked(self.mark) if name not in agents]

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)


@pytest.fixture(scope="module", params=["ray", "inline"])
def stopped_by(request, workplace, tmp_path_factory):
    """Sweeps that were stopped by each signal, at the same time because most of their time is waiting for Ray."""
    running = []
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
            file = workplace(tmp_path_factory.mktemp(number.name), SWEEP)
            running.append(Running(number, file, request.param))
        wait_until(lambda: all([each.signal_after_first_trial() for each in running]), 120)
        yield {each.number: each.end() for each in running}
    finally:
        for each in running:
            each.kill()


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name)
def stopped(request, stopped_by):
    return stopped_by[request.param]


def test_it_ends_with_130_and_says_how_to_go_on(stopped):
    if stopped.number == signal.SIGKILL:
        assert stopped.code == -9
    else:
        assert stopped.code == 130
        assert "Stopped before the end. Run the same command to go on." in stopped.out
    assert stopped.err == ""


def test_it_leaves_no_process(stopped):
    assert stopped.stray == []


def test_it_keeps_what_was_finished(stopped):
    assert 1 <= len(stopped.finished) < 6
    if stopped.number != signal.SIGKILL:
        trials = load_results(next(stopped.file.parent.glob("results/*"))).trials
        assert (trials["status"] == "COMPLETED").sum() == len(stopped.finished)
        assert (trials["status"] == "PENDING").sum() == 6 - len(stopped.finished)


def test_it_leaves_no_run_open_in_mlflow(stopped):
    if stopped.number != signal.SIGKILL:
        trials = [("FINISHED", True)] * len(stopped.finished)
        assert sorted(stopped.runs) == sorted([*trials, ("KILLED", False)])


@pytest.fixture(scope="module")
def whole(workplace, tmp_path_factory):
    """The epochs of the sweep where nothing stops it."""
    file = workplace(tmp_path_factory.mktemp("whole"), SWEEP)
    return run(load_config(file, ["resources.executor=inline", "tracking.enabled=false", "report=false"])).epochs


# Last, because it goes on with what the others look at.
def test_the_next_run_trains_the_rest_alone_and_ends_with_one_run_a_trial(stopped, whole):
    # Also where Ray had begun: who trains changes no number.
    config = load_config(stopped.file, ["resources.executor=inline", "report=false"])
    result = run(config)
    assert not result.interrupted
    trials = result.trials.set_index("trial_id")
    assert list(trials.index) == [trial.id for trial in plan(config).trials]
    assert trials["status"].tolist() == ["COMPLETED"] * 6
    assert trials["epochs_done"].tolist() == [100, 101, 102, 103, 104, 105]
    assert {trial: trials["started_seconds"][trial] for trial in stopped.finished} == stopped.finished
    assert sorted(stopped.runs) == [("FINISHED", False)] + [("FINISHED", True)] * 6
    pd.testing.assert_frame_equal(result.epochs.drop(columns="seconds"), whole.drop(columns="seconds"))
