"""Reading and preparing a table beside pandas and scikit-learn, and the cost of metrics beside loss and accuracy.

The table has 100,000 rows of numbers with gaps, categories, dates and an identifier, as CSV. What a user would write by
hand is ``pandas.read_csv`` with ``parse_dates``, and scikit-learn's ``ColumnTransformer``, fitted to the training part.
A matrix in an NPY file is trained by blocks and in memory.
A CSV of 1,000,000 rows, 20 columns of numbers and 5 of words, is only read by pandas, with its engine pyarrow; ours is
a data set in the end: columns told apart, categories coded, missing and different cells counted, all of it hashed.
Each contender runs in a process of its own; its time is that of the work without the imports, its memory the peak.

Usage: python bench/data.py [--repeat N] [--json]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rows import Row, main

HERE = Path(__file__).parent
ROWS = 100_000

TABLE = """
import sys
import numpy as np, pandas as pd
rows, path = int(sys.argv[1]), sys.argv[2]
draw = np.random.default_rng(0)
numbers = {f"x{i}": draw.normal(size=rows).round(4) for i in range(8)}
numbers["x0"][draw.random(rows) < 0.1] = np.nan
table = pd.DataFrame({
    "id": range(rows), **numbers,
    "city": draw.choice([f"city {i}" for i in range(40)], rows), "sex": draw.choice(["f", "m"], rows),
    "size": draw.choice(["S", "M", "L", None], rows),
    "day": (pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 700, rows), unit="D")).strftime("%Y-%m-%d"),
})
table["y"] = np.where(numbers["x1"] + draw.normal(size=rows) > 0, "yes", "no")
table.to_csv(path, index=False)
"""

OURS = """
import sys, json, resource
from time import perf_counter
import numpy as np, pandas, sklearn.compose, sklearn.impute, sklearn.preprocessing
from trainers.data import DataSource, load, split_of_seed
begin = perf_counter()
dataset = load(DataSource(path=sys.argv[1], target="y"))
read = perf_counter()
parts = split_of_seed(dataset, 0.2, "standard", 0, np.float32)
end = perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([read - begin, end - read, peak, parts.train_inputs.shape[1]]))
"""

BY_HAND = """
import sys, json, resource
from time import perf_counter
import numpy as np, pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
begin = perf_counter()
table = pd.read_csv(sys.argv[1], parse_dates=["day"])
day = table.pop("day").dt
table = table.drop(columns="id").assign(year=day.year, month=day.month, date=day.day, weekday=day.day_of_week)
target = table.pop("y") == "yes"
read = perf_counter()
train, held_out, _, _ = train_test_split(table, target, test_size=0.2, stratify=target, random_state=0)
words = ["city", "sex", "size"]
numbers = [name for name in table if name not in words]
pipeline = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
categories = OneHotEncoder(max_categories=20, handle_unknown="infrequent_if_exist", sparse_output=False)
transformer = ColumnTransformer([("numbers", pipeline, numbers), ("words", categories, words)])
inputs = transformer.fit_transform(train).astype(np.float32)
transformer.transform(held_out).astype(np.float32)
end = perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([read - begin, end - read, peak, inputs.shape[1]]))
"""

WIDE = """
import sys
import numpy as np, pandas as pd
rows, path = int(sys.argv[1]), sys.argv[2]
draw = np.random.default_rng(0)
columns = {f"x{i}": draw.normal(size=rows).round(4) for i in range(16)}
columns["x1"][draw.random(rows) < 0.1] = np.nan
columns |= {f"n{i}": draw.integers(0, most, rows) for i, most in enumerate((10, 100, 5000, 10**6))}
columns |= {f"c{i}": draw.choice([f"word {j}" for j in range(many)], rows) for i, many in enumerate((3, 12, 40, 300))}
columns["y"] = np.where(columns["x0"] + draw.normal(size=rows) > 0, "yes", "no")
pd.DataFrame(columns).to_csv(path, index=False)
"""

READ_WIDE = """
import sys, json, resource, time
import numpy, pandas, pyarrow.compute, pyarrow.csv
from trainers.data import DataSource, load
begin, worked = time.perf_counter(), time.process_time()
if sys.argv[2] == "ours":
    load(DataSource(path=sys.argv[1], target="y"))
else:
    pandas.read_csv(sys.argv[1], engine="pyarrow")
