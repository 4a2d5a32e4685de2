"""Daily temperatures to average: a synthetic year with a fixed seed, or a column of a user's CSV file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sweep.errors import DataError
from sweep.lecture.section_config import Seed, Settings
from trainers.errors import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

MEAN, SWING, COLDEST_DAY = 10.0, 9.0, 20
"""Mean and amplitude of a year in a mild climate, in degrees Celsius, and the day of the minimum."""

WEATHER, MEMORY = 3.0, 0.6
"""Standard deviation of the deviations from the season, in degrees Celsius, and their lag-1 autocorrelation."""


class Series(Settings):
    """Settings of the time series."""

    path: str | None = Field(default=None, examples=["temperatures.csv"])
    """CSV file with one value per day, oldest first. Default: a synthetic series."""

    column: str | None = Field(default=None, examples=["temperature"])
    """Column of the CSV file. Default: the first numeric column."""

    unit: str = "degrees Celsius"
    """Unit of the values, for axis labels."""

    days: Annotated[int, Field(ge=30, le=100_000, examples=[365])]
    """Length of the synthetic series in days."""

    seed: Seed
    """Seed of the synthetic series."""


@dataclass(frozen=True)
class Temperatures:
    """A series of daily values (T,) and its name."""

    name: str
    values: NDArray[np.float64]


def made_up(days: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A seasonal series with AR(1) noise: ``10 - 9 cos(2 pi (day - 20) / 365.25) + w``, ``w_t = 0.6 w_{t-1} + noise``.

    Args:
        days: T; the first day is January 1st.
        rng: generator of the noise w, whose standard deviation is 3 degrees.

    Returns:
        (T,) float64, degrees Celsius.
    """
    noise = rng.standard_normal(days) * WEATHER * np.sqrt(1.0 - MEMORY**2)
    weather, today = np.empty(days), 0.0
    for day in range(days):
        today = MEMORY * today + noise[day]
        weather[day] = today
    season = MEAN - SWING * np.cos(2.0 * np.pi * (np.arange(days) - COLDEST_DAY) / 365.25)
    return np.asarray(season + weather)


def read(settings: Series) -> Temperatures:
    """Read or generate the series selected by the settings.

    Raises:
        DataError: if the file cannot be read, or the column is missing or not numeric.
    """
    if settings.path is None:
        name = f"Made-up temperatures of {settings.days} days, seed {settings.seed}"
        return Temperatures(name, made_up(settings.days, np.random.default_rng(settings.seed)))
    table = _table(Path(settings.path))
    column = _column(table, settings)
    values = table[column].to_numpy(dtype=np.float64)
    if len(values) < 2 or not np.isfinite(values).all():
        raise DataError(
            f"`path` must hold two or more values a column, and no gaps. Received: {len(values)} rows in `{column}`, "
            f"{int((~np.isfinite(values)).sum())} of them empty. Fill or drop the gaps."
        )
    return Temperatures(f"{column} of {Path(settings.path).name}", values)


def _table(path: Path) -> Any:
    import pandas as pd

    try:
        return pd.read_csv(path)
    except FileNotFoundError:
        raise DataError(f"`path` must be a CSV file. Received: {path}, which does not exist. Check the path.") from None
    except (OSError, UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        said = str(error).splitlines()[0]
        raise DataError(f"`path` must be a CSV file. Received: {path}, which cannot be read ({said}).") from None


def _column(table: pd.DataFrame, settings: Series) -> str:
    numeric = [str(name) for name in table.select_dtypes("number").columns]
    if not numeric:
        raise DataError(f"`path` must have a column of numbers. Received: {', '.join(map(str, table.columns))}.")
    if settings.column is None:
        return numeric[0]
    if settings.column not in numeric:
        raise DataError(
            f"`column` must be one of {', '.join(numeric)}. Received: {settings.column}."
            f"{did_you_mean(settings.column, numeric)}"
        )
    return settings.column
