"""Writes the tables and the report of a finished sweep, and logs both to MLflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sweep.analysis.arms import arm_summaries
from sweep.analysis.curves import best_arms, learning_curves
from sweep.analysis.hyperparameters import grouped_by
from sweep.analysis.ranking import mean
from sweep.config import SweepConfig
from sweep.config.metric import MetricConfig
from sweep.driver.final_evaluation import describe_data, evaluate_selected, held_out_parts
from sweep.driver.prepare import NetworkPreparation, Preparation
from sweep.planning.plan import Plan
from sweep.reports.report_subprocess import ReportProcess, Written
from sweep.results import ResultsFolder, SweepResult
from sweep.results.csv_text import as_csv
from sweep.results.data_summary import DATA
from sweep.results.kept_files import drop_files
from sweep.results.kept_models import best_of_levels, read_models
from sweep.results.lineage import write_lineage
from sweep.results.predictions import TEST
from sweep.tracking import ArmSummary, BaseRateSummary, SweepWriter, WriterReport
from sweep.tracking.logged_models import log_models
from trainers.base_rates import BaseRate
from trainers.metrics import SCORED, split_name


def finalize(
    preparation: Preparation,
    folder: ResultsFolder,
    writer: SweepWriter | None,
    report_process: ReportProcess | None,
    interrupted: bool,
    uri: str | None = None,
) -> tuple[SweepResult, Written, WriterReport | None]:
    """Write the tables and the report, and log both to MLflow, with the models that are kept.

    Args:
        preparation: the sweep.
        folder: its results folder.
        writer: what writes to MLflow; None without tracking.
        report_process: what writes the report; None without one.
        interrupted: whether some trials have not ended.
        uri: address of the MLflow store; None without tracking.
    """
    config = preparation.config
    metric = config.metric
    result = folder.finalise(
        metric.name,
        metric.mode,
        config.trainer.target,
        metric.by,
        objectives=metric.further,
        also=metric.beside,
    )
    write_lineage(folder)
    if not interrupted:
        if isinstance(preparation, NetworkPreparation):
            tests = held_out_parts(preparation)
            describe_data(preparation, result.path, tests)
            folder.problems += evaluate_selected(preparation, folder.plan.trials, result, tests)
        drop_unkept_files(config, folder, result)
    rates = find_base_rates(preparation, folder)
    links = None
    if writer is not None:
        # Before the report, whose tables link to the runs. An interrupted sweep gets no summaries of arms.
        links = writer.drain(
            [] if interrupted else _summaries(preparation.plan, result, config),
            [] if interrupted else _base_rate_summaries(preparation.plan, rates, config.metric),
        )
        if links is not None:
            folder.write_links(links)
    report = report_process.write(result.path) if report_process is not None and not interrupted else Written()
    if writer is None:
        return result, report, None
    artifacts = {**_tables(result), **_curves(result, config), **_pages(report, result.path)}
    tracked = writer.finish("KILLED" if interrupted else "FINISHED", artifacts, {})
    is_keeping = config.keep.weights != "none" and not interrupted
    if is_keeping and uri is not None and links is not None and tracked.complete:
        tracked = replace(tracked, models_error=log_models(uri, links, read_models(result)))
    return result, report, tracked


def drop_unkept_files(config: SweepConfig, folder: ResultsFolder, result: SweepResult) -> None:
    """Delete the checkpoints and files of trials that `keep` does not name; of failed trials they stay."""
    keep, trials = config.keep, folder.plan.trials
    if keep.weights != "none" and keep.trials == "all":
        return
    chosen = set(result.trials.loc[result.trials["status"] == "FAILED", "trial_id"])
    if keep.weights != "none":
        best = {one.arm_id for one in best_of_levels(config, result.trials)}
        chosen |= {trial.id for trial in trials if trial.arm.id in best}
    drop_files(folder.path, trials, chosen)


def find_base_rates(preparation: Preparation, folder: ResultsFolder) -> tuple[BaseRate, ...]:
    """Return the base rates on the splits of a sweep, computed once and stored in the results folder."""
    plan = preparation.plan
    known, seeds = folder.base_rates(), (*plan.seeds, *plan.report_seeds)
    metric = preparation.config.metric
    asked = {name for name in metric.columns if split_name(name)[1] in SCORED}
    if not known or known[0].seeds != seeds or not asked <= set(known[0].values):
        known = preparation.base_rates(seeds)
        folder.write_base_rates(known)
    return known


def _base_rate_summaries(plan: Plan, rates: Sequence[BaseRate], metric: MetricConfig) -> list[BaseRateSummary]:
    """Summarize the base rates on the seeds that all arms have, under the metric names of the arms."""
    values = {rate.name: list(rate.on(metric.name, plan.seeds).values()) for rate in rates}
    column = f"{metric.by}_{metric.name}_mean"
    return [
        BaseRateSummary(name, {column: mean(found), "seeds": float(len(found))})
        for name, found in values.items()
        if found
    ]


def _summaries(plan: Plan, result: SweepResult, config: SweepConfig) -> list[ArmSummary]:
    trials, leaderboard, metric = result.trials, result.leaderboard, config.metric
    if "purpose" in trials:
        # Compare all arms on the same seeds; only the selected arms have report seeds.
        trials = trials[trials["purpose"] == "selection"]
    found = arm_summaries(trials, metric.name, by=metric.by)
    ranked = leaderboard[leaderboard["rank"].notna()]
    ranks = {arm_id: {"rank": float(rank)} for arm_id, rank in zip(ranked["arm_id"], ranked["rank"], strict=True)}
    best = set(best_arms(leaderboard, grouped_by(config))["arm_id"])
    return [
        ArmSummary(
            arm,
            len(plan.seeds),
            {**found[arm.id], **ranks.get(arm.id, {})},
            basis=f"{metric.by}_{metric.name}",
            is_best=arm.id in best,
        )
        for arm in plan.arms
        if "diverged_share" in found[arm.id]
    ]


def _tables(result: SweepResult) -> dict[str, Path | str | bytes]:
    names = ("leaderboard.csv", "config.yaml", "plan.json", "trials.parquet", "epochs.parquet")
    # What a training of the user's own, or a sweep without a test part, does not have.
    found = [name for name in (DATA, TEST) if (result.path / name).is_file()]
    return {name: result.path / name for name in (*names, *found)}


def _curves(result: SweepResult, config: SweepConfig) -> dict[str, Path | str | bytes]:
    """Return the learning curves of the best arm of each level as a table."""
    best = best_arms(result.leaderboard, grouped_by(config))
    if best.empty:
        return {}
    curves = learning_curves(result.epochs, best["arm_id"].tolist(), config.metric.name)
    labels = dict(zip(best["arm_id"], best["arm"], strict=True))
    return {"curves.csv": as_csv(curves.assign(arm=curves["arm_id"].map(labels)))}


def _pages(report: Written, folder: Path) -> dict[str, Path | str | bytes]:
    """Return the report's files as artifacts of the parent run; one from an earlier start is logged again."""
    pages = [page for page in (report.html, report.markdown) if page is not None]
    if not pages:
        pages = [page for name in ("report.html", "report.md") if (page := folder / name).exists()]
    return {**{page.name: page for page in pages}, **{f"figures/{one.name}": one for one in report.figures}}