end, done = time.perf_counter(), time.process_time()
print(json.dumps([end - begin, done - worked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""

METRICS = """
import sys, json
from time import perf_counter
from trainers import NetworkSpec, Pack, TrialSpec, train
from trainers.data import DataSource, load
from trainers.metrics import AskedMetrics
data = load(DataSource("digits"))
trials = tuple(TrialSpec("adam", {"learning_rate": 0.001 * (i + 1)}) for i in range(32))
asked = AskedMetrics(tuple(json.loads(sys.argv[1])))
pack = Pack(data, trials, NetworkSpec((64,)), epochs=4, asked=asked)
for _ in train(Pack(data, trials[:2], NetworkSpec((64,)), epochs=1, asked=asked)):
    pass
begin = perf_counter()
for _ in train(pack):
    pass
print(json.dumps(perf_counter() - begin))
"""

MATRIX = """
import sys
import numpy as np
rows, columns, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
draw = np.random.default_rng(0)
matrix = np.lib.format.open_memmap(path, "w+", np.float32, (rows, columns))
for start in range(0, rows, 50_000):
    part = draw.normal(size=(min(50_000, rows - start), columns))
    part[:, -1] = part[:, :3].sum(axis=1)
    matrix[start : start + len(part)] = part
"""

LARGE = """
import sys, json, resource
from time import perf_counter
import numpy, pandas, sklearn.impute, sklearn.preprocessing
from trainers import NetworkSpec, Pack, TrialSpec, train
from trainers.data import DataSource, load
begin = perf_counter()
dataset = load(DataSource(path=sys.argv[1], target="-1", blocks=sys.argv[2] == "blocks"))
read = perf_counter()
trial = TrialSpec("adam", {"learning_rate": 0.01})
list(train(Pack(dataset, (trial,), NetworkSpec((32,)), epochs=2, batch_size=256)))
end = perf_counter()
print(json.dumps([read - begin, end - read, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""

MATRIX_ROWS, MATRIX_COLUMNS = 500_000, 100

WIDE_ROWS = 1_000_000

FAST = ["val_balanced_accuracy", "val_f1_macro", "val_matthews_corrcoef", "val_cohen_kappa"]


def result(code: str, *arguments: str, **more: str) -> list[float] | float:
    """Run code in a process of its own and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), **more}
    command = [sys.executable, "-c", code, *arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    found: list[float] | float = json.loads(printed)
    return found


def measure(repeat: int) -> list[Row]:
    """Run the contenders alternately."""
    ours: list[list[float]] = []
    hand: list[list[float]] = []
    plain: list[float] = []
    fast: list[float] = []
    ours_wide: list[list[float]] = []
    pandas_wide: list[list[float]] = []
    blocks: list[list[float]] = []
    whole: list[list[float]] = []
    with tempfile.TemporaryDirectory(prefix="data-") as folder:
        path = str(Path(folder, "table.csv"))
        subprocess.run([sys.executable, "-c", TABLE, str(ROWS), path], check=True)
        for _ in range(repeat):
            ours.append(result(OURS, path))  # type: ignore[arg-type]
            hand.append(result(BY_HAND, path))  # type: ignore[arg-type]
            plain.append(result(METRICS, "[]"))  # type: ignore[arg-type]
            fast.append(result(METRICS, json.dumps(FAST)))  # type: ignore[arg-type]
        wide = str(Path(folder, "wide.csv"))
        subprocess.run([sys.executable, "-c", WIDE, str(WIDE_ROWS), wide], check=True)
        for _ in range(repeat):
            ours_wide.append(result(READ_WIDE, wide, "ours"))  # type: ignore[arg-type]
            pandas_wide.append(result(READ_WIDE, wide, "pandas"))  # type: ignore[arg-type]
        Path(wide).unlink()
        matrix = str(Path(folder, "matrix.npy"))
        subprocess.run([sys.executable, "-c", MATRIX, str(MATRIX_ROWS), str(MATRIX_COLUMNS), matrix], check=True)
        for number in range(repeat):
            cache = str(Path(folder, f"cache {number}"))
            blocks.append(result(LARGE, matrix, "blocks", XDG_CACHE_HOME=cache))  # type: ignore[arg-type]
            whole.append(result(LARGE, matrix, "memory"))  # type: ignore[arg-type]
    by_hand = "pandas and scikit-learn by hand"
    table = f"{ROWS:,} rows, 14 columns, CSV"
    arrow = "pandas.read_csv, engine pyarrow"
    million = f"{WIDE_ROWS:,} rows, 25 columns"
    large = f"{MATRIX_ROWS:,} rows, {MATRIX_COLUMNS} columns, NPY"

    def column(rows: list[list[float]], *at: int) -> tuple[float, ...]:
        return tuple(sum(row[number] for number in at) for row in rows)

    return [
        Row(f"{table}: read and look over", column(ours, 0), by_hand, column(hand, 0), "s", 3, "at most", False),
        Row(f"{table}: prepare one split", column(ours, 1), by_hand, column(hand, 1), "s", 1, "at most", False),
        Row(f"{table}: both", column(ours, 0, 1), by_hand, column(hand, 0, 1), "s", 2, "at most", False),
        Row(f"{table}: peak memory", column(ours, 2), by_hand, column(hand, 2), "MB", 1.5, "at most", False),
        Row(f"{million}: read", column(ours_wide, 0), arrow, column(pandas_wide, 0), "s", 1, "at most", False),
        Row(f"{million}: read, CPU", column(ours_wide, 1), arrow, column(pandas_wide, 1), "s", 1, "at most", False),
        Row(f"{million}: memory", column(ours_wide, 2), arrow, column(pandas_wide, 2), "MB", 1.5, "at most", False),
        Row(f"{large}: load by blocks", column(blocks, 0), "in memory", column(whole, 0), "s", 5, "at most", False),
        Row(f"{large}: two epochs", column(blocks, 1), "in memory", column(whole, 1), "s", 2, "at most", False),
        Row(f"{large}: peak memory", column(blocks, 2), "in memory", column(whole, 2), "MB", 0.5, "at most", False),
        Row(
            "32 trials on digits with four more metrics after each epoch", tuple(fast), "without them", tuple(plain),
            "s", 1.25, "at most", inverse=False,
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    main(measure, __doc__, repeat=5)
