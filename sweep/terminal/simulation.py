"""Prints what replayed sweeps have found and what they would have cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from sweep.terminal.quantities import plain_console

if TYPE_CHECKING:
    from sweep.driver.simulate import SimulatedSweep


def print_simulation(sweeps: Sequence[SimulatedSweep], metric: str) -> None:
    """Print the means over replays, with their ranges where there are several.

    Args:
        sweeps: one or more replays.
        metric: name of the compared metric.
    """
    first = sweeps[0]
    epochs = [100 * one.epochs / one.whole_epochs for one in sweeps]
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim")
    rows.add_column()
    pairs = [
        ("replays", f"{len(sweeps)}"),
        ("settings", _spread([one.arms for one in sweeps], "{:,.0f}")),
        ("trials", _spread([one.trials for one in sweeps], "{:,.0f}")),
        ("pruned", _spread([one.pruned for one in sweeps], "{:,.0f}")),
        ("epochs", _spread([one.epochs for one in sweeps], "{:,.0f}")),
        ("of the recorded", _spread(epochs, "{:.1f} %")),
        ("training", _spread([one.seconds for one in sweeps], "{:.3g} s")),
        (f"best {metric}", _spread([one.value for one in sweeps], "{:.4g}")),
        ("best recorded", f"{first.best_recorded:.4g}"),
        ("best setting", first.best if len(sweeps) == 1 else f"{first.best} (first replay)"),
    ]
    for name, text in pairs:
        rows.add_row(name, text)
    plain_console().print(rows)


def _spread(values: Sequence[float], form: str) -> str:
    """The mean, and the range if the values differ."""
    found = np.asarray(values, dtype=np.float64)
    found = found[np.isfinite(found)]
    if not len(found):
        return "none"
    mean = form.format(float(np.mean(found)))
    if float(np.min(found)) == float(np.max(found)):
        return mean
    return f"{mean} ({form.format(float(np.min(found)))} to {form.format(float(np.max(found)))})"
