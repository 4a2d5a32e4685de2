"""Figures of what the best setting of each level predicts: confusions, ROC and calibration curves, residuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.classifier_curves import MeanCurve, calibration, precision_recall, roc
from sweep.analysis.comparison_data import Level
from sweep.analysis.confusion import confusion, most_confused
from sweep.analysis.residuals import residuals
from sweep.analysis.wording import counted
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Curve, Curves, Graph, Heat
from sweep.reports.html_tables import Grid
from sweep.reports.training_graphs import label

if TYPE_CHECKING:
    import pandas as pd

MOST_CLASSES = 20
"""With more, a confusion matrix is unreadable, and a table names the pairs that are confused most often."""

MOST_COUNTED = 4
"""With more classes, there is no room for numbers beside shares in the cells of a phone's page."""

LONGEST_COLUMN = 3
"""With more classes than that, columns with longer names, in characters, are numbered."""

EDGE = (-0.02, 1.02)
"""Limits of axes of shares, on which lines at 0 and 1 are visible."""


@dataclass(frozen=True)
class Predicted:
    """The predictions of the best setting of one level on one part of the data."""

    level: Level
    number: int
    rows: pd.DataFrame


def _predicted(findings: Findings) -> tuple[Literal["test", "validation"], tuple[Predicted, ...]]:
    """The predictions of each level: of the test part if all that have predictions have them, else of validation."""
    found = findings.predictions
    if found is None:
        return "validation", ()
    own = [
        Predicted(level, number, found[found["arm_id"] == level.selected.arm_id])
        for number, level in enumerate(findings.study.levels)
    ]
    own = [one for one in own if not one.rows.empty]
    part: Literal["test", "validation"] = (
        "test" if own and all((one.rows["part"] == "test").any() for one in own) else "validation"
    )
    parts = [Predicted(one.level, one.number, one.rows[one.rows["part"] == part]) for one in own]
    return part, tuple(one for one in parts if not one.rows.empty)


def _is_numeric(findings: Findings, shown: Sequence[Predicted]) -> bool:
    """Whether what is predicted is a number."""
    if findings.data is not None:
        return findings.data.task == "regression"
    return "output_1" not in shown[0].rows


def _of_classes(findings: Findings) -> tuple[Literal["test", "validation"], tuple[Predicted, ...]]:
    part, shown = _predicted(findings)
    return part, () if not shown or _is_numeric(findings, shown) else shown


def _names(findings: Findings, classes: int) -> tuple[str, ...]:
    known = [name for name, _ in findings.data.classes] if findings.data is not None else []
    return tuple(known) if len(known) == classes else tuple(map(str, range(classes)))


def _whose(findings: Findings, part: str, shown: Sequence[Predicted]) -> str:
    """What the figures show, as the start of a caption."""
    each = f" of each {findings.study.scientific}" if findings.study.scientific else ""
    seeds = max(one.rows["trial_id"].nunique() for one in shown)
    together = "together" if seeds > 1 else "each"
    return f"The best setting{each} on the {part} part, {counted(seeds, 'seed')} {together}"


def confusion_graph(findings: Findings) -> Graph | None:
    """A confusion matrix for each level; None without predictions of at most 20 classes."""
    part, shown = _of_classes(findings)
    matrices = [(one, confusion(one.rows)) for one in shown]
    matrices = [(one, counts) for one, counts in matrices if 1 < len(counts) <= MOST_CLASSES and counts.any()]
    if not matrices:
        return None
    panels = tuple(_matrix(findings, one, counts) for one, counts in matrices)
    said = "their number, and " if len(matrices[0][1]) <= MOST_COUNTED else ""
    return Graph(
        "confusion",
        "Confusion matrix",
        f"{_whose(findings, part, shown)}: a row has the examples of one class, a cell {said}how many per "
        "cent of them are predicted as the class of its column. The diagonal is right; an empty cell has none.",
        panels,
    )


def _matrix(findings: Findings, one: Predicted, counts: NDArray[np.int64]) -> Heat:
    names = _names(findings, len(counts))
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.where(totals > 0, 100 * counts / np.maximum(totals, 1), np.nan)
    is_counted = len(counts) <= MOST_COUNTED
    notes = [
        tuple(
            "" if not count else f"{count:,} ({_whole(share)} %)" if is_counted else _whole(share)
            for count, share in zip(*pair, strict=True)
        )
        for pair in zip(counts, shares, strict=True)
    ]
    columns, x_label = names, "predicted class"
    if not is_counted and max(map(len, names)) > LONGEST_COLUMN:
        columns = tuple(map(str, range(1, len(names) + 1)))
        names = tuple(f"{number} {name}" for number, name in zip(columns, names, strict=True))
        x_label = "predicted class, by its number"
    # The first class is the top row, as in a table, and the rows of a heat map are from the bottom.
    return Heat(
        title=label(one.level, findings.study.scientific),
        x_label=x_label,
        y_label="true class",
        x_names=columns,
        y_names=names[::-1],
        values=shares[::-1],
        notes=tuple(notes[::-1]),
        is_low_good=False,
        limits=(0.0, 100.0),
        measure="share of the examples of the class (%)",
    )


def _whole(share: float) -> str:
    """A percentage without decimals, in which 100 is all and 0 is none."""
    rounded = f"{share:.0f}"
    if rounded == "100" and share < 100:
        return ">99"
    return "<1" if rounded == "0" and share > 0 else rounded


