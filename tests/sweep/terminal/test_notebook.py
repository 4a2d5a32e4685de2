"""In a notebook a sweep is one line that is updated in place, and its result a table with the figures."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from sweep.driver.display import Leader
from sweep.driver.run import RunResult
from sweep.terminal.notebook import NotebookProgress, notebook_progress, result_html


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def line():
    """A display, its clock, and what it has shown."""
    shown, clock = [], Clock()
    return NotebookProgress(shown.append, clock), clock, shown


def update(progress, done, running=0, failed=0, best=None):
    progress.update(done=done, running=running, diverged=0, failed=failed, best=best or {})


def test_the_line_is_replaced_at_most_twice_a_second(line):
    progress, clock, shown = line
    progress.start(10, done=1)
    assert shown == ["1/10 trials, starting"]
    for now, done in ((0.2, 1), (0.4, 2), (0.5, 2), (0.9, 3), (1.0, 4)):
        clock.now = now
        update(progress, done, running=1, best={"sgd": Leader("sgd lr=0.1", 0.25, 2, "final")})
    # 1 trial in half a second and 8 are left, then 3 in a second and 6 are left.
    assert shown[1:] == [
        "2/10 trials, 1 running, 2.0 trials/s, 4 s left, best sgd lr=0.1: 0.2500",
        "4/10 trials, 1 running, 3.0 trials/s, 2 s left, best sgd lr=0.1: 0.2500",
    ]


def test_messages_stay_below_the_line_and_are_no_html(line):
    progress, clock, shown = line
    progress.start(2)
    progress.message("A worker died; its <b> trials start over.")
    clock.now = 0.1
    update(progress, 2, failed=1)
    progress.stop()
    assert shown[1] == "0/2 trials, starting<br>A worker died; its &lt;b&gt; trials start over."
    assert shown[-1] == "2/2 trials, 1 failed, 20.0 trials/s<br>A worker died; its &lt;b&gt; trials start over."


class ZMQInteractiveShell:
    """Stands for the shell of a notebook."""

    def __init__(self):
        self.printers = {}
        printer = SimpleNamespace(for_type=self.printers.__setitem__)
        self.display_formatter = SimpleNamespace(formatters={"text/html": printer})


def test_outside_a_notebook_there_is_no_such_display(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert notebook_progress() is None
    for shell in (None, SimpleNamespace()):
        # No IPython, and that of a terminal.
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert notebook_progress() is None


def test_in_a_notebook_one_output_is_updated_and_results_are_shown_as_html(monkeypatch):
    shell, shown = ZMQInteractiveShell(), []
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    display = SimpleNamespace(
        HTML=lambda text: ("html", text),
        display=lambda what, display_id: SimpleNamespace(update=shown.append),
    )
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    progress = notebook_progress()
    assert progress is not None
    progress.start(3)
    assert shown == [("html", "0/3 trials, starting")]
    assert shell.printers == {RunResult: result_html}


def result(path: Path, arms: int, **facts) -> RunResult:
    board = pd.DataFrame(
        {
            "rank": range(1, arms + 1),
            "arm": [f"<lr={number}>" for number in range(arms)],
            "final_val_loss_mean": [0.1 + number for number in range(arms)],
            "final_val_loss_std": [0.5] * arms,
            "seeds": [3] * arms,
            "diverged": [0] * arms,
            "failed": [0] * (arms - 1) + [2],
        }
    )
    made = RunResult(path=path, **facts)
    # In place of the file.
    vars(made)["leaderboard"] = board
    return made


def test_a_result_is_its_answer_its_leaderboard_and_its_figures(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "curves.svg").write_text("<svg/>")
    text = result_html(result(tmp_path, 2, answer="First.\nSecond <p>.", notes=("Told.",)))
    assert text.startswith("<p>First.</p>\n<p>Second &lt;p&gt;.</p>\n<p>Told.</p>\n<table")
    for part in ("<th>arm</th>", "<th>val_loss</th>", "<th>failed</th>", "&lt;lr=0&gt;", "0.1000 ± 0.5000", "1.1000"):
        assert part in text
    assert "diverged" not in text
    assert f"data:image/svg+xml;base64,{base64.b64encode(b'<svg/>').decode()}" in text


def test_a_long_leaderboard_is_cut_and_says_so(tmp_path):
    text = result_html(result(tmp_path, 23))
    assert text.count("<tr") == 21
    assert text.endswith("<p>3 more arms are in the result's table.</p>")
    assert "more arms" not in result_html(result(tmp_path, 20))
