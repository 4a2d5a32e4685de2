"""Creates the two tables of a sweep's results: one row per trial, and one row per epoch of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute, parquet

from sweep.analysis.hyperparameters import hyperparameter_keys
from sweep.analysis.shared_folds import OVERLAP
from sweep.config.metric import ALWAYS, usual_mode
from sweep.records import ENDED_WELL, Setting, Trial, Value
from sweep.running.trial_rows import FACTS, METRIC_PREFIX
from sweep.system.files import replacing
from trainers.diagnostics import COMMON

if TYPE_CHECKING:
    from sweep.planning.plan import Plan

COUNTS = ("epoch", "steps", "examples")
"""Integer metrics."""

WHOLE = ("batch_size", "decay_interval", "decay_start", "decay_warmup", "decay_patience", "epochs")
TEXT = ("optimizer", "decay", "decay_by", "decay_boundaries", "decay_values")
"""Hyperparameters stored as text."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """The concatenated epochs of many trials.

    Args:
        values: metric name -> (R,) float64, with R the total number of epochs.
        lengths: (T,) number of epochs of each trial.
    """

    values: Mapping[str, Floats]
    lengths: NDArray[np.int64]

    @property
    def ends(self) -> NDArray[np.int64]:
        """End index of each trial's epochs in ``values``; (T,)."""
        return np.cumsum(self.lengths)

    def reported(self, name: str) -> Histories:
        """The epochs that have a value of a metric, which need not be computed or reported after each."""
        has = ~np.isnan(self.values[name]) if name in self.values else np.zeros(int(self.lengths.sum()), dtype=bool)
        if has.all() and name in self.values:
            return self
        trials = np.repeat(np.arange(len(self.lengths)), self.lengths)
        lengths = np.bincount(trials[has], minlength=len(self.lengths)).astype(np.int64)
        return Histories({key: values[has] for key, values in self.values.items()}, lengths)

    def last(self, name: str) -> Floats:
        """Value after the last epoch; (T,), NaN for a trial without epochs."""
        result = np.full(len(self.lengths), np.nan)
        some = self.lengths > 0
        if some.any():
            result[some] = self.values[name][self.ends[some] - 1]
        return result

    def best(self, name: str, mode: Literal["min", "max"]) -> tuple[Floats, Floats]:
        """Best value and the first epoch that has it; (T,) each, NaN for a trial without epochs."""
        sign = 1.0 if mode == "min" else -1.0
        some = np.flatnonzero(self.lengths > 0)
        best, epoch = np.full(len(self.lengths), np.nan), np.full(len(self.lengths), np.nan)
        if some.size:
            starts = (self.ends - self.lengths)[some]
            best[some] = sign * np.minimum.reduceat(sign * self.values[name], starts)
            epoch = self._first(self.values[name] == np.repeat(best, self.lengths), "epoch")
        return best, epoch

    def first_reaching(self, name: str, mode: Literal["min", "max"], target: float, count: str) -> Floats:
        """Value of ``count`` at the first epoch whose ``name`` reaches the target; (T,), NaN if none does."""
        values = self.values.get(name, np.empty(0))
        return self._first(values <= target if mode == "min" else values >= target, count)

    def _first(self, reached: NDArray[np.bool_], count: str) -> Floats:
        trials = np.repeat(np.arange(len(self.lengths)), self.lengths)
        found, rows = np.unique(trials[reached], return_index=True)
        result = np.full(len(self.lengths), np.nan)
        if found.size:
            result[found] = self.values[count][np.flatnonzero(reached)[rows]]
        return result


def order_by_plan(rows_found: pa.Table, trials: Sequence[Trial]) -> pa.Table:
    """Reorder rows to match the plan; a trial without a row gets an empty one."""
    rows = {trial_id: row for row, trial_id in enumerate(rows_found["trial_id"].to_pylist())}
    return rows_found.take(pa.array([rows.get(trial.id) for trial in trials], pa.int64()))


