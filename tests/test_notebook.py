"""The example notebook runs as a user runs it, and shows the sweep in its cells."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

NOTEBOOK = Path(__file__).parents[1] / "examples" / "notebook.ipynb"


# What the libraries of the notebook's protocol leave behind is no fault of this project.
pytestmark = [
    pytest.mark.skipif(find_spec("ipykernel") is None, reason="ipykernel is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook after all its cells have run, on this process's Python, and the sweep's cell a second time."""
    book = nbformat.read(NOTEBOOK, as_version=4)
    cell = next(cell for cell in book.cells if "sweep.run(" in cell.source)
    cell.source = cell.source.replace(
        'name="notebook",', 'name="notebook", resources={"executor": "inline"}, tracking={"enabled": False},'
    )
    book.cells.append(nbformat.v4.new_code_cell(cell.source))
    folder = tmp_path_factory.mktemp("notebook")
    client = nbclient.NotebookClient(book, timeout=200, resources={"metadata": {"path": str(folder)}})
    client.execute()
    return book


def html_of(cell: Any) -> str:
    return "\n".join(output["data"]["text/html"] for output in cell.outputs if "text/html" in output.get("data", {}))


def test_a_cell_shows_one_line_then_the_answer_the_leaderboard_and_the_figures(executed: Any) -> None:
    shown = html_of(executed.cells[3])
    assert "27/27 trials" in shown
    assert len(re.findall("<table", shown)) == 1
    assert "learning_rate=0.3 beta=0.5" in shown
    assert shown.count('src="data:image/svg+xml;base64,') >= 3


def test_the_result_gives_its_best_setting_and_its_table(executed: Any) -> None:
    best = executed.cells[4].outputs[0]["data"]["text/plain"]
    assert re.fullmatch(r"\{'learning_rate': 0\.\d+, 'beta': 0\.\d+\}", best)
    assert "final_val_loss_mean" in html_of(executed.cells[5])


def test_a_cell_that_is_run_again_trains_nothing(executed: Any) -> None:
    assert "All trials were finished before; nothing was trained." in html_of(executed.cells[-1])


INTERRUPTED = """
import pathlib, time, sweep

def train(trial):
    with open("calls.txt", "a") as file:
        file.write(f"{trial.setting['x']}\\n")
    for epoch in range(3):
        time.sleep(0.2)
        trial.report(val_loss=trial.setting["x"] / (epoch + 1))

result = sweep.run(
    train, space={"x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}, metric="val_loss", trainer={"epochs": 3},
    resources={"executor": "inline"}, tracking={"enabled": False}, report=False,
)
print("INTERRUPTED", result.interrupted, sorted(result.trials["status"]))
"""


def test_a_cell_that_is_interrupted_goes_on_when_it_is_run_again(tmp_path: Path) -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(INTERRUPTED) for _ in range(2)])
    client = nbclient.NotebookClient(book, timeout=100, resources={"metadata": {"path": str(tmp_path)}})
    calls = tmp_path / "calls.txt"

    def interrupt() -> None:
        while not calls.exists() or len(calls.read_text().splitlines()) < 3:
            time.sleep(0.05)
        os.kill(client.km.provisioner.pid, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    client.execute()
    first, second = ("".join(out.get("text", "") for out in cell.outputs) for cell in book.cells)
    assert "INTERRUPTED True" in first
    assert "INTERRUPTED False ['COMPLETED', 'COMPLETED', 'COMPLETED'," in second
    # Two trials were finished, and the third was begun twice.
    assert calls.read_text().split() == ["1.0", "2.0", "3.0", "3.0", "4.0", "5.0", "6.0"]
