"""A worker trains a user's trials in one process, and replaces it when a trial has ended it."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import pytest

from sweep.execution.sources import own as module
from sweep.execution.sources.assignment import CHECKPOINT
from sweep.execution.sources.own import TRIALS, OwnSource
from sweep.execution.sources.source import Answer
from sweep.planning.decision_points import DecisionPoints
from sweep.planning.own_training import OwnTraining
from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial
from sweep.results.kept_files import write_files
from sweep.system.interpreter import python_command
from trainers.errors import UserCodeError

CASES = """
    import ctypes
    import multiprocessing
    import os
    import subprocess
    import sys
    import time
    from pathlib import Path

    def train(trial):
        trial.report(val_loss=0.5, pid=os.getpid())
        globals()[trial.setting.get("case", "nothing")](trial)

    def nothing(trial):
        pass

    def exits_at_once(trial):
        print("so be it", flush=True)
        os._exit(3)

    def is_killed(trial):
        os.kill(os.getpid(), 9)

    def segfaults(trial):
        sys.stderr.write("reading at 0\\n")
        ctypes.string_at(0)

    def hangs(trial):
        print("waiting for the data", flush=True)
        time.sleep(1000)

    def has_children(trial):
        child = subprocess.Popen(["sleep", "1000"])
        fork = multiprocessing.get_context("fork").Process(target=time.sleep, args=(1000,))
        fork.start()
        Path(trial.setting["file"]).write_text(f"{os.getpid()} {child.pid} {fork.pid}\\n")

    def has_children_and_crashes(trial):
        has_children(trial)
        os._exit(1)

    def has_children_and_hangs(trial):
        has_children(trial)
        time.sleep(1000)

    def reports_for_ever(trial):
        while True:
            time.sleep(0.01)
            try:
                trial.report(val_loss=0.5)
            except Exception:
                pass

    def cannot_be_stopped(trial):
        Path(trial.setting["file"]).write_text(f"{os.getpid()}\\n")
        while True:
            try:
                trial.report(val_loss=0.5)
                time.sleep(0.01)
            except BaseException:
                pass
"""

DEATHS = {
    "exits_at_once": "the process of the training ended with exit code 3; it printed last: so be it",
    "is_killed": "the process of the training was killed by SIGKILL",
    "segfaults": "the process of the training was killed by SIGSEGV; it printed last: reading at 0",
}


@pytest.fixture(scope="module")
def own(workshop):
    return workshop.function(CASES)


@pytest.mark.parametrize("case", DEATHS)
def test_a_trial_that_ends_its_process_costs_itself_alone(own, case):
    before = own.train().values("pid")
    trained = own.train(case=case)
    assert (trained.status, trained.error) == ("FAILED", DEATHS[case])
    assert trained.values("val_loss") == [0.5], "what was reported until then is kept"
    after = own.train()
    assert after.status == "COMPLETED"
    assert before == trained.values("pid") != after.values("pid")


def test_a_trial_without_a_report_for_too_long_is_ended(workshop):
    own = workshop.function(CASES, timeout=0.6)
    begin = time.monotonic()
    trained = own.train(case="hangs")
    assert trained.status == "FAILED"
    assert trained.error == "no report for 0.6 seconds (`trainer.timeout`); it printed last: waiting for the data"
    assert 0.5 < time.monotonic() - begin < 5
    assert own.train().status == "COMPLETED"


def test_loading_the_user_s_code_does_not_count_as_silence(workshop):
    own = workshop.function(
        "import time; time.sleep(1)\n" + "def train(trial):\n    trial.report(val_loss=1)", timeout=0.5
    )
    assert own.train().status == "COMPLETED"


def test_a_closed_iterator_stops_the_trial_and_its_process_goes_on(own):
    pid = own.train().values("pid")
    reports = own.begin(case="reports_for_ever")
    assert any(next(reports) for _ in range(3))
    begin = time.monotonic()
    reports.close()
    assert time.monotonic() - begin < 1
    assert own.train().values("pid") == pid


def test_a_trial_that_cannot_be_stopped_is_killed(own, monkeypatch, survivors):
    monkeypatch.setattr(module, "STOP_SECONDS", 0.3)
    reports = own.begin(case="cannot_be_stopped", file="stubborn")
    next(reports)
    pids = own.pids("stubborn")
    reports.close()
    assert survivors(pids) == []
    assert own.train().status == "COMPLETED"


def test_what_a_trial_has_started_ends_with_its_process(own, survivors):
    trained = own.train(case="has_children_and_crashes", file="crashed")
    assert trained.status == "FAILED"
    assert survivors(own.pids("crashed")) == []


def test_what_a_trial_has_started_ends_with_the_source(workshop, survivors):
    own = workshop.function(CASES)
    reports = own.begin(case="has_children_and_hangs", file="closed")
    next(reports)
    pids = own.pids("closed")
    own.source.close()
    assert survivors(pids) == []


WORKER = """
import sys
from sweep.execution.sources.own import OwnSource
from sweep.planning.own_training import OwnTraining
from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial
folder, *command = sys.argv[1:]
how = {"command": tuple(command), "grace": 1.0} if command else {"function": "mine:train"}
source = OwnSource(OwnTraining(**how), folder + "/out", folder)
import os
os.makedirs(folder + "/out", exist_ok=True)
source.load(1, folder)
setting = {"case": "has_children_and_hangs", "file": "pids"}
for report in source.train(PlannedPack((Trial("t", Arm("a", "", setting), 0, "t"),), (), None, 0, 0.0)):
    pass
