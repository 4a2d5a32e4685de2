"""Builds the dashboard's saved views, so that a sweep opens with suitable columns, order and charts.

MLflow's dashboard stores a saved view in a tag of the experiment, ``mlflow.sharedViewState.<id>``: an envelope
with a name and the state of the page. The state holds the filter and the order of the runs, the columns, the
grouping and the chart cards. The dashboard uses defaults for missing keys, so that a later version that renames a
key shows a plainer page and no error.
"""

from __future__ import annotations

import base64
import json
import re
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.analysis.ranking import OTHER
from sweep.tracking.records import SweepRecord
from sweep.tracking.trial_runs import IGNORED, KIND_TAG, PARENT_TAG, STATUS_TAG, TRIAL_KIND, TrialRun

TAG_PREFIX = "mlflow.sharedViewState."
SECTION = "sweep"
TAG_CHARACTERS = 5000
TITLES = {"settings": "settings (ended seeds)"}
"""Display names of views that differ from their kind, kept short: this view averages only seeds that ended without
divergence."""

NOISE = ("steps", "examples", "seconds", "learning_rate", "best_epoch")
"""Metrics without a chart of their own."""

MOST_SCATTERS = 2
"""Charts of the ranked metric over single hyperparameters."""


@dataclass(frozen=True)
class Seen:
    """Hyperparameter values seen so far in the trials of a sweep.

    Args:
        values: hyperparameter -> its only value, or None if trials differ.
        partial: hyperparameters that some setting lacks.
        arms: labels of the arms.
    """

    values: Mapping[str, str | None]
    partial: frozenset[str]
    arms: tuple[str, ...]

    def add(self, runs: Iterable[TrialRun]) -> Seen:
        """Return the record extended by more runs."""
        values, partial, arms = dict(self.values), set(self.partial), dict.fromkeys(self.arms)
        for run in runs:
            arms[run.tags["arm"]] = None
            for key, value in run.params.items():
                partial.update([key] if value == IGNORED else [])
                values[key] = value if values.get(key, value) == value else None
        return Seen(values, frozenset(partial), tuple(arms))

    @property
    def varied(self) -> list[str]:
        """Hyperparameters that differ between trials."""
        return [key for key, value in self.values.items() if value is None]


NOTHING_SEEN = Seen({}, frozenset(), ())


def view_id(name: str, kind: str) -> str:
    """Return the id of a view in the dashboard's URLs.

    >>> view_id("quick start", "settings")
    'quick-start-settings'
    """
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}-{kind}"


def experiment_page(base: str, experiment_id: str, view: str | None) -> str:
    """Return the URL of the runs of an experiment, with a view if there is one.

    Without the workflow parameter the dashboard opens its page for language models, which shows no runs.

    >>> experiment_page("http://127.0.0.1:5000/", "1", None)
    'http://127.0.0.1:5000/#/experiments/1/runs?workflowType=machine_learning'
    """
    page = f"{base.rstrip('/')}/#/experiments/{experiment_id}/runs?workflowType=machine_learning"
    return page if view is None else f"{page}&viewStateShareKey={view}"


def run_page(base: str, experiment_id: str, run_id: str) -> str:
    """Return the URL of a run.

    >>> run_page("http://127.0.0.1:5000/", "1", "ab12")
    'http://127.0.0.1:5000/#/experiments/1/runs/ab12'
    """
    return f"{base.rstrip('/')}/#/experiments/{experiment_id}/runs/{run_id}"


def saved_views(record: SweepRecord, parent_run_id: str, seen: Seen) -> dict[str, str]:
    """Return experiment tags with the four views of a sweep, all ordered by the leaderboard's metric.

    ``settings`` groups the seeds of a setting, the best first; ``arms`` has the summary runs of settings with rank
    and confidence interval of the mean, followed by the base rates; ``optimizers``, or ``levels`` of a training of the
    user's own, shows the best arm of each; ``trials`` lists every trial and compares them in parallel coordinates.
    """
    state = _state(record, parent_run_id)
    # Within a group the dashboard averages numbers and shows no text, so that only numbers get a column.
    averaged = [key for key in seen.varied if key != "seed" and (record.is_own or key != "optimizer")]
    curves = _charts(record, seen)
    views: dict[str, dict[str, Any]] = {
        "trials": {**_columns(record, seen.varied), "compareRunCharts": curves, "groupBy": None},
        "levels" if record.is_own else "optimizers": _arms(record, parent_run_id, averaged, best_alone=True),
        "settings": {
            **_columns(record, averaged),
            "compareRunCharts": curves,
            **_grouping("average", "tag", "arm", seen.arms),
        },
        "arms": _arms(record, parent_run_id, averaged),
    }
    if not record.grouped_by:
        del views["levels"]
    return {
        TAG_PREFIX + view_id(record.name, kind): _envelope(
            f"{record.name}: {TITLES.get(kind, kind)}", {**state, **view}
        )
        for kind, view in views.items()
    }


def _columns(record: SweepRecord, params: Sequence[str]) -> dict[str, Any]:
    metrics = [f"metrics.`{key}`" for key in (record.ranked_by, f"{OTHER[record.by]}_{record.metric}", "best_epoch")]
    columns = [*metrics, *(f"params.`{key}`" for key in params), f"tags.`{STATUS_TAG}`"]
    return {
        "selectedColumns": columns,
        # Widths only apply to columns in the order.
        "columnOrder": ["attributes.`Run Name`", *columns],
        "columnWidths": {"attributes.`Run Name`": 300, **dict.fromkeys(metrics, 170)},
    }


