"""The family tree of a population: which trial took over the state of which, and when."""

from __future__ import annotations

import numpy as np

from sweep.analysis.objectives import Descent
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Curve, Curves, Graph


def lineage_graph(findings: Findings) -> Graph | None:
    """One line per trial over its training, joined to its parent's where it took over its state; None without any."""
    found = findings.descents
    if not any(one.parent for one in found):
        return None
    places = {name: place for place, name in enumerate(dict.fromkeys(one.trial for one in found), 1)}
    kept = line_of(found, _best(findings))
    curves = [Curve(one.trial, 0, *_stretch(one, places), tone="pale") for one in found if one not in kept]
    points: list[tuple[float, float]] = []
    for one in kept:
        points += list(zip(*_stretch(one, places), strict=True))
    curves.append(Curve("line of descent of the best", 0, [x for x, _ in points], [y for _, y in points]))
    changes = [one for one in kept if one.changed]
    curves.append(
        Curve("took over and changed", 0, [one.start for one in changes], [places[one.trial] for one in changes],
              has_dots=True, is_joined=False)
    )  # fmt: skip
    told = "; ".join(
        f"at {one.start:g} {', '.join(f'{name} {value}' for name, value in one.changed)}" for one in changes[:MOST_TOLD]
    )
    return Graph(
        "family-tree",
        "Family tree",
        "Each row is a trial of the population over its training; where it took over the state of another, its line "
        f"comes from there. The bold line leads to the best.{f' Its changes: {told}.' if told else ''}",
        (
            Curves("Who descends from whom", "epoch", "trial, in the order of the table", tuple(curves),
                   y_limits=(0.4, len(places) + 0.6)),
        ),
    )  # fmt: skip


MOST_TOLD = 8
"""Maximum number of changes in the caption."""


def _best(findings: Findings) -> str:
    """The trial of the population with the best final value; the one that trained longest if none has a value."""
    study, trials = findings.study, findings.trials
    rows = trials[trials["trial_id"].isin({one.trial for one in findings.descents})]
    values = rows.set_index("trial_id")[f"final_{study.metric}"].astype(np.float64).dropna()
    if values.empty:
        return max(findings.descents, key=lambda one: one.end).trial
    return str(values.idxmin() if study.mode == "min" else values.idxmax())


def line_of(found: tuple[Descent, ...], trial: str) -> tuple[Descent, ...]:
    """Return the stretches that a trial descends from, the first first.

    Args:
        found: all stretches.
        trial: name of the trial whose last stretch the line leads to.

    >>> first, second = Descent("a", 0, 2), Descent("b", 2, 4, parent="a")
    >>> line_of((first, Descent("a", 2, 4), Descent("b", 0, 2), second), "b") == (first, second)
    True
    """
    kept: list[Descent] = []
    until = float("inf")
    while True:
        earlier = [one for one in found if one.trial == trial and one.start < until]
        if not earlier:
            return tuple(reversed(kept))
        one = max(earlier, key=lambda stretch: stretch.start)
        kept.append(one)
        trial, until = one.parent or one.trial, one.start


def _stretch(one: Descent, places: dict[str, int]) -> tuple[list[float], list[float]]:
    """The line of a stretch, from its parent's row."""
    here = float(places[one.trial])
    start = float(places.get(one.parent, here))
    return [one.start, one.start, one.end], [start, here, here]
