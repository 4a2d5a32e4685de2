"""Reads the results folder of a finished sweep and works out everything that its report shows."""

from __future__ import annotations

import glob
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.analysis.answer import answer
from sweep.analysis.answer_effects import effect_answers
from sweep.analysis.comparison_data import Study, make_study
from sweep.analysis.health import health
from sweep.analysis.health_card import Card
from sweep.analysis.leader import unit_of
from sweep.config import SweepConfig, load_config
from sweep.config.setting_keys import SETTING_KEYS
from sweep.errors import AnalysisError, ResultsError
from sweep.records import Setting
from sweep.results import SweepResult, load_results
from sweep.results.frames import PLAN, TRIALS, read_base_rates, read_environments, read_links, read_settings
from sweep.system.invocation import command
from sweep.tracking.records import RunLinks
from trainers.base_rates import BaseRate

if TYPE_CHECKING:
    import pandas as pd

RESULTS = "results"

UNFINISHED = ("PENDING", "RUNNING")

SEED = 0
"""Of the bootstraps, so that the same results give the same report."""


SHARED_SECONDS = "seconds (share of the pack's)"
"""Trials of a pack train together, so that nobody knows the seconds of each."""


@dataclass(frozen=True)
class Subject:
    """What a report is about, and how it is made again.

    Args:
        name: of the sweep or experiment.
        question: what it is to answer; empty for none.
        data: what was trained on; empty if that is not known.
        keys: the hyperparameters, as the tables name them.
        commands: that make the results and the report again.
        are_seconds_shared: whether the seconds of a trial are an equal share of those of its pack, as in sweeps, whose
            trials train together; else each trial's own.
    """

    name: str
    question: str
    data: str
    keys: tuple[str, ...]
    commands: tuple[str, ...]
    are_seconds_shared: bool = True

    @property
    def seconds(self) -> str:
        """What the seconds of a trial are, as axes and columns name them."""
        return SHARED_SECONDS if self.are_seconds_shared else "seconds"


@dataclass(frozen=True)
class Findings:
    """A finished sweep and what it says.

    Args:
        folder: its results.
        subject: what was run.
        config_text: the resolved YAML.
        plan_hash: sha256 of the plan.
        trials: one row per trial.
        epochs: one row per epoch of a trial.
        leaderboard: one row per arm, the best first.
        study: the comparison.
        sentence: the answer.
        effects: a sentence for each other factor that varies, if the file gives no ``roles``.
        cards: of the health checks.
        environments: what trained, one a start; empty if that was not kept.
        runs: where the MLflow runs are; None without.
        base_rates: what simple predictions reach on the same splits; empty if that is not known.
        settings: arm id -> its canonical setting; empty if there is no plan.
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

    @property
    def answers(self) -> str:
        """The answer and the effects, a line each."""
        return "\n".join((self.sentence, *self.effects))

    @property
    def rng(self) -> np.random.Generator:
        """A generator of its own for each figure, so that one figure does not change another."""
        return np.random.default_rng(SEED)


def find_folder(name: str | Path, root: str | Path = RESULTS) -> Path:
    """Find the results of a sweep by any of its names.

    Args:
        name: a folder; the name of one in ``root``, such as ``quickstart-1a2b3c4d``; or the name of a sweep there,
            of which the newest results are taken, also with another folder of all results in front of it.
        root: folder of all results.

    Raises:
        ResultsError: if there are none.
    """
    folder = Path(name).expanduser()
    is_name = folder.name == str(folder)
    # A folder of the same name that holds no results, such as that of the data, does not hide a sweep.
    exact = [path for path in (folder, Path(root) / folder.name) if path == folder or is_name]
    for path in exact:
        if any((path / file).is_file() for file in (PLAN, TRIALS)):
            return path
    # A plan's hash follows the name; another sweep's longer name must not match.
    pattern = f"{glob.escape(folder.name)}-????????"
    found = [path for path in (Path(root) if is_name else folder.parent).glob(pattern) if path.is_dir()]
    if not found:
        if folder.is_dir():
            return folder
        known = sorted({path.name[:-9] for path in Path(root).glob("*-????????") if path.is_dir()})
        have = f"`{root}` holds {', '.join(f'`{one}`' for one in known[:8])}" if known else f"`{root}` holds none"
        raise ResultsError(
            f"a report needs the folder or the name of a sweep that has run. Received: `{name}`; {have}. "
            "Give one of these names or the folder that `sweep run` printed, or run the sweep."
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
    )
    rates, settings = read_base_rates(folder), read_settings(folder)
    subject = _subject(config, folder, settings)
    effects: tuple[str, ...] = ()
    if config.roles is None:
        rng = np.random.default_rng(SEED)
        effects = effect_answers(study, trials, subject.keys, rng, seeds=config.selection_seeds)
    return Findings(
        folder=folder,
        subject=subject,
        config_text=config_text,
        plan_hash=plan_hash,
        trials=trials,
        epochs=result.epochs,
        leaderboard=result.leaderboard,
        study=study,
        sentence=answer(study, unit_of(study)),
        cards=health(study, trials, result.epochs, rates),
        environments=tuple(read_environments(folder)),
        runs=_links(folder),
        base_rates=rates,
        settings=settings,
        effects=effects,
    )


def _subject(config: SweepConfig, folder: Path, settings: Mapping[str, Setting]) -> Subject:
    source = config.data.source
    commands = (command("run", f"{folder.as_posix()}/config.yaml"), f"{command('report')} {quoted(folder)}")
    data = source.name or source.module or str(source.path)
    # The user's own optimizers may have hyperparameters of their own.
    keys = tuple(dict.fromkeys((*SETTING_KEYS, *(key for setting in settings.values() for key in setting))))
    return Subject(config.name, config.question, data, keys, commands)


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
