"""Converts the runs of any MLflow experiment into the tables of a report, and reports what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.analysis.health_card import Card
from sweep.analysis.wording import counted, listing
from sweep.errors import AnalysisError
from sweep.records import ENDED_WELL
from sweep.reports.mlflow_cards import PARTS, run_cards
from sweep.reports.mlflow_columns import Columns
from sweep.tracking.reading import LoggedExperiment, LoggedRun
from sweep.tracking.trial_runs import IGNORED, STATUS_TAG, TRIAL_TAG
from trainers.errors import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

FINGERPRINT = "fingerprint."

RATES = ("lr", "learning-rate", "learningRate")
"""Alternative spellings of ``learning_rate``, renamed for the figures."""

TAKEN = ("trial_id", "arm_id", "arm", "seed", "status", "steps", "epochs_done", "seconds", "target_steps")
"""Columns reserved by the tables; parameters with these names are not hyperparameters."""

EMPTY = ("", IGNORED, "None", "none", "null", "nan")
"""Values that mark a parameter as not set."""


@dataclass(frozen=True)
class Logged:
    """The tables of an experiment.

    Args:
        trials: one row per compared run.
        epochs: one row per logged point of the metric.
        keys: the hyperparameters, the compared one first.
        cards: which runs were left out, and what cannot be determined.
    """

    trials: pd.DataFrame
    epochs: pd.DataFrame
    keys: tuple[str, ...]
    cards: tuple[Card, ...]


def tables(experiment: LoggedExperiment, columns: Columns) -> Logged:
    """Build the tables.

    Args:
        experiment: the experiment, with all its runs.
        columns: roles of the parameters, tags and metrics.

    Raises:
        AnalysisError: if no run has the columns.
    """
    import pandas as pd

    runs, cards = _chosen(experiment, columns)
    settings = pd.DataFrame({name: _column(runs, name) for name in _settings(runs, columns)})
    settings = settings.drop(columns=[name for name in TAKEN if name in settings and name != columns.arm])
    renamed = next((name for name in RATES if name in settings and "learning_rate" not in settings), None)
    if renamed is not None and renamed != columns.arm:
        settings = settings.rename(columns={renamed: "learning_rate"})
    keys = tuple(map(str, settings))
    codes = settings.astype(object).where(settings.notna(), "").apply(tuple, axis=1)
    epochs = _epochs(runs, columns)
    trials = pd.DataFrame(
        {
            "trial_id": [run.run_id for run in runs],
            "arm_id": [f"setting-{code}" for code in pd.factorize(codes)[0]],
            "arm": _labels(settings),
            "seed": [_seed(run, columns) for run in runs],
            "status": [_status(run, columns) for run in runs],
        }
    )
    trials = pd.concat([trials, settings], axis=1)
    trials = pd.concat([trials, _results(runs, columns)], axis=1)
    trials["mlflow_run_id"] = trials["trial_id"]
    trials, repeated = _newest(trials)
    cards += run_cards(trials, columns.metric, keys, repeated)
    arms = trials.set_index("trial_id")[["arm_id", "seed"]]
    epochs = epochs[epochs["trial_id"].isin(trials["trial_id"])].join(arms, on="trial_id")
    return Logged(trials.reset_index(drop=True), epochs.reset_index(drop=True), keys, tuple(cards))


def _chosen(experiment: LoggedExperiment, columns: Columns) -> tuple[list[LoggedRun], list[Card]]:
    """The runs to compare, and the reasons why others are excluded."""
    if not experiment.runs:
        raise AnalysisError(
            f"`--from-mlflow` must name an experiment that has runs. Received: {experiment.name!r}, which has none. "
            "Name another experiment, or log runs to it first."
        )
    parents = {run.parent_run_id for run in experiment.runs}
    left: Counter[str] = Counter()
    kept = []
    for run in experiment.runs:
        missing = [name for name in (columns.arm, columns.seed) if _value(run, name) in (None, *EMPTY)]
        if run.run_id in parents:
            left["other runs are nested in it"] += 1
        elif missing:
            left[f"it has no {listing([f'`{name}`' for name in missing])}"] += 1
        else:
            kept.append(run)
    if not kept:
        seen = sorted({name for run in experiment.runs for name in run.params})
        raise AnalysisError(
            f"`--arm` and `--seed` must be parameters or tags of the runs. Received: `{columns.arm}` and "
            f"`{columns.seed}`, both of which no run of {experiment.name!r} has. "
            f"The runs have {', '.join(f'`{name}`' for name in seen[:20]) or 'no parameters'}. Name two of those."
        )
    if not any(columns.metric in run.metrics for run in kept):
        seen = sorted({name for run in kept for name in run.metrics})
        raise AnalysisError(
            f"`--metric` must be a metric of the runs. Received: `{columns.metric}`. "
            + (f"They have {', '.join(f'`{name}`' for name in seen[:20])}. " if seen else "They have none. ")
            + (did_you_mean(columns.metric, seen).strip() or "Name one that they have, or log one.")
        )
    cards = []
    if left:
        reasons = "; ".join(f"{count:,} because {reason}" for reason, count in left.items())
        total = counted(sum(left.values()), "run")
        cards.append(Card("left out", "note", f"{total} of the experiment are not compared: {reasons}.", ""))
    return kept, cards


def _value(run: LoggedRun, name: str) -> str | None:
    return run.params.get(name, run.tags.get(name))


def _seed(run: LoggedRun, columns: Columns) -> int:
    text = str(_value(run, columns.seed))
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not number.is_integer() or abs(number) >= 2**63:
        raise AnalysisError(
            f"`--seed` must be a parameter or tag that holds whole numbers. Received: `{columns.seed}`, which is "
            f"{text!r} in run `{run.run_id}`. Name another one."
        )
    return int(number)


def _settings(runs: Sequence[LoggedRun], columns: Columns) -> tuple[str, ...]:
    """Names of the hyperparameters, the compared one first."""
    known = dict.fromkeys(name for run in runs for name in run.params if name != columns.seed)
    if columns.settings is None:
        return tuple(dict.fromkeys((columns.arm, *known)))
    for name in columns.settings:
        if name not in known and not any(name in run.tags for run in runs):
            raise AnalysisError(
                f"`--setting` must be a parameter or tag of the runs. Received: `{name}`. "
                f"They have {', '.join(f'`{one}`' for one in list(known)[:20])}."
            )
    return tuple(dict.fromkeys((columns.arm, *columns.settings)))


def _column(runs: Sequence[LoggedRun], name: str) -> pd.Series[Any]:
    """The values of a parameter, numeric if all are; missing where a run has none."""
    import pandas as pd

    texts = [_value(run, name) for run in runs]
    kept = pd.Series([None if text is None or text in EMPTY else text for text in texts], dtype=object)
    numbers = pd.to_numeric(kept, errors="coerce")
    return numbers.astype(np.float64) if numbers.notna().equals(kept.notna()) else kept


def _labels(settings: pd.DataFrame) -> list[str]:
    """Labels made of the compared level and the other parameters that differ and are not empty."""
    first, *others = settings.columns
    varied = [name for name in others if settings[name].nunique(dropna=False) > 1]
    labels = []
    for row in settings[[first, *varied]].to_dict("records"):
        parts = [_spelled(row[first])]
        parts += [
            f"{name}={_spelled(row[name])}" for name in varied if row[name] is not None and row[name] == row[name]
        ]
        labels.append(" ".join(parts))
    return labels


def _spelled(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _status(run: LoggedRun, columns: Columns) -> str:
    own = run.tags.get(STATUS_TAG, "")
    if TRIAL_TAG in run.tags and own:
        return own
    if run.status == "FINISHED":
        last = run.metrics.get(columns.metric, 0.0)
        return "COMPLETED" if np.isfinite(last) else "DIVERGED"
    return "FAILED" if run.status in ("FAILED", "KILLED") else "RUNNING"


def _epochs(runs: Sequence[LoggedRun], columns: Columns) -> pd.DataFrame:
    import pandas as pd

    rows = [row for run in runs for row in _points(run, columns.metric)]
    names = ["trial_id", "epoch", "steps", "examples", "seconds", columns.metric]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({"epoch": np.int64, **dict.fromkeys(names[2:], np.float64)})


def _points(run: LoggedRun, metric: str) -> Iterator[tuple[Any, ...]]:
    points = [point for point in run.history.get(metric, ()) if np.isfinite(point.value)]
    # Many programs log without a step; their points are numbered instead.
    has_steps = len({point.step for point in points}) == len(points)
    for place, point in enumerate(points, 1):
        seconds = (point.timestamp_milliseconds - run.started_milliseconds) / 1000
        yield run.run_id, place, point.step if has_steps else place, np.nan, max(0.0, seconds), point.value


def _results(runs: Sequence[LoggedRun], columns: Columns) -> pd.DataFrame:
    """The results of each run; missing for a run without a result, as in the tables of a sweep."""
    import pandas as pd

    choose = np.min if columns.chosen_mode == "min" else np.max
    rows: list[dict[str, Any]] = []
    for run in runs:
        row: dict[str, Any] = {}
        points = list(_points(run, columns.metric))
        values = np.array([point[-1] for point in points])
        if _status(run, columns) in ENDED_WELL and columns.metric in run.metrics:
            row[f"final_{columns.metric}"] = float(values[-1]) if len(values) else run.metrics[columns.metric]
            row[f"best_{columns.metric}"] = float(choose(values)) if len(values) else run.metrics[columns.metric]
        reached = [point for point in points if columns.target is not None and _reaches(point[-1], columns)]
        if reached:
            row["target_steps"] = float(reached[0][2])
        row["steps"] = float(points[-1][2]) if points else np.nan
        row["epochs_done"] = len(points)
        if run.ended_milliseconds is not None:
            row["seconds"] = (run.ended_milliseconds - run.started_milliseconds) / 1000
        row |= {f"fingerprint_{part}": run.tags.get(FINGERPRINT + part, "") for part in PARTS}
        rows.append(row)
    wanted = [f"final_{columns.metric}", f"best_{columns.metric}", "seconds"]
    wanted += ["target_steps"] if columns.target is not None else []
    frame = pd.DataFrame(rows)
    return frame.reindex(columns=[*frame.columns, *(name for name in wanted if name not in frame)])


def _reaches(value: float, columns: Columns) -> bool:
    target = columns.target if columns.target is not None else np.nan
    return bool(value <= target if columns.chosen_mode == "min" else value >= target)


def _newest(trials: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Keep one run per setting and seed: the last one with a result, or else the last one."""
    well = trials["status"].isin(ENDED_WELL)
    ordered = trials.assign(_well=well).sort_values("_well", kind="stable")
    kept = ordered.drop_duplicates(["arm_id", "seed"], keep="last").drop(columns="_well").sort_index()
    return kept, len(trials) - len(kept)
