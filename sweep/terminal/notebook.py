"""Shows a running sweep in a notebook as one line, and a finished one as a table with the report's figures."""

from __future__ import annotations

import base64
import html
import math
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sweep.driver.display import Progress
from sweep.terminal.leaderboard import spell
from sweep.terminal.progress import PeriodicProgress

if TYPE_CHECKING:
    import pandas as pd

    from sweep.driver.run import RunResult

UPDATE_SECONDS = 0.5
"""Minimum time between two states of the line."""

MOST_ARMS = 20
"""Rows of the leaderboard that are shown; ``.table`` has all."""

FIGURES = "figures"


def shell() -> Any | None:
    """Return the notebook that this process runs, of IPython; None outside one."""
    interactive = sys.modules.get("IPython")
    found = None if interactive is None else interactive.get_ipython()
    return found if found is not None and type(found).__name__ == "ZMQInteractiveShell" else None


def notebook_progress() -> Progress | None:
    """Return the display for a notebook, and let it show results as HTML; None outside one."""
    notebook = shell()
    if notebook is None:
        return None
    from sweep.driver.run import RunResult

    notebook.display_formatter.formatters["text/html"].for_type(RunResult, result_html)
    shown: Any = import_module("IPython.display")
    handle = shown.display(shown.HTML(""), display_id=True)
    return NotebookProgress(lambda text: handle.update(shown.HTML(text)))


class NotebookProgress(PeriodicProgress):
    """A line that is updated in place, with the messages below it.

    Args:
        show: takes the HTML that replaces what was shown.
        clock: the time in seconds.
    """

    def __init__(self, show: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(UPDATE_SECONDS, clock)
        self._show_html = show
        self._messages: list[str] = []

    def message(self, text: str) -> None:
        """Show the text below the line."""
        self._messages.append(text)
        self._show()

    def _show(self) -> None:
        now = self._clock()
        state = self._state
        said = [f"{state.done:,}/{state.total:,} trials", *state.facts(now)]
        said += [f"best {one.label}: {spell(one.value)}" for one in state.best.values()]
        lines = [", ".join(said), *self._messages]
        self._show_html("<br>".join(map(html.escape, lines)))
        self._shown_seconds = now


def result_html(result: RunResult) -> str:
    """Return a finished sweep as HTML: the answer, the leaderboard, and the report's figures."""
    parts = [f"<p>{html.escape(line)}</p>" for line in (*result.answer.split("\n"), *result.notes) if line]
    parts.append(_table(result.table, f"{result.by}_"))
    for path in sorted((result.path / FIGURES).glob("*.svg")):
        picture = base64.b64encode(path.read_bytes()).decode()
        source = f'src="data:image/svg+xml;base64,{picture}"'
        parts.append(f'<p><img alt="{html.escape(path.stem)}" style="max-width: 40em" {source}></p>')
    return "\n".join(parts)


def _table(board: pd.DataFrame, prefix: str) -> str:
    """The first arms with rank, label, mean and spread of the metric, and what did not end well."""
    (mean,) = [name for name in board.columns if name.startswith(prefix) and name.endswith("_mean")][:1]
    name = mean.removeprefix(prefix).removesuffix("_mean")
    shown = board.head(MOST_ARMS)
    spread = shown[mean.removesuffix("_mean") + "_std"]
    values = [
        "" if math.isnan(value) else spell(value) if math.isnan(std) else f"{spell(value)} ± {spell(std)}"
        for value, std in zip(shown[mean].astype(float), spread.astype(float), strict=True)
    ]
    columns = {"": shown["rank"], "arm": shown["arm"], name: values, "seeds": shown["seeds"]}
    columns |= {
        kind: shown[kind] for kind in ("pruned", "diverged", "failed") if kind in board and (board[kind] > 0).any()
    }
    text: str = type(board)(columns).to_html(index=False, na_rep="", border=0)
    more = len(board) - len(shown)
    return text + (f"<p>{more:,} more arms are in the result's table.</p>" if more > 0 else "")
