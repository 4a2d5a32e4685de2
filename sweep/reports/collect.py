"""Reads the results folder of a finished sweep and computes everything that its report shows."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.analysis.answer import answer
from sweep.analysis.answer_effects import effect_answers
from sweep.analysis.comparison_data import Level, Study, make_study
from sweep.analysis.health import health
from sweep.analysis.health_card import Card
from sweep.analysis.health_data import data_cards
from sweep.analysis.leader import unit_of
from sweep.analysis.objectives import Descent, Objectives, objectives_of
from sweep.analysis.pareto import COLUMN, front_sentence
from sweep.analysis.search_settings import searched_levels
from sweep.config import load_config
from sweep.errors import AnalysisError, ResultsError
from sweep.records import UNFINISHED, Setting
from sweep.reports.subject import Subject, subject_of
from sweep.results import SweepResult, load_results
from sweep.results.data_summary import read_data_summary
from sweep.results.frames import PLAN, TRIALS, read_base_rates, read_environments, read_links, read_settings
from sweep.results.lineage import read_descents
from sweep.results.predictions import read_predictions, read_test_results
from sweep.tracking.records import RunLinks
from trainers.base_rates import BaseRate
from trainers.data.summary import DataSummary

if TYPE_CHECKING:
    import pandas as pd

RESULTS = "results"

SEED = 0
"""Seed of the bootstraps, so that the same results give the same report."""

ON_THE_WAY = " Settings changed on the way: an arm is named by the setting that it began with."
"""Added to the conclusion where trials took over the state of others."""


@dataclass(frozen=True)
class Findings:
    """Results of a finished sweep and their analysis.

    Args:
        folder: results folder.
        subject: what was run.
        config_text: the resolved configuration as YAML.
        plan_hash: SHA-256 of the plan.
        trials: one row per trial.
        epochs: one row per epoch of a trial.
        leaderboard: one row per arm, best first.
        study: comparison of the levels.
        sentence: the conclusion in one sentence.
        effects: one sentence per other factor that varies, if the file gives no ``roles``, and one on the Pareto front
            of several objectives.
        beside: metrics that are asked besides the one that decides.
        cards: results of the health checks.
        environments: one record per start of the machine and packages used; empty if not recorded.
        runs: links to the MLflow runs; None if there are none.
        base_rates: scores of simple baselines on the same splits; empty if unknown.
        settings: maps arm id to its canonical setting; empty if there is no plan.
        data: what was found in the data; None if not recorded.
        test: metrics of the test part; None without one.
        predictions: of the best setting of each level; None if not recorded.
        search: method that chose the settings; ``grid`` if all were tried.
        scheduler: rule that pruned trials; empty without one.
        objectives: the settings by several objectives; None for a single one.
        descents: the stretches of the trials of a population; empty without one.
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
    base_rates: tuple[BaseRate, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    effects: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    data: DataSummary | None = None
    test: pd.DataFrame | None = None
    predictions: pd.DataFrame | None = None
    search: str = "grid"
    scheduler: str = ""
    objectives: Objectives | None = None
    descents: tuple[Descent, ...] = ()

    @property
    def is_searched(self) -> bool:
        """Whether there is a search to show: a method other than the grid, a scheduler, or pruned trials."""
        return self.search != "grid" or bool(self.scheduler) or self.has_pruned

    @cached_property
    def searched(self) -> tuple[tuple[Level, pd.DataFrame], ...]:
        """The settings of each level in the order in which they were proposed, which all figures of a search show."""
        return searched_levels(self.study, self.trials, self.epochs)

    @property
    def has_pruned(self) -> bool:
        """Whether a scheduler has ended some trials early."""
        return bool((self.trials["status"] == "PRUNED").any())

    @property
    def answers(self) -> str:
        """The conclusion and the effects, one per line."""
        return "\n".join((self.sentence, *self.effects))

    @property
    def rng(self) -> np.random.Generator:
        """Return a separate generator for each figure, so that adding a figure does not change another one."""
        return np.random.default_rng(SEED)


def find_folder(name: str | Path, root: str | Path = RESULTS, wanted: str = "a report") -> Path:
    """Find the results folder of a sweep by path or name.

    Args:
        name: a folder, the name of a folder in ``root`` (for example ``quickstart-1a2b3c4d``), or the name of a sweep
            in ``root``, optionally prefixed with another root folder; the newest results are used.
        root: folder that contains all results.
        wanted: what needs the folder, for messages.

    Raises:
        ResultsError: if no results are found.
    """
    folder = Path(name).expanduser()
    is_name = folder.name == str(folder)
    # A folder of the same name without results, for example a data folder, does not hide a sweep.
    exact = [path for path in (folder, Path(root) / folder.name) if path == folder or is_name]
    for path in exact:
        if any((path / file).is_file() for file in (PLAN, TRIALS)):
            return path
    # The name is followed by the plan's hash; a longer name of another sweep must not match.
    pattern = f"{glob.escape(folder.name)}-????????"
    found = [path for path in (Path(root) if is_name else folder.parent).glob(pattern) if path.is_dir()]
    if not found:
        if folder.is_dir():
            return folder
        known = sorted({path.name[:-9] for path in Path(root).glob("*-????????") if path.is_dir()})
        have = f"`{root}` holds {', '.join(f'`{one}`' for one in known[:8])}" if known else f"`{root}` holds none"
        raise ResultsError(
            f"{wanted} needs the folder or the name of a sweep that has run. Received: `{name}`; {have}. "
            "Give one of these names or the folder that `sweep run` printed, or run the sweep."
        )
    return max(found, key=lambda path: path.stat().st_mtime)


def gather(folder: Path) -> Findings:
    """Analyse the results of a sweep.

    Args:
        folder: results folder, as returned by `find_folder`.

    Raises:
        ResultsError: if the folder has no tables, or some trials have not run.
        ComparisonError: if compared trials differ in data, split, initial weights or batches.
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
    if f"final_{metric}" not in trials or f"best_{metric}" not in trials:
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
        by=config.metric.by,
        selection_seeds=config.selection_seeds,
        report_seeds=config.report_seeds or None,
        margin=config.metric.margin,
        is_own=config.own is not None,
    )
    rates, settings, data = read_base_rates(folder), read_settings(folder), read_data_summary(folder)
    subject = subject_of(config, folder, settings)
    effects: tuple[str, ...] = ()
    if config.roles is None and config.search.is_grid:
        # Drawn settings have few values in common, over which an effect could be averaged.
        rng = np.random.default_rng(SEED)
        effects = effect_answers(study, trials, subject.keys, rng, seeds=config.selection_seeds)
    descents = read_descents(folder, trials, result.epochs)
    sentence = answer(study, unit_of(study))
    if any(one.parent for one in descents):
        sentence += ON_THE_WAY
    objectives = None
    if COLUMN in result.leaderboard:
        order = dict.fromkeys(trials["arm_id"])
        objectives = objectives_of(
            result.leaderboard, order, config.metric.goals, config.metric.modes, config.metric.by
        )
        effects += (front_sentence(result.leaderboard, config.metric.goals, config.metric.modes, config.metric.by),)
    return Findings(
        folder=folder,
        subject=subject,
        config_text=config_text,
        plan_hash=plan_hash,
        trials=trials,
        epochs=result.epochs,
        leaderboard=result.leaderboard,
        study=study,
        sentence=sentence,
        cards=(*_of_data(data), *health(study, trials, result.epochs, rates, subject.keys, descents)),
        environments=tuple(read_environments(folder)),
        runs=_links(folder),
        base_rates=rates,
        settings=settings,
        effects=effects,
        beside=tuple(name for name in config.metric.beside if f"final_{name}" in trials),
        data=data,
        test=read_test_results(folder),
        predictions=read_predictions(folder),
        search=config.search.method,
        objectives=objectives,
        descents=descents,
        scheduler="" if config.scheduler.method == "none" else config.scheduler.method,
    )


def _of_data(data: DataSummary | None) -> tuple[Card, ...]:
    """The cards on the data, which come first: what is wrong with them is wrong with all results."""
    if data is None:
        return ()
    held_out = sum(rows for part, rows in data.parts.items() if part != "training")
    return tuple(data_cards(data.leaks, data.duplicates, held_out))


def _links(folder: Path) -> RunLinks | None:
    found = read_links(folder)
    try:
        return RunLinks(**found) if found else None
    except TypeError:
        # The file was written by another version.
        return None


def _plan_hash(folder: Path) -> str:
    import json

    content: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return str(content["hash"])
