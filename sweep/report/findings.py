"""Reads the results folder of a finished sweep and works out everything that its report shows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.analysis.answer import answer
from sweep.analysis.card import Card
from sweep.analysis.health import health
from sweep.analysis.study import Study, make_study
from sweep.config import SweepConfig, load_config
from sweep.errors import AnalysisError, ResultsError
from sweep.invocation import command
from sweep.results import SweepResult, load_results
from sweep.results.frames import read_environments, read_links
from sweep.space import SETTING_KEYS
from sweep.tracking.records import RunLinks

if TYPE_CHECKING:
    import pandas as pd

RESULTS = "results"

UNFINISHED = ("PENDING", "RUNNING")

SEED = 0
"""Of the bootstraps, so that the same results give the same report."""


@dataclass(frozen=True)
class Subject:
    """What a report is about, and how it is made again.

    Args:
        name: of the sweep or experiment.
        question: what it is to answer; empty for none.
        data: what was trained on; empty if that is not known.
        keys: the hyperparameters, as the tables name them.
        commands: that make the results and the report again.
    """

    name: str
    question: str
    data: str
    keys: tuple[str, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """A finished sweep and what it says.

    Args:
        folder: its results.
        subject: what was run.
        config_text: the resolved YAML.
        plan_hash: sha256 of the plan.
        trials: one row a trial.
        epochs: one row an epoch of a trial.
        leaderboard: one row an arm, the best first.
        study: the comparison.
        sentence: the answer.
        cards: of the health checks.
        environments: what trained, one a start; empty if that was not kept.
        runs: where the MLflow runs are; None without.
    """

    folder: Path
    subject: Subject
    config_text: str
    plan_hash: str
    trials: pd.DataFrame
    epochs: pd.DataFrame
    leaderboard: pd.DataFrame
    study: Study
    sentence: str
    cards: tuple[Card, ...]
    environments: tuple[Mapping[str, str], ...] = ()
    runs: RunLinks | None = None

    @property
    def rng(self) -> np.random.Generator:
        """A generator of its own for each figure, so that one figure does not change another."""
        return np.random.default_rng(SEED)


def find_folder(name: str | Path, root: str | Path = RESULTS) -> Path:
    """Find the results of a sweep by its folder, or by its name the newest of that name.

    Args:
        name: a folder, or the name of a sweep.
        root: folder of all results.

    Raises:
        ResultsError: if there are none.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    # A plan's hash follows the name; another sweep's longer name must not match.
    found = [path for path in Path(root).glob(f"{folder.name}-????????") if path.is_dir()]
    if not found or str(folder) != folder.name:
        known = sorted({path.name[:-9] for path in Path(root).glob("*-????????") if path.is_dir()})
        have = f"`{root}` holds {', '.join(f'`{one}`' for one in known[:8])}" if known else f"`{root}` holds none"
        raise ResultsError(
            f"a report needs the folder or the name of a sweep that has run. Received: `{name}`; {have}. "
            "Give the folder that `sweep run` printed, or run the sweep."
        )
    return max(found, key=lambda path: path.stat().st_mtime)


def gather(folder: Path) -> Findings:
    """Analyse the results of a sweep.

    Args:
        folder: as `find_folder` gives it.

    Raises:
        ResultsError: if it holds no tables, or trials that have not run.
        ComparisonError: if trials that are compared did not see the same data, split, weights or batches.
    """
    result: SweepResult = load_results(folder)
    try:
        config_text = (folder / "config.yaml").read_text(encoding="utf-8")
        plan_hash = _plan_hash(folder)
    except (OSError, ValueError, KeyError) as error:
        raise ResultsError(
            f"a results folder must hold `config.yaml` and `plan.json`. Received: `{folder}`, where one is missing or "
            "damaged. Run the sweep again: it only writes them anew."
        ) from error
    config = load_config(folder / "config.yaml")
    trials = result.trials
    waiting = int(trials["status"].isin(UNFINISHED).sum())
    if waiting:
        raise ResultsError(
            f"a report needs a finished sweep. Received: `{folder}`, where {waiting:,} of {len(trials):,} trials have "
            "not run to their end. Run the same command again: it goes on where it was stopped."
        )
    metric, mode = config.metric.name, config.metric.mode
    if f"final_{metric}" not in trials:
        raise AnalysisError(
            f"a report needs the metric that the sweep compares by. Received: tables of `{folder}` without "
            f"`final_{metric}`. Run the sweep again with `--fresh`."
        )
    study = make_study(
        trials,
        result.epochs,
        metric,
        mode,
        np.random.default_rng(SEED),
        target=config.trainer.target,
        scientific=config.scientific,
        selection_seeds=config.selection_seeds,
        report_seeds=config.report_seeds or None,
    )
    return Findings(
        folder,
        _subject(config, folder),
        config_text,
        plan_hash,
        trials,
        result.epochs,
        result.leaderboard,
        study,
        answer(study),
        health(study, trials, result.epochs),
        tuple(read_environments(folder)),
        _links(folder),
    )


def _subject(config: SweepConfig, folder: Path) -> Subject:
    source = config.data.source
    commands = (command("run", f"{folder.as_posix()}/config.yaml"), f"{command('report')} {quoted(folder)}")
    data = source.name or source.module or str(source.path)
    return Subject(config.name, config.question, data, SETTING_KEYS, commands)


def _links(folder: Path) -> RunLinks | None:
    found = read_links(folder)
    try:
        return RunLinks(**found) if found else None
    except TypeError:
        # Written by another version.
        return None


def quoted(folder: Path) -> str:
    """A folder as a shell takes it."""
    return shlex.quote(folder.as_posix())


def _plan_hash(folder: Path) -> str:
    import json

    content: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return str(content["hash"])
