"""The outcome of a section of the lecture: a table of numbers, panels, their data, and text for the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweep.lecture.section_config import Settings
from sweep.reports.graph_records import Panel

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Outcome:
    """The outcome of one run of a section.

    Args:
        columns: column headers of the table, with units.
        rows: rows of the table, as text; one cell per column.
        sentence: what the numbers show.
        formulas: formulas in ASCII, with ``_`` before subscripts and ``^`` before superscripts.
        paragraphs: explanation of the result, including the measured numbers.
        panels: panels of the figure, in reading order.
        data: maps name to a table with the numbers behind the figure.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sentence: str
    formulas: tuple[str, ...]
    paragraphs: tuple[str, ...]
    panels: tuple[Panel, ...]
    data: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class LectureSection:
    """One section of the lecture.

    Args:
        name: name on the command line.
        number: numbers of the topics that it covers in the lecture's outline.
        title: heading of the section.
        question: question that the section answers.
        settings: model of its settings file.
        run: computes the outcome from the settings.
    """

    name: str
    number: str
    title: str
    question: str
    settings: type[Settings]
    run: Callable[[Any], Outcome]


def short(value: float) -> str:
    """Format a number with three significant digits, and with thousands separators if it is large.

    >>> short(0.123456), short(1234567.0), short(1.0), short(2e-7)
    ('0.123', '1,234,567', '1', '2e-07')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
