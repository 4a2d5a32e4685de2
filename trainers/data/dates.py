"""Reads a column of dates and takes them apart into numbers such as the month and the day of the week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.cells import is_missing

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("year", "month", "day", "weekday", "hour", "minute")
"""What a date is taken apart into; parts that are the same in all rows of a table are left out."""

DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y")
MONTH_FIRST = ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y", "%m/%d/%y")
OTHERS = (
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %B %Y",
)
TIMES_OF_DAY = ("%H:%M:%S", "%H:%M")
TIMES = (" %H:%M:%S", " %H:%M")


class AmbiguousDatesError(ValueError):
    """Dates that can be read with the day first and with the month first."""


def parse_dates(cells: NDArray[Any], date_format: str | None) -> pd.Series[Any]:
    """Read dates in a format; a cell that is no date becomes NaT.

    Args:
        cells: (N,) text, whole numbers such as 20240531, dates or missing cells.
        date_format: as for ``datetime.strptime``; None for ISO 8601 and typed dates, which are converted to
            UTC where they have an offset.
    """
    import pandas as pd

    if cells.dtype.kind == "M":
        return pd.Series(cells)
    texts = pd.Series([_text_or_date(cell) for cell in cells.tolist()], dtype=object)
    if date_format is not None:
        return pd.to_datetime(texts, format=date_format, errors="coerce")
    return pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)


def _text_or_date(cell: Any) -> Any:
    """A cell without blanks around it; whole numbers as text, which is read as 20240531 is, and None if missing."""
    if isinstance(cell, str):
        return cell.strip() or None
    if is_missing(cell):
        return None
    is_number = isinstance(cell, int | float | np.number) and not isinstance(cell, bool | np.timedelta64)
    return str(int(cell)) if is_number and cell == np.floor(cell) else cell


def find_date_format(cells: NDArray[Any]) -> str | None:
    """Find the format in which all cells that are not missing are dates.

    Args:
        cells: (N,) text, whole numbers such as 20240531, dates or missing cells.

    Returns:
        The format; None for ISO 8601 and typed dates.

    Raises:
        AmbiguousDatesError: if the day could be first as well as the month.
        ValueError: if there is no such format.

    >>> find_date_format(np.array(["31/12/2024", "01/02/2024"], dtype=object))
    '%d/%m/%Y'
    """
    if cells.dtype.kind == "M":
        return None
    present = [cell for each in cells.tolist() if (cell := _text_or_date(each)) is not None]
    if not all(isinstance(cell, str) for cell in present):
        typed = np.empty(len(present), dtype=object)
        typed[:] = present
        if parse_dates(typed, None).isna().any():
            raise ValueError("not all cells are dates")
        return None
    known = np.array(sorted(set(present)), dtype=object)

    def fits(date_format: str | None) -> bool:
        # The first dates decide for most formats.
        return all(parse_dates(some, date_format).notna().all() for some in (known[:20], known))

    if fits(None):
        return None
    with_times = [f"{date}{time}" for date in (*DAY_FIRST, *MONTH_FIRST) for time in ("", *TIMES)]
    found = [date_format for date_format in with_times if fits(date_format)]
    if len({date_format.replace("%d", "%x").replace("%m", "%x") for date_format in found}) < len(found):
        raise AmbiguousDatesError(found[0])
    others = (*(f"{date}{time}" for date in OTHERS for time in ("", *TIMES)), *TIMES_OF_DAY)
    found += [date_format for date_format in others if not found and fits(date_format)]
    if not found:
        raise ValueError("no date format fits all cells")
    return found[0]


def date_parts(dates: pd.Series[Any]) -> dict[str, NDArray[np.float64]]:
    """Take dates apart into `PARTS`, (N,) each; NaN where a date is missing. Monday is weekday 0.

    >>> import pandas as pd
    >>> parts = date_parts(pd.Series(pd.to_datetime(["2024-05-01 12:30"])))
    >>> {name: int(values[0]) for name, values in parts.items()}
    {'year': 2024, 'month': 5, 'day': 1, 'weekday': 2, 'hour': 12, 'minute': 30}
    """
    names = {"weekday": "day_of_week"}
    found = {part: getattr(dates.dt, names.get(part, part)) for part in PARTS}
    return {part: values.to_numpy(dtype=np.float64, na_value=np.nan) for part, values in found.items()}
