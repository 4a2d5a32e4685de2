"""Reads what the best setting of each level predicts of the examples that it was not trained on, and how well."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import parquet

from sweep.errors import ResultsError

if TYPE_CHECKING:
    import pandas as pd

TEST, PREDICTIONS = "test.parquet", "predictions.parquet"

OF_TEST = ("level", "arm_id", "trial_id", "seed")
OF_PREDICTIONS = ("arm_id", "trial_id", "seed", "part", "target", "output_0")


def read_test_results(folder: Path) -> pd.DataFrame | None:
    """Read ``test.parquet`` of a results folder: the metrics of the test part.

    Args:
        folder: the results folder.

    Returns:
        One row per trial that was evaluated, ``level arm_id trial_id seed`` and metrics such as ``test_accuracy``; None
        for a sweep without a test part.

    Raises:
        ResultsError: for a damaged file.
    """
    return _read(folder / TEST, OF_TEST)


def read_predictions(folder: Path) -> pd.DataFrame | None:
    """Read ``predictions.parquet`` of a results folder.

    Args:
        folder: the results folder.

    Returns:
        One row per example and trial: ``arm_id trial_id seed part target``, and ``output_0`` to ``output_{C-1}``, the
        probabilities of C classes, or the number of a regression; None for a sweep without them.

    Raises:
        ResultsError: for a damaged file.
    """
    return _read(folder / PREDICTIONS, OF_PREDICTIONS)


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame | None:
    try:
        with path.open("rb") as stream:
            frame: pd.DataFrame = parquet.ParquetFile(stream).read().to_pandas()
    except FileNotFoundError:
        return None
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise _damaged(path, reason) from error
    lacking = [name for name in columns if name not in frame]
    if lacking:
        raise _damaged(path, f"no column `{lacking[0]}`")
    return frame


def _damaged(path: Path, reason: str) -> ResultsError:
    return ResultsError(
        f"`{path}` must be readable. Received: a damaged file, {reason.rstrip('.')}. Delete it for a report without "
        "it, or run the sweep again, which writes it anew."
    )
