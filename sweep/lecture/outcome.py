"""What a section of the lecture ends in: numbers for a terminal, panels, their data, and words for the page."""

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
    """What one run of a section found.

    Args:
        columns: of the table, with units.
        rows: of the table, as text; as many cells as columns.
        sentence: what the numbers say.
        formulas: in letters, with ``_`` and ``^`` before what is below and above the line.
        paragraphs: what happens and why, with the numbers found.
        panels: of the picture, in reading order.
        data: name -> the numbers behind the picture.
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
        name: as on the command line.
        number: of the sections that it covers in the lecture's list.
        title: a heading.
        question: what running it answers.
        settings: what its file may hold.
        run: settings -> what it found.
    """

    name: str
    number: str
    title: str
    question: str
    settings: type[Settings]
    run: Callable[[Any], Outcome]


def short(value: float) -> str:
    """Three significant digits, with a thousands separator where there are more.

    >>> short(0.123456), short(1234567.0), short(1.0), short(2e-7)
    ('0.123', '1,234,567', '1', '2e-07')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
