"""What a sweep leaves behind: its tables, its report, and what MLflow gets of both."""

from __future__ import annotations

from pathlib import Path

from sweep.analysis.arms import arm_summaries
from sweep.analysis.curves import best_arms, learning_curves
from sweep.config import SweepConfig
from sweep.planning import Plan
from sweep.preparation import Preparation
from sweep.report.ahead import ReportProcess, Written
from sweep.results import ResultsFolder, SweepResult
from sweep.tracking import ArmSummary, SweepWriter, WriterReport


def conclude(
    preparation: Preparation,
    folder: ResultsFolder,
    writer: SweepWriter | None,
    author: ReportProcess | None,
    interrupted: bool,
) -> tuple[SweepResult, Written, WriterReport | None]:
    """Write the tables, the report, and what MLflow gets of both."""
    config = preparation.config
    result = folder.finalise(config.metric.name, config.metric.mode, config.trainer.target)
    if writer is not None:
        # Before the report, whose tables lead to the runs. A part of the seeds is no summary.
        links = writer.drain([] if interrupted else _summaries(preparation.plan, result, config.metric.name))
        if links is not None:
            folder.write_links(links)
    report = author.write(result.path) if author is not None and not interrupted else Written()
    if writer is None:
        return result, report, None
    artifacts = {**_tables(result), **_curves(result, config), **_pages(report, result.path)}
    return result, report, writer.finish("KILLED" if interrupted else "FINISHED", artifacts, {})


def _summaries(plan: Plan, result: SweepResult, metric: str) -> list[ArmSummary]:
    trials = result.trials
    if "purpose" in trials:
        # All arms on the same seeds; only the picked ones have the others.
        trials = trials[trials["purpose"] == "selection"]
    found = arm_summaries(trials, metric)
    return [ArmSummary(arm, len(plan.seeds), found[arm.id]) for arm in plan.arms if "diverged_share" in found[arm.id]]


def _tables(result: SweepResult) -> dict[str, Path | str | bytes]:
    names = ("leaderboard.csv", "config.yaml", "plan.json", "trials.parquet", "epochs.parquet")
    return {name: result.path / name for name in names}


def _curves(result: SweepResult, config: SweepConfig) -> dict[str, Path | str | bytes]:
    """The learning curves of the best arm of each optimizer, as numbers."""
    best = best_arms(result.leaderboard)
    if best.empty:
        return {}
    curves = learning_curves(result.epochs, best["arm_id"].tolist(), config.metric.name)
    labels = dict(zip(best["arm_id"], best["arm"], strict=True))
    return {"curves.csv": curves.assign(arm=curves["arm_id"].map(labels)).to_csv(index=False)}


def _pages(report: Written, folder: Path) -> dict[str, Path | str | bytes]:
    """The report as the run of the sweep gets it; one that an earlier start has written is sent again."""
    pages = [page for page in (report.html, report.markdown) if page is not None]
    if not pages:
        pages = [page for name in ("report.html", "report.md") if (page := folder / name).exists()]
    return {**{page.name: page for page in pages}, **{f"figures/{one.name}": one for one in report.figures}}