"""


@pytest.mark.parametrize("is_command", [False, True])
def test_a_worker_that_dies_takes_all_with_it(tmp_path, is_command, survivors, pids_in):
    (tmp_path / "mine.py").write_text(textwrap.dedent(CASES))
    (tmp_path / "train.sh").write_text("sleep 1000 &\necho $PPID $$ $! > pids\nwait\n")
    command = [
        *python_command(f"exec({WORKER!r})", sys.path),
        str(tmp_path),
        *(["sh", "train.sh"] if is_command else []),
    ]
    with subprocess.Popen(command, cwd=tmp_path) as worker:
        pids = pids_in(tmp_path / "pids")
        worker.send_signal(signal.SIGKILL)
    assert len(pids) == 3
    assert survivors(pids) == []


def test_a_trial_goes_on_from_what_was_kept(workshop):
    code = """
        def train(trial):
            state = trial.restore() or {"epoch": 0}
            for epoch in range(state["epoch"] + 1, trial.epochs + 1):
                trial.save({"epoch": epoch})
                trial.report(val_loss=1 / epoch, began_at=state["epoch"])
    """
    own = workshop.function(code, epochs=2, weights="last")
    first = own.train()
    assert first.epochs == [1, 2]
    folder = own.folder / "out" / TRIALS
    (folder / "t0").rename(folder / "t1")
    own.change(epochs=4, resumed=frozenset(["t1"]))
    second = own.train()
    assert second.epochs == [1, 2, 3, 4], "what was known comes with the first report"
    assert second.values("began_at") == [0, 0, 2, 2]
    (folder / "t1").rename(folder / "t2")
    (folder / "t2" / CHECKPOINT).write_bytes(b"damaged")
    own.change(resumed=frozenset(["t2"]))
    assert own.train().values("began_at") == [0, 0, 0, 0], "a damaged state is as good as none"


def test_code_that_has_changed_since_the_plan_is_not_trained(workshop):
    own = workshop.function("def train(trial):\n    trial.report(val_loss=1)")
    (path,) = own.folder.glob("*.py")
    own.source.close()
    own.change(files=((str(path), "0" * 16),))
    with pytest.raises(UserCodeError, match=r"must stay as it was when .* planned\. Received: a changed file"):
        own.train()
    assert own.source._child is None


def test_the_source_can_be_sent_to_a_worker_before_it_is_loaded(tmp_path):
    source = OwnSource(OwnTraining(function="a:b"), str(tmp_path), os.getcwd())
    assert pickle.loads(pickle.dumps(source)) == source


def test_a_trial_does_not_wait_for_more_output_once_it_has_ended(own):
    own.train()
    begin = time.monotonic()
    for _ in range(20):
        own.train()
    assert time.monotonic() - begin < 2, "at 0.2 seconds each it would be 4"


def test_a_machine_without_the_results_folder_sends_the_files_of_a_trial(tmp_path):
    (tmp_path / "elsewhere.py").write_text(
        textwrap.dedent(
            """
            def train(trial):
                (trial.folder / "notes.txt").write_text("mine")
                print("hello")
                trial.save({"epoch": 1})
                trial.report(val_loss=1.0)
            """
        )
    )
    training = OwnTraining(function="elsewhere:train", weights="last")
    source = OwnSource(training, str(tmp_path / "none"), str(tmp_path / "nowhere"))
    source.load(1, str(tmp_path))
    try:
        trial = Trial("t", Arm("a", "", {}), 0, "lineage")
        *_, last = source.train(PlannedPack((trial,), (), None, 0, 0.0))
    finally:
        source.close()
    assert last.files["files/notes.txt"] == b"mine"
    assert last.files["output.log"] == b"hello\n"
    assert "checkpoint.safetensors" in last.files
    assert not (tmp_path / "none").exists()
    write_files(tmp_path / "results", trial, last.files)
    assert (tmp_path / "results" / "trials" / "lineage" / "files" / "notes.txt").read_text() == "mine"


def test_no_file_that_is_sent_is_written_outside_the_folder_of_its_trial(tmp_path):
    trial = Trial("t", Arm("a", "", {}), 0, "lineage")
    write_files(tmp_path / "results", trial, {"../../../outside.txt": b"x", "inside.txt": b"y"})
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["inside.txt"]


# Decisions of a scheduler.

WAITS = """
    from pathlib import Path

    def train(trial):
        state = trial.restore() if trial.setting.get("saves") else None
        begin = 0 if state is None else state["epoch"]
        for epoch in range(begin + 1, 9):
            with Path("trained.txt").open("a") as file:
                file.write(f"{trial.setting['name']} {epoch}\\n")
            if trial.setting.get("saves"):
                trial.save({"epoch": epoch})
            trial.report(val_loss=1 / epoch)