def _grouping(aggregate: str, mode: str, key: str, values: Sequence[str]) -> dict[str, Any]:
    return {
        "groupBy": {"aggregateFunction": aggregate, "groupByKeys": [{"mode": mode, "groupByData": key}]},
        "groupsExpanded": {f"{mode}.{key}.{value}": False for value in values},
    }


def _envelope(name: str, state: Mapping[str, Any]) -> str:
    moment = round(time.time() * 1000)
    envelope = {"name": name, "createdAt": moment, "updatedAt": moment, "state": _pack(state)}
    if len(json.dumps(envelope)) > TAG_CHARACTERS:
        # Thousands of arms do not fit into the tag; their groups are shown expanded.
        envelope["state"] = _pack({**state, "groupsExpanded": {}})
    return json.dumps(envelope)


def _pack(state: Mapping[str, Any]) -> str:
    return "deflate;" + base64.b64encode(zlib.compress(json.dumps(state).encode())).decode()


def _state(record: SweepRecord, parent_run_id: str) -> dict[str, Any]:
    return {
        "searchFilter": _filter(parent_run_id, TRIAL_KIND),
        "orderByKey": f"metrics.`{record.ranked_by}`",
        "orderByAsc": record.mode == "min",
        "runsHiddenMode": "FIRST_20_RUNS",
        "compareRunSections": [
            {"uuid": SECTION, "name": "Sweep", "display": True, "isReordered": True, "columns": 2},
            {"uuid": "rest", "name": "Model metrics", "display": False, "isReordered": True},
        ],
        "isAccordionReordered": True,
    }


def _filter(parent_run_id: str, kind: str) -> str:
    return f'tags."{PARENT_TAG}" = "{parent_run_id}" and tags.{KIND_TAG} = "{kind}"'


def _arms(
    record: SweepRecord, parent_run_id: str, params: Sequence[str], *, best_alone: bool = False
) -> dict[str, Any]:
    """One row per arm: its rank and its mean with the interval, which the dashboard cannot compute itself.

    Base rates, which have no rank, come after all arms.
    """
    mean, low, high = (f"{record.ranked_by}_{statistic}" for statistic in ("mean", "low", "high"))
    names = ("rank", mean, low, high, "seeds", "diverged_share")
    of_sweep = f'tags."{PARENT_TAG}" = "{parent_run_id}"'
    only = f'tags.{record.best_tag} != "no"' if best_alone else f'tags.{KIND_TAG} != "{TRIAL_KIND}"'
    metrics = [f"metrics.`{name}`" for name in (*names, "target_steps_median")]
    columns = [*metrics, *(f"params.`{key}`" for key in params)]
    return {
        "searchFilter": f"{of_sweep} and {only}",
        "orderByKey": "metrics.`rank`",
        "orderByAsc": True,
        "selectedColumns": columns,
        "columnOrder": ["attributes.`Run Name`", *columns],
        "columnWidths": {"attributes.`Run Name`": 300, **dict.fromkeys(metrics, 170)},
        "compareRunCharts": [
            _scatter(f"{mean} over the steps to the target", ("METRIC", "target_steps_median"), mean),
            *_over_parameters(record, params, mean),
        ],
        "groupBy": None,
    }


def _charts(record: SweepRecord, seen: Seen) -> list[dict[str, Any]]:
    ranked = record.ranked_by
    comparable = [key for key in seen.varied if key not in seen.partial and key != "seed"]
    charts = [
        _line(record.metric, "linear"),
        *([_line("val_loss", "log")] if record.metric != "val_loss" and not record.is_own else []),
        *_over_parameters(record, comparable, ranked),
        _card(
            "PARALLEL",
            "settings",
            selectedParams=comparable or (list(record.keys) if record.is_own else ["optimizer", "learning_rate"]),
            selectedMetrics=[ranked],
            showAllRuns=True,
        ),
    ]
    return charts + [_card("LINE", key, metricKey=key, isGenerated=True, deleted=True) for key in NOISE]


def _over_parameters(record: SweepRecord, params: Sequence[str], metric: str) -> list[dict[str, Any]]:
    """Scatter charts of a metric over the learning rate, or over whatever varies in a training of the user's own."""
    if not record.is_own:
        return [_scatter(f"{metric} over the learning rate", ("PARAM", "learning_rate"), metric)]
    return [_scatter(f"{metric} over {key}", ("PARAM", key), metric) for key in params[:MOST_SCATTERS]]


def _scatter(name: str, over: tuple[str, str], metric: str) -> dict[str, Any]:
    """A scatter chart, whose axis fits the data; bars start at 0, where accuracies of 0.97 and 0.98 look alike."""
    kind, key = over
    return _card("SCATTER", name, xaxis={"key": key, "type": kind}, yaxis={"key": metric, "type": "METRIC"})


def _line(metric: str, scale: str) -> dict[str, Any]:
    return _card("LINE", metric, metricKey=metric, selectedMetricKeys=[metric], scaleType=scale)


def _card(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "type": kind,
        "uuid": f"{SECTION}-{kind}-{name}",
        "metricSectionId": SECTION,
        "displayName": name,
        "runsCountToCompare": 20,
        "isGenerated": False,
        "deleted": False,
    }
    if kind == "LINE":
        defaults |= {
            "xAxisKey": "step",
            "xAxisScaleType": "linear",
            "scaleType": "linear",
            "lineSmoothness": 0,
            "range": {},
            "yAxisKey": "metric",
            "yAxisExpressions": [],
            "useGlobalXaxisKey": True,
            "useGlobalLineSmoothing": True,
        }
    return {**defaults, **fields}