def confused_grid(findings: Findings) -> Grid | None:
    """The pairs of classes that each level confuses most often; None for at most 20 classes."""
    part, shown = _of_classes(findings)
    rows = []
    for one in shown:
        counts = confusion(one.rows)
        if len(counts) <= MOST_CLASSES:
            return None
        names = _names(findings, len(counts))
        rows += [
            (
                one.level.name,
                names[pair.true],
                names[pair.predicted],
                f"{pair.count:,}",
                f"{100 * pair.share:.1f} %",
            )
            for pair in most_confused(counts)
        ]
    if not rows:
        return None
    factor = findings.study.scientific or "settings"
    note = f"{_whose(findings, part, shown)}: at most 20 pairs each; the share is of the examples of the true class."
    return Grid(
        "confused",
        "Classes that are confused most often",
        (factor, "True class", "Predicted class", "Number", "Share"),
        tuple(rows),
        (False, False, False, True, True),
        note,
        kept=("row",),
    )


def classifier_graph(findings: Findings) -> Graph | None:
    """ROC, precision-recall and calibration curves, a line for each level; None without predictions of classes."""
    part, shown = _of_classes(findings)
    panels = [panel for make in (_roc, _precision_recall, _calibration) if (panel := make(findings, shown)) is not None]
    if not panels:
        return None
    classes = max(sum(str(name).startswith("output_") for name in one.rows) for one in shown)
    if classes == 2:
        positive = _names(findings, 2)[1]
        what = f"Positive is the class {positive}."
        sure = f"the probability of {positive}"
    else:
        what = "Each class against all others, and their mean (macro)."
        sure = "the probability of the predicted class"
    is_mean = any(one.rows["trial_id"].nunique() > 1 for one in shown)
    mean = " Lines and areas are means over seeds, and the band has all seeds." if is_mean else ""
    return Graph(
        "classifier-curves",
        "ROC, precision-recall and calibration",
        f"{_whose(findings, part, shown)}. {what}{mean} Calibration compares {sure} with how often it comes true, a "
        "dot for each tenth of the predictions: above the diagonal it is too low, below too high.",
        tuple(panels),
    )


def _roc(findings: Findings, shown: Sequence[Predicted]) -> Curves | None:
    found = [(one, curve) for one in shown if (curve := roc(one.rows)) is not None]
    if not found:
        return None
    chance = Curve("guessing", 0, (0.0, 1.0), (0.0, 1.0), tone="grey")
    return Curves(
        "ROC curve",
        "false positive rate",
        "true positive rate",
        (*(_mean_curve(findings, one, curve, "area") for one, curve in found), chance),
        x_limits=EDGE,
        y_limits=EDGE,
    )


def _precision_recall(findings: Findings, shown: Sequence[Predicted]) -> Curves | None:
    found = [(one, curve) for one in shown if (curve := precision_recall(one.rows)) is not None]
    if not found:
        return None
    level = float(np.mean([curve.chance for _, curve in found]))
    chance = Curve("guessing", 0, (0.0, 1.0), (level, level), tone="grey")
    return Curves(
        "Precision-recall curve",
        "recall",
        "precision",
        (*(_mean_curve(findings, one, curve, "AP") for one, curve in found), chance),
        x_limits=EDGE,
        y_limits=EDGE,
    )


def _mean_curve(findings: Findings, one: Predicted, curve: MeanCurve, area: str) -> Curve:
    name = f"{label(one.level, findings.study.scientific)}, {area} {curve.area:.3f}"
    has_band = one.rows["trial_id"].nunique() > 1
    return Curve(name, one.number, curve.x, curve.mean, curve.low if has_band else (), curve.high if has_band else ())


def _calibration(findings: Findings, shown: Sequence[Predicted]) -> Curves | None:
    found = [(one, curve) for one in shown if (curve := calibration(one.rows)) is not None]
    if not found:
        return None
    perfect = Curve("perfectly calibrated", 0, (0.0, 1.0), (0.0, 1.0), tone="grey")
    curves = (
        Curve(label(one.level, findings.study.scientific), one.number, curve.predicted, curve.observed, has_dots=True)
        for one, curve in found
    )
    return Curves(
        "Calibration",
        "predicted probability",
        "share that came true",
        (*curves, perfect),
        x_limits=EDGE,
        y_limits=EDGE,
    )


def residual_graph(findings: Findings) -> Graph | None:
    """Residuals against predictions, a panel for each level; None without predictions of numbers."""
    part, shown = _predicted(findings)
    if not shown or not _is_numeric(findings, shown):
        return None
    found = [(one, residual) for one in shown if (residual := residuals(one.rows)) is not None]
    if not found:
        return None
    # One scale, so that the panels can be compared.
    low = min(float(residual.residual.min()) for _, residual in found)
    high = max(float(residual.residual.max()) for _, residual in found)
    room = 0.05 * ((high - low) or 1.0)
    limits = (min(low, 0.0) - room, max(high, 0.0) + room)
    panels = []
    for one, residual in found:
        ends = (float(residual.predicted[0]), float(residual.predicted[-1]))
        points = Curve("examples", one.number, residual.predicted, residual.residual, is_joined=False, tone="pale")
        mean = Curve("mean of a tenth of them", one.number, residual.centre, residual.mean, has_dots=True)
        none = Curve("no error", 0, ends, (0.0, 0.0), tone="grey")
        title = label(one.level, findings.study.scientific)
        panels.append(Curves(title, "predicted", "observed minus predicted", (points, none, mean), y_limits=limits))
    return Graph(
        "residuals",
        "Residuals",
        f"{_whose(findings, part, [one for one, _ in found])}: what was observed minus what was predicted, in the unit "
        "of the target. Points are examples, at most 300 a panel; the line is their mean over a tenth of the "
        "predictions each: where it is not 0, the predictions are systematically too low (above) or too high (below).",
        tuple(panels),
    )