def histories(ordered: pa.Table) -> Histories:
    """Extract the epochs of the ordered rows."""
    metrics = {
        name.removeprefix(METRIC_PREFIX): ordered[name].combine_chunks()
        for name in ordered.column_names
        if name.startswith(METRIC_PREFIX)
    }
    lengths = {name: compute.list_value_length(lists).fill_null(0).to_numpy() for name, lists in metrics.items()}
    expected = np.asarray(lengths.get("epoch", np.zeros(len(ordered))), dtype=np.int64)
    values: dict[str, Floats] = {}
    for name, lists in metrics.items():
        flat = compute.list_flatten(lists).to_numpy(zero_copy_only=False)
        complete = lengths[name] == expected
        values[name] = np.full(expected.sum(), np.nan)
        # A metric that some trials lack, for example after an upgrade between runs, is empty for those.
        values[name][np.repeat(complete, expected)] = flat[np.repeat(complete, lengths[name])]
    return Histories(values, expected)


def is_own(plan: Plan) -> bool:
    """Whether the training is the user's own, which brings its data and knows hyperparameters of any name."""
    return not plan.training_examples


def epochs_table(plan: Plan, past: Histories, metric: str) -> pa.Table:
    """Create the table with one row per epoch: ``trial_id arm_id seed`` and the metrics.

    The metric that decides is a column even if a training of the user's own has never reported it.
    """
    trial = np.repeat(np.arange(len(past.lengths)), past.lengths)
    columns: dict[str, pa.Array] = {}
    for name, ids in (
        ("trial_id", [trial.id for trial in plan.trials]),
        ("arm_id", [trial.arm.id for trial in plan.trials]),
    ):
        columns[name] = pa.array(ids, pa.string()).take(pa.array(trial))
    columns["seed"] = pa.array(np.array([trial.seed for trial in plan.trials], dtype=np.int64)[trial])
    columns["epoch"] = pa.array([], pa.int64())
    for name, values in past.values.items():
        # A training of the user's own may not count its examples.
        is_asked = not is_own(plan) and name not in ALWAYS and name not in COMMON
        # A metric is empty after an epoch for which it was not computed.
        columns[name] = _counts(values) if name in COUNTS else _numbers(values) if is_asked else pa.array(values)
    if is_own(plan):
        columns.setdefault(metric, pa.nulls(len(trial), pa.float64()))
    return pa.table(columns)


def trials_table(
    plan: Plan, ordered: pa.Table, past: Histories, metric: str, mode: Literal["min", "max"], target: float | None
) -> pa.Table:
    """Create the table with one row per trial of the plan; trials without a result are PENDING.

    ``final_*`` and ``best_*`` are empty unless a trial completed: a diverged or pruned trial has no value to compare;
    ``pruned_rung`` and ``pruned_value`` say how far a pruned one came. ``batch_size`` of our networks is always a
    number: ``full`` is the size of the training part. With report seeds, ``purpose`` is ``selection`` or ``report``. A
    metric whose direction is not known has no ``best_*``.
    """
    status = ordered["status"].fill_null("PENDING")
    well = np.isin(status.to_numpy(zero_copy_only=False), ENDED_WELL)
    columns: dict[str, Any] = {
        "trial_id": pa.array([trial.id for trial in plan.trials], pa.string()),
        "arm_id": pa.array([trial.arm.id for trial in plan.trials], pa.string()),
        "arm": pa.array([trial.arm.label for trial in plan.trials], pa.string()),
        "seed": pa.array([trial.seed for trial in plan.trials], pa.int64()),
        **_purposes(plan),
        **({OVERLAP: pa.array([plan.overlap] * len(plan.trials))} if plan.overlap else {}),
        "status": status,
        **_hyperparameters(plan),
    }
    measured = _measured(plan, past, metric)
    told = {name: past.reported(name) for name in (*measured, metric)}
    for name in measured:
        # The last epoch of our networks has every metric that is defined there.
        last = told[name] if is_own(plan) or name not in past.values else past
        columns[f"final_{name}"] = _numbers(last.last(name), well)
    for name in measured:
        if good := mode if name == metric else usual_mode(name):
            columns[f"best_{name}"] = _numbers(told[name].best(name, good)[0], well)
    columns["best_epoch"] = _counts(told[metric].best(metric, mode)[1], well)
    if target is not None:
        columns["target_steps"] = _counts(told[metric].first_reaching(metric, mode, target, "steps"))
    columns["epochs_done"] = pa.array(past.lengths)
    columns["steps"] = _counts(past.last("steps"))
    columns["examples"] = _counts(past.last("examples"))
    columns["seconds"] = _numbers(past.last("seconds"))
    for name in FACTS.names:
        if name not in ("trial_id", "status", "tags"):
            columns[name] = ordered[name]
    return pa.table(columns)


