"""Builds the report of an MLflow experiment, including experiments logged by other tools."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np

from sweep.analysis.answer import answer
from sweep.analysis.comparison_data import make_study
from sweep.analysis.health import health
from sweep.analysis.health_card import ORDER
from sweep.analysis.leader import unit_of
from sweep.errors import ResultsError
from sweep.errors.masking import without_secrets
from sweep.reports.collect import SEED, Findings
from sweep.reports.html_page import ReportFiles, write_findings
from sweep.reports.mlflow_columns import Columns
from sweep.reports.mlflow_tables import tables
from sweep.reports.subject import Subject
from sweep.results.leaderboard import leaderboard
from sweep.system.invocation import program
from sweep.tracking.reading import LoggedExperiment, read_experiment
from sweep.tracking.records import RunLinks
from sweep.tracking.sources import OPTION, Source


def write_logged_report(
    experiment: str,
    uri: str,
    columns: Columns,
    *,
    output: Path | None = None,
    figures: bool = False,
    source: Source = OPTION,
) -> ReportFiles:
    """Write the report of an experiment's runs.

    Args:
        experiment: name or id of the experiment.
        uri: address of the store, from ``resolve_uri``.
        columns: roles of the runs' parameters and metrics.
        output: folder to write to; default: a folder next to the results of sweeps, named after the experiment.
        figures: also write each figure as PNG.
        source: where the address came from.

    Raises:
        TrackingError: if the experiment cannot be read.
        AnalysisError: if no run has the required columns.
        ComparisonError: if the runs' fingerprints differ in data, split, initial weights or batches.
        ResultsError: if the folder cannot be written.
    """
    columns.chosen_mode  # noqa: B018  an unknown mode is rejected before anything is read
    logged = read_experiment(uri, experiment, (columns.metric,), source)
    folder = output or Path("results") / f"mlflow-{re.sub(r'[^A-Za-z0-9._-]+', '-', logged.name)}"
    findings = gather_logged(logged, columns, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(
            f"`--output` must be a folder that can be made. Received: `{folder}` ({error.strerror}). Choose another."
        ) from error
    return write_findings(findings, figures=figures)


def gather_logged(experiment: LoggedExperiment, columns: Columns, folder: Path) -> Findings:
    """Analyse the runs of an experiment.

    Args:
        experiment: the experiment, as read from MLflow.
        columns: roles of the runs' parameters and metrics.
        folder: folder to write the report to.
    """
    mode = columns.chosen_mode
    logged = tables(experiment, columns)
    study = make_study(
        logged.trials,
        logged.epochs,
        columns.metric,
        mode,
        np.random.default_rng(SEED),
        target=columns.target,
        scientific=columns.arm,
    )
    # The leaderboard and the checks of a sweep expect the compared factor in the column `optimizer`.
    named = logged.trials.assign(optimizer=logged.trials[columns.arm])
    board = leaderboard(named, columns.metric, mode, logged.keys)
    if columns.arm != "optimizer":
        board = board.drop(columns="optimizer")
    cards = sorted((*logged.cards, *health(study, named, logged.epochs)), key=lambda card: ORDER.index(card.severity))
    return Findings(
        folder=folder,
        subject=Subject(
            experiment.name, "", "", logged.keys, (_command(experiment, columns, folder),), are_seconds_shared=False
        ),
        config_text="",
        plan_hash="",
        trials=logged.trials,
        epochs=logged.epochs,
        leaderboard=board,
        study=study,
        sentence=answer(study, unit_of(study)),
        cards=tuple(cards),
        runs=RunLinks(
            without_secrets(experiment.uri),
            experiment.experiment_id,
            "",
            {run_id: run_id for run_id in logged.trials["trial_id"]},
        ),
    )


def _command(experiment: LoggedExperiment, columns: Columns, folder: Path) -> str:
    words = [program(), "report", "--from-mlflow", experiment.name, "--uri", without_secrets(experiment.uri)]
    words += ["--arm", columns.arm, "--seed", columns.seed, "--metric", columns.metric, "--mode", columns.chosen_mode]
    words += ["--target", f"{columns.target:g}"] if columns.target is not None else []
    for name in columns.settings or ():
        words += ["--setting", name]
    return shlex.join([*words, "--output", folder.as_posix()])
