"""A table with gaps, categories and dates, and data sets whose numbers lie in a file."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from trainers.data.blocks.column_file import ColumnWriter
from trainers.data.blocks.stored_rows import StoredRows

ROWS = 600


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "optimizer-sweep" / "blocks"


@pytest.fixture
def frame():
    draw = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "id": np.arange(ROWS),
            "x": draw.normal(size=ROWS),
            "gaps": draw.normal(size=ROWS),
            "city": draw.choice([f"city {at}" for at in range(30)], ROWS),
            "size": draw.choice(["S", "M", None], ROWS),
            "street": draw.choice([f"street {at}" for at in range(40)], ROWS),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 400, ROWS), unit="D"),
            "patient": np.arange(ROWS) // 5,
            "amount": draw.normal(10, 3, ROWS),
            "kind": draw.choice(["a", "b", "c"], ROWS),
        }
    )
    table.loc[draw.random(ROWS) < 0.2, "gaps"] = np.nan
    return table


@pytest.fixture
def in_file(tmp_path):
    """Return a data set in memory with its inputs in a file."""
    count = iter(range(100))

    def move(dataset, block_rows, window):
        with ColumnWriter(tmp_path / f"{next(count)}.bin", dataset.examples) as writer:
            for column in dataset.inputs.T:
                writer.append(column)
            file = writer.flush()
        columns = tuple(range(dataset.inputs.shape[1]))
        return replace(dataset, inputs=StoredRows(file=file, columns=columns, block_rows=block_rows, window=window))

    return move
