"""A running sweep is shown live in a terminal, in sparse plain lines elsewhere, and not at all when quiet."""

import io
import subprocess
import sys

from rich.console import Console

from sweep.driver.display import Leader, Silent
from sweep.terminal.progress import LiveProgress, PlainProgress, State, make_progress

BEST = {
    "sgd": Leader("sgd lr=0.1", 0.1234, 3, "final"),
    "adam": Leader("adam lr=0.001", 0.0712, 1, "final"),
}


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def _console(*, terminal=False, width=80):
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, highlight=False, color_system=None)


def _update(progress, done, running=0, diverged=0, failed=0, best=None):
    progress.update(done=done, running=running, diverged=diverged, failed=failed, best=best or {})


def test_the_display_suits_where_the_output_goes():
    assert isinstance(make_progress(console=_console(terminal=True)), LiveProgress)
    assert isinstance(make_progress(console=_console()), PlainProgress)
    assert isinstance(make_progress(quiet=True, console=_console(terminal=True)), Silent)


def test_quiet_writes_nothing(capfd):
    progress = make_progress(quiet=True)
    progress.start(10)
    _update(progress, 5, best=BEST)
    progress.message("hello")
    progress.stop()
    assert capfd.readouterr() == ("", "")


def test_plain_lines_come_every_few_seconds_whole_and_without_control_characters():
    console, clock = _console(width=20), Clock()
    progress = PlainProgress(console, clock)
    progress.start(100)
    for second in range(1, 11):
        clock.now = float(second)
        _update(progress, done=second, running=4, diverged=1, best=BEST)
    progress.message("one part cannot be read")
    progress.stop()
    lines = console.file.getvalue().splitlines()
    rule = "best by the mean over seeds of the last epoch so far"
    best = f"{rule}: sgd lr=0.1: 0.1234 (3 seeds); adam lr=0.001: 0.0712 (1 seed)"
    assert lines == [
        "0/100 trials, starting",
        f"5/100 trials, 4 running, 1 diverged, 1.0 trials/s, 2 min left | {best}",
        f"10/100 trials, 4 running, 1 diverged, 1.0 trials/s, 2 min left | {best}",
        "one part cannot be read",
    ]


def test_the_last_state_is_always_written():
    console, clock = _console(), Clock()
    progress = PlainProgress(console, clock)
    progress.start(4)
    clock.now = 2.0
    _update(progress, done=4, failed=1)
    progress.stop()
    assert console.file.getvalue().splitlines()[-1] == "4/4 trials, 1 failed, 2.0 trials/s"


def test_speed_is_that_of_this_run_alone_and_slow_ones_are_told_per_minute():
    state = State(total=100, started_seconds=10.0, done_before=40, done=42, running=8)
    assert state.facts(now_seconds=70.0) == ["8 running", "2.0 trials/min", "29 min left"]


def test_pruned_trials_are_told_apart_from_those_that_diverged():
    console, clock = _console(), Clock()
    progress = PlainProgress(console, clock)
    progress.start(4)
    clock.now = 2.0
    progress.update(done=4, running=0, diverged=1, failed=0, best={}, pruned=2)
    progress.stop()
    assert console.file.getvalue().splitlines()[-1] == "4/4 trials, 2 pruned, 1 diverged, 2.0 trials/s"


def test_the_live_display_shows_bar_counts_and_the_best_of_each_optimizer_within_the_width():
    console = _console(terminal=True, width=60)
    progress = LiveProgress(console, Clock())
    progress.start(54)
    progress.message("[resumed] a message")
    _update(
        progress, 18, running=6, diverged=2, best={**BEST, "momentum": Leader("momentum " + "x" * 80, 0.5, 2, "final")}
    )
    progress.stop()
    shown = console.file.getvalue()
    assert "[resumed] a message" in shown
    with console.capture() as capture:
        console.print(progress.render())
    lines = capture.get().splitlines()
    assert lines[0].endswith("18/54 trials")
    assert lines[1] == "6 running  2 diverged"
    assert lines[2] == "best by the mean over seeds of the last epoch so far"
    assert lines[3] == "  0.0712   1 seed  adam lr=0.001"
    assert lines[4].startswith("  0.5000  2 seeds  momentum xxx")
    assert lines[4].endswith("…")
    assert max(map(len, lines)) <= 60


def test_a_live_display_draws_at_most_a_few_frames_a_second():
    console = _console(terminal=True)
    progress = LiveProgress(console, Clock())
    progress.start(10_000)
    before = console.file.getvalue().count("trials")
    for done in range(10_000):
        _update(progress, done)
    drawn = console.file.getvalue().count("trials") - before
    progress.stop()
    assert drawn <= 4


def test_a_running_sweep_loads_no_library_of_statistics():
    code = "import sys, sweep.terminal.progress; print('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