"""


def decided(own, name, answers, resumed=0, **setting):
    """Train a trial that waits after 2, 4 and 8 epochs, and answer it; returns its reports and what it has trained."""
    pack = PlannedPack((Trial(name, Arm("a", "", {"name": name, **setting}), 0, name),), (), None, 8, 1.0)
    pack = replace(pack, decisions=DecisionPoints(values=(2.0, 4.0, 8.0)), resumed_epoch=resumed)
    training, answer, found, left = own.source.train(pack), None, [], list(answers)
    try:
        while True:
            report = next(training) if answer is None else training.send(answer)
            answer = None
            if report is not None:
                found.append(report)
                answer = left.pop(0) if report.waits else None
    except StopIteration:
        pass
    lines = (own.folder / "trained.txt").read_text().split("\n")
    return found, [int(line.split()[1]) for line in lines if line.startswith(f"{name} ")]


@pytest.fixture(scope="module")
def waiting(workshop):
    return workshop.function(WAITS, epochs=8)


def test_a_function_waits_for_each_decision_before_its_end_and_goes_on(waiting):
    reports, trained = decided(waiting, "goes", [Answer(), Answer()])
    assert [report.epochs[-1] for report in reports if report.waits] == [2, 4]
    assert [epoch for report in reports for epoch in report.epochs] == trained == [1, 2, 3, 4, 5, 6, 7, 8]
    assert reports[-1].ended[0].status == "COMPLETED"


def test_a_function_that_is_stopped_trains_no_further(waiting):
    reports, trained = decided(waiting, "stops", [Answer(), Answer(stop=(0,))])
    assert trained == [1, 2, 3, 4]
    assert reports[-1].last


@pytest.mark.parametrize(("saves", "again"), [(True, []), (False, [1, 2, 3, 4])])
def test_a_paused_function_goes_on_from_its_state_or_drops_the_reports_that_are_known(waiting, saves, again):
    name = f"pauses{saves}"
    reports, _ = decided(waiting, name, [Answer(), Answer(pause=(0,))], saves=saves)
    assert (reports[-1].ended[0].status, reports[-1].ended[0].step) == ("PAUSED", 4)
    reports, trained = decided(waiting, name, [], resumed=4, saves=saves)
    assert trained == [1, 2, 3, 4, *again, 5, 6, 7, 8]
    assert [epoch for report in reports for epoch in report.epochs] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert reports[-1].ended[0].status == "COMPLETED"


def test_a_function_that_pauses_twice_without_saving_in_between_keeps_its_first_state(waiting):
    decided(waiting, "twice", [Answer(pause=(0,))], saves=True)
    reports, _ = decided(waiting, "twice", [Answer(pause=(0,))], resumed=2, saves=True)
    assert reports[-1].ended[0].step == 4
    _, trained = decided(waiting, "twice", [], resumed=4, saves=True)
    assert trained == [1, 2, 3, 4, 5, 6, 7, 8]


YIELDS = """
    from pathlib import Path

    def train(trial):
        try:
            for epoch in range(1, 9):
                with Path("trained.txt").open("a") as file:
                    file.write(f"{trial.setting['name']} {epoch}\\n")
                yield {"val_loss": 1 / epoch}
        finally:
            with Path("closed.txt").open("a") as file:
                file.write(f"{trial.setting['name']}\\n")
