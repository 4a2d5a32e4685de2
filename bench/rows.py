"""One row of the benchmark table: a measurement and its baseline, measured side by side in one run."""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """A ratio with the measurements behind it.

    Args:
        what: what was measured.
        ours: measurements of this project, one per repetition.
        against: the baseline.
        theirs: measurements of the baseline in the same repetitions; empty if ``ours`` is compared with ``bound``.
        unit: the unit of both.
        bound: bound on the ratio (or, without ``theirs``, on the measurement).
        sense: whether ``bound`` is a minimum or a maximum.
        inverse: True if the ratio is theirs / ours (the speedup), False if it is ours / theirs.
    """

    what: str
    ours: tuple[float, ...]
    against: str
    theirs: tuple[float, ...]
    unit: str
    bound: float
    sense: Literal["at least", "at most"]
    inverse: bool = True

    @property
    def ratios(self) -> list[float]:
        """The ratio of each repetition; the measurements themselves if there is no baseline."""
        if not self.theirs:
            return list(self.ours)
        pairs = list(zip(self.ours, self.theirs, strict=True))
        return [b / a if self.inverse else a / b for a, b in pairs]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def holds(self) -> bool:
        """Whether the median satisfies the bound."""
        return self.ratio >= self.bound if self.sense == "at least" else self.ratio <= self.bound

    def line(self) -> str:
        """The row as one line of text."""
        low, high = min(self.ratios), max(self.ratios)
        ours = f"{statistics.median(self.ours):.4g} {self.unit}"
        theirs = f" against {statistics.median(self.theirs):.4g} ({self.against})" if self.theirs else ""
        sign = "x" if self.theirs else f" {self.unit}"
        verdict = "holds" if self.holds else "MISSED"
        return (
            f"{self.what}: {ours}{theirs}: {self.ratio:.3g}{sign} ({low:.3g} to {high:.3g}), "
            f"{self.sense} {self.bound:g}: {verdict}"
        )


def main(measure: Callable[[int], Sequence[Row]], description: str | None, repeat: int = 5) -> None:
    """Command-line interface of a script: measure, then print lines or JSON.

    Args:
        measure: function from the number of repetitions to rows.
        description: the script's docstring.
        repeat: default number of repetitions.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repeat", type=int, default=repeat, help="repetitions")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    rows = measure(options.repeat)
    if options.json:
        print(json.dumps([{**asdict(row), "ratio": row.ratio, "holds": row.holds} for row in rows]))
    else:
        for row in rows:
            print(row.line())
