"""Reads the tables of a finished sweep as pandas data frames."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet

from sweep.errors import ResultsError
from sweep.records import Setting
from sweep.results.csv_text import unmarked
from trainers.base_rates import BaseRate

if TYPE_CHECKING:
    import pandas as pd

PLAN, CONFIG = "plan.json", "config.yaml"
ENVIRONMENT, LINKS, BASE_RATES = "environment.json", "mlflow.json", "base_rates.json"
TRIALS, EPOCHS, LEADERBOARD = "trials.parquet", "epochs.parquet", "leaderboard.csv"


@dataclass(frozen=True)
class SweepResult:
    """The results of a sweep; each table is read when it is first used.

    Args:
        path: the results folder.
    """

    path: Path

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial of the plan: setting, seed, status, final and best metrics."""
        return trials_frame(_read(self.path / TRIALS))

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """One row per epoch of a trial: ``trial_id arm_id seed epoch`` and the metrics."""
        frame: pd.DataFrame = _read(self.path / EPOCHS).to_pandas()
        return frame

    @cached_property
    def leaderboard(self) -> pd.DataFrame:
        """One row per arm, the best first; see `sweep.results.leaderboard`."""
        import pandas as pd

        path = self.path / LEADERBOARD
        try:
            # An id such as 12e456789012 would otherwise be parsed as a number, and a text such as `true` or `null`.
            schema = parquet.read_schema(self.path / TRIALS)
            types = {field.name: "str" for field in schema if pa.types.is_string(field.type)}
            types |= {"arm_id": "str", "arm": "str", "optimizer": "str", "rank": "Int64"}
            types |= {"report_seeds": "Int64", "report_diverged": "Int64"}
            return unmarked(pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""]))
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _unreadable(path, error) from error


def load_results(path: str | Path) -> SweepResult:
    """Open the results folder of a sweep.

    Args:
        path: folder such as ``results/quickstart-1a2b3c4d``.

    Raises:
        ResultsError: if it is not a folder with the tables of a sweep.
    """
    folder = Path(path)
    for name in (TRIALS, EPOCHS, LEADERBOARD):
        if not (folder / name).is_file():
            raise ResultsError(
                f"a results folder must hold `{name}`. Received: `{folder}`, which does not. "
                "Give the folder that `sweep run` printed, or run the sweep to its end."
            )
    return SweepResult(folder)


def read_environments(folder: Path) -> list[dict[str, str]]:
    """Read the environments that trained a sweep, one per start that differs from the one before; may be empty."""
    found = _read_json(folder / ENVIRONMENT)
    return found if isinstance(found, list) else []


def read_links(folder: Path) -> dict[str, Any]:
    """Read the MLflow runs of a sweep: ``uri experiment_id run_id runs``; empty if it has none."""
    found = _read_json(folder / LINKS)
    return found if isinstance(found, dict) else {}


def read_settings(folder: Path) -> dict[str, Setting]:
    """Read the canonical setting of each arm, by arm id.

    Raises:
        ResultsError: if the folder has no plan, or a damaged one.
    """
    found = _read_json(folder / PLAN)
    try:
        return {str(arm["id"]): dict(arm["setting"]) for arm in found["arms"]}
    except (TypeError, KeyError, ValueError) as error:
        raise ResultsError(
            f"a results folder must hold its `{PLAN}`. Received: `{folder}`, where it is missing or damaged. "
            "Run the sweep again: it only writes it anew."
        ) from error


def read_base_rates(folder: Path) -> tuple[BaseRate, ...]:
    """Read the base rates on the splits of a sweep; empty if there are none."""
    found = _read_json(folder / BASE_RATES)
    try:
        return tuple(
            BaseRate(
                str(rate["name"]),
                bool(rate["is_trivial"]),
                tuple(map(int, rate["seeds"])),
                {name: tuple(_number(value) for value in values) for name, values in rate["values"].items()},
            )
            for rate in found or ()
        )
    except (TypeError, KeyError, ValueError, AttributeError):
        # Written by another version.
        return ()


def _number(value: float | None) -> float:
    # JSON has no NaN.
    return float("nan") if value is None else float(value)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Folders of earlier versions lack the file, and a report does not require it.
        return None


def trials_frame(table: pa.Table) -> pd.DataFrame:
    """Convert the table of trials to pandas; integers become Int64, because some cells are empty."""
    import pandas as pd

    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame


def _read(path: Path) -> pa.Table:
    try:
        with path.open("rb") as stream:
            return parquet.ParquetFile(stream).read()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ResultsError:
    reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
    return ResultsError(
        f"`{path}` must be readable. Received: {reason}. Run the sweep again: it only writes its tables anew."
    )