def _purposes(plan: Plan) -> dict[str, pa.Array]:
    """Create the column ``purpose`` if the sweep has report seeds."""
    if not plan.report_seeds:
        return {}
    purposes = ["report" if trial.seed in plan.report_seeds else "selection" for trial in plan.trials]
    return {"purpose": pa.array(purposes, pa.string())}


def _measured(plan: Plan, past: Histories, metric: str) -> list[str]:
    """The metrics that have columns of results: those of our networks, or whatever the user's training reports."""
    if is_own(plan):
        return list(dict.fromkeys([*(name for name in past.values if name not in (*COUNTS, "seconds")), metric]))
    return list(dict.fromkeys([*(name for name in past.values if name not in ("epoch", *COMMON)), metric]))


def _hyperparameters(plan: Plan) -> dict[str, pa.Array]:
    settings: list[Setting] = [trial.arm.setting for trial in plan.trials]
    columns = {}
    for key in hyperparameter_keys(settings, is_own=is_own(plan)):
        values = [setting.get(key) for setting in settings]
        if key == "batch_size" and not is_own(plan):
            sizes = [plan.examples_of(trial.arm) for trial in plan.trials]
            values = [size if value == "full" else value for value, size in zip(values, sizes, strict=True)]
        kind = _type_of_any(values) if is_own(plan) else _type_of(key, values)
        columns[key] = pa.array([_as_type(value, kind) for value in values], kind)
    return columns


def _type_of(key: str, values: Sequence[object]) -> pa.DataType:
    if key in WHOLE:
        return pa.int64()
    # A learning rate of 1 is a float like 0.5, and a column without values is numeric.
    is_text = key in TEXT or any(isinstance(value, str) for value in values)
    return pa.string() if is_text else pa.float64()


def _type_of_any(values: Sequence[object]) -> pa.DataType:
    """The type of a hyperparameter of which nothing but its values is known."""
    if any(isinstance(value, str) for value in values):
        return pa.string()
    is_whole = all(value is None or (isinstance(value, int) and abs(value) < 2**63) for value in values)
    return pa.int64() if is_whole else pa.float64()


def _as_type(value: Value | None, kind: pa.DataType) -> Value | None:
    """A value of a column, in which a number may stand beside `null` or `auto`, or beside one too large for 64 bits."""
    if value is None or pa.types.is_integer(kind):
        return value
    if pa.types.is_floating(kind):
        return float(value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _numbers(values: Floats, where: NDArray[np.bool_] | None = None) -> pa.Array:
    """Convert to a float column that is null for NaN and outside ``where``."""
    empty = np.isnan(values) if where is None else np.isnan(values) | ~where
    return pa.array(values, mask=empty)


def _counts(values: Floats, where: NDArray[np.bool_] | None = None) -> pa.Array:
    return _numbers(values, where).cast(pa.int64())


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table of results to a Parquet file that appears as a whole."""
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    with replacing(path) as temporary:
        # Similar floats compress better with the byte-stream split encoding.
        parquet.write_table(table, temporary, compression="zstd", use_dictionary=texts, use_byte_stream_split=floats)