"""


def test_a_generator_that_is_stopped_at_a_rung_is_closed_and_trains_no_further(workshop):
    own = workshop.function(YIELDS, epochs=8)
    reports, trained = decided(own, "stops", [Answer(), Answer(stop=(0,))])
    assert [epoch for report in reports for epoch in report.epochs] == trained == [1, 2, 3, 4]
    assert reports[-1].last
    assert (own.folder / "closed.txt").read_text() == "stops\n"
    pid = own.pid
    _, trained = decided(own, "next", [Answer(), Answer()])
    assert (trained, own.pid) == ([1, 2, 3, 4, 5, 6, 7, 8], pid), "its process trains the next trial"


WAITING_COMMAND = """
    [ "$2" = polite ] && trap 'touch "$1.tidied"; exit 0' TERM
    [ "$2" = stubborn ] && trap '' TERM
    for epoch in 1 2 3 4 5 6 7 8; do
        echo "$1 $epoch" >> trained.txt
        [ "$2" = quick ] || echo $$ > "$1.pid"
        echo "{\\"val_loss\\": 0.$epoch}" >> "$SWEEP_REPORT_FILE"
        [ "$2" = quick ] || sleep 0.5
    done
"""


@pytest.fixture(scope="module")
def waiting_command(workshop):
    return workshop.command("sh", "train.sh", "{name}", "{kind}", script=WAITING_COMMAND, epochs=8, grace=0.3)


@pytest.mark.parametrize(("kind", "tidied"), [("polite", True), ("stubborn", False)])
def test_a_command_that_is_stopped_at_a_rung_is_ended_with_sigterm_or_else_killed(
    waiting_command, kind, tidied, survivors
):
    own = waiting_command
    reports, trained = decided(own, kind, [Answer(stop=(0,))], kind=kind)
    assert [epoch for report in reports for epoch in report.epochs] == [1, 2]
    assert reports[-1].last
    assert trained[-1] < 8
    assert survivors(own.pids(f"{kind}.pid"), 0) == []
    assert (own.folder / f"{kind}.tidied").exists() is tidied


def test_what_a_command_reports_while_it_waits_counts_only_if_it_goes_on(waiting_command):
    reports, trained = decided(waiting_command, "goes", [Answer(), Answer(stop=(0,))], kind="quick")
    # A command does not know that it waits, and has trained all its epochs before it is told.
    assert trained == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [epoch for report in reports for epoch in report.epochs] == [1, 2, 3, 4]
    assert [report.epochs[-1] for report in reports if report.waits] == [2, 4]
