"""Figures of several objectives: the Pareto front among all settings, and its hypervolume over time."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from sweep.analysis.objectives import Objectives
from sweep.analysis.wording import capitalised, counted, metric_name
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Curve, Curves, Graph
from sweep.reports.svg.scales import scale_of

MOST_PAIRS = 6


def pareto_graph(findings: Findings) -> Graph | None:
    """The settings in the plane of each two objectives; None with a single objective or without a front."""
    found = findings.objectives
    if found is None or not any(found.is_front):
        return None
    panels = [_plane(found, *pair) for pair in combinations(range(len(found.names)), 2)][:MOST_PAIRS]
    if len(found.hypervolumes) > 1:
        x = np.arange(1.0, len(found.hypervolumes) + 1)
        volumes = Curve("hypervolume", 2, x, found.hypervolumes, is_step=True)
        panels.append(Curves("Hypervolume of the front", "setting, in the order proposed", "hypervolume", (volumes,)))
    count = counted(sum(found.is_front), "setting")
    names = [metric_name(name) for name in found.names]
    return Graph(
        "pareto-front",
        "Pareto front",
        f"{capitalised(count)} of {len(found.values):,}: no other setting is better in one of {' and '.join(names)} "
        "and no worse in all. The hypervolume is what the front dominates, up to the worst values seen; it never "
        "falls.",
        tuple(panels),
    )


def _plane(found: Objectives, first: int, second: int) -> Curves:
    x, y = (np.array([values[place] for values in found.values]) for place in (first, second))
    front = np.array(found.is_front)
    order = np.flatnonzero(front)[np.argsort(x[front], kind="stable")]
    names = [metric_name(found.names[place]) for place in (first, second)]
    # With three objectives, a projection of the front is no staircase.
    is_plane = len(found.names) == 2
    return Curves(
        title=f"{capitalised(names[1])} over {names[0]}",
        x_label=_better(names[0], found.modes[first]),
        y_label=_better(names[1], found.modes[second]),
        curves=(
            Curve("Pareto front", 1, x[order], y[order], has_dots=True, is_joined=is_plane,
                  is_step=is_plane and (found.modes[first], found.modes[second]) != ("max", "max")),
            Curve("other settings", 0, x[~front], y[~front], has_dots=True, is_joined=False, is_open=True, tone="grey"),
        ),
        x_scale=scale_of(x[np.isfinite(x)]),
        y_scale=scale_of(y[np.isfinite(y)]),
    )  # fmt: skip


def _better(name: str, mode: str) -> str:
    return f"{name} ({'less' if mode == 'min' else 'more'} is better)"
