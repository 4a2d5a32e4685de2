"""Gives lines with the same label the same colour and style in all panels of a section."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from sweep.reports.graph_records import Curve, Curves, Numbers, Panel


def line(label: str, x: Numbers, y: Numbers, *, has_dots: bool = False) -> Curve:
    """Create a line, to be given a look by `looks_by_label` once all panels are known.

    Args:
        label: label in the legend.
        x: (n,) horizontal coordinates.
        y: (n,) vertical coordinates.
        has_dots: whether points are marked.
    """
    return Curve(label, 0, x, y, has_dots=has_dots)


def looks_by_label(panels: Sequence[Panel]) -> tuple[Panel, ...]:
    """Assign a look to each label: the same in all panels, and distinct from the other labels of a panel.

    Args:
        panels: panels of one section; pale lines get the look of the full line with the same label.
    """
    drawn = [panel.curves for panel in panels if isinstance(panel, Curves)]
    groups = [list(dict.fromkeys(curve.label for curve in curves if curve.tone == "full")) for curves in drawn]
    looks: dict[str, int] = {}
    for label in dict.fromkeys(itertools.chain.from_iterable(groups)):
        beside = {other for group in groups if label in group for other in group}
        taken = {looks[other] for other in beside if other in looks}
        looks[label] = next(number for number in itertools.count() if number not in taken)
    return tuple(
        replace(panel, curves=tuple(replace(curve, look=looks.get(curve.label, 0)) for curve in panel.curves))
        if isinstance(panel, Curves)
        else panel
        for panel in panels
    )
