"""Writes the table of docs/metrics.md from the declarations of the metrics.

Usage: python docs/site/metrics.py
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

from trainers.metrics import METRICS, Metric

PAGE = Path(__file__).parents[1] / "metrics.md"
DATA = {
    ("binary",): "two classes",
    ("multiclass",): "three classes and more",
    ("multiclass", "binary"): "classes",
    ("regression",): "numbers",
    ("multiclass", "binary", "regression"): "all",
}
MARKS = re.compile(r"<!-- table: metrics -->\n(?:.*?)<!-- end of table -->", flags=re.DOTALL)
Row = tuple[str, ...]


def rows() -> Iterator[Row]:
    """For each metric its data, whether it is maximised, its range and what to know."""
    yield "metric", "data", "better", "range", "to know"
    for name, metric in METRICS.items():
        note = f"{metric.note}, in per cent" if metric.is_share and metric.note else metric.note
        yield (
            f"`{name}`",
            DATA[metric.tasks],
            "small" if metric.mode == "min" else "large",
            _range(metric),
            note or ("in per cent" if metric.is_share else ""),
        )


def _range(metric: Metric) -> str:
    low = f"{metric.low:g}" if math.isfinite(metric.low) else "any"
    return f"{low} to {metric.high:g}" if math.isfinite(metric.high) else f"{low} or more"


def filled(page: str) -> str:
    """The page with its table regenerated from the declarations."""
    head, *body = (f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows())
    table = "\n".join((head, f"|{' --- |' * (head.count('|') - 1)}", *body))
    return MARKS.sub(lambda _: f"<!-- table: metrics -->\n\n{table}\n\n<!-- end of table -->", page)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
