"""Prints the plan of a sweep and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from sweep.analysis.wording import listing
from sweep.config.metric import MetricConfig
from sweep.config.scheduler import HalvingRule
from sweep.driver.estimate import Estimate
from sweep.driver.own_preparation import OwnPreparation
from sweep.driver.prepare import NetworkPreparation, Preparation
from sweep.errors.masking import without_secrets
from sweep.planning.roles import Design
from sweep.records import plain
from sweep.running.schedulers import make_scheduler
from sweep.terminal.quantities import duration, plain_console, size

NEGLIGIBLE = 0.05
"""Share of the training below which the cost of the metrics is not told."""


def plan_as_mapping(preparation: Preparation, estimate: Estimate | None, *, detectable: str = "") -> dict[str, Any]:
    """Return the plan as JSON types, including all arms and trials."""
    plan = preparation.plan
    return {
        "name": plan.name,
        "question": preparation.config.question,
        "hash": plan.hash,
        "folder": plan.folder_name,
        "settings_asked": plan.asked,
        "merged": [{"reason": merge.reason, "count": merge.count} for merge in plan.merged],
        "choices": list(plan.choices),
        "code": list(plan.code),
        "seeds": list(plan.seeds),
        "report_seeds": list(plan.report_seeds),
        "report_trials": plan.report_trials,
        "scientific": plan.design.scientific,
        "budgets": {str(level): count for level, count in plan.design.budgets.items()},
        "detectable": detectable,
        "training_examples": plan.training_examples,
        "optimizer_steps": plan.optimizer_steps,
        "workers": preparation.workers,
        "packs": None if estimate is None else estimate.packs,
        "estimate": None
        if estimate is None
        else {
            "training_seconds": round(estimate.training_seconds, 3),
            "metric_seconds": round(estimate.metric_seconds, 3),
            "total_seconds": round(estimate.total_seconds, 3),
            "worker_bytes": estimate.worker_bytes,
            "disk_bytes": estimate.disk_bytes,
        },
        "arms": [{"id": arm.id, "label": arm.label, "setting": plain(arm.setting)} for arm in plan.arms],
        "trials": [{"id": trial.id, "arm": trial.arm.id, "seed": trial.seed} for trial in plan.trials],
    }


def print_plan(
    preparation: Preparation, estimate: Estimate | None, console: Console | None = None, *, detectable: str = ""
) -> None:
    """Print what a sweep would train, its cost, and the smallest difference that it can detect."""
    console = console or plain_console()
    plan, config = preparation.plan, preparation.config
    if config.question:
        console.print(config.question, style="bold")
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim")
    rows.add_column()
    rows.add_row(*_source(preparation))
    rows.add_row("settings asked", f"{plan.asked:,}")
    for text in _merged(preparation):
        rows.add_row("  merged", text)
    for choice in plan.choices:
        rows.add_row("  chosen", choice)
    if plan.code:
        rows.add_row("your code", ", ".join(plan.code))
    rows.add_row("arms", f"{len(plan.arms):,} distinct settings")
    design = plan.design
    for name, text in (*_metrics(config.metric), *_early_stopping(preparation), *_compared(design)):
        rows.add_row(name, text)
    rows.add_row("seeds", f"{len(plan.seeds):,} each ({_seeds(plan.seeds)})")
    rows.add_row("trials", f"{len(plan.trials):,}")
    if plan.report_seeds:
        best = f"the best of each {design.scientific}" if design.scientific else "the best setting"
        fresh = f"on {len(plan.report_seeds):,} fresh seeds ({_seeds(plan.report_seeds)})"
        rows.add_row("  then", f"{plan.report_trials:,}, {best} {fresh}")
    if detectable:
        rows.add_row("detectable", detectable)
    for name, text in _cost(preparation, estimate):
        rows.add_row(name, text)
    rows.add_row("plan hash", plan.hash[:8])
    console.print(rows)
    if design.warning:
        console.print(f"note: {design.warning}", soft_wrap=not console.is_terminal)


def _merged(preparation: Preparation) -> Iterator[str]:
    """Which settings are not trained, as they are equal to others."""
    for merge in preparation.plan.merged:
        yield f"{merge.count:,}  {merge.reason}"
    if isinstance(preparation, OwnPreparation):
        yield "nothing by its meaning, as it is not known what your training does with a value"


def _metrics(metric: MetricConfig) -> Iterator[tuple[str, str]]:
    """Which metrics are computed besides the one that decides, as rows of the plan."""
    if beside := metric.beside:
        yield "metric", f"{metric.name} decides; also {listing(beside)}"


def _early_stopping(preparation: Preparation) -> Iterator[tuple[str, str]]:
    """The scheduler and where it decides, as rows of the plan."""
    scheduler = make_scheduler(preparation.config)
    if scheduler is None:
        return
    rule, points = preparation.config.scheduler, scheduler.points
    counter = {"epoch": "epochs"}.get(points.counter, points.counter)
    share = f"1 of {rule.reduction_factor:g} goes on " if isinstance(rule, HalvingRule) else "decides "
    where = f"after every {points.counter} from {points.start:g} on" if points.start is not None else ""
    if points.values:
        where = f"after {counter} {', '.join(f'{value:,g}' for value in points.values)}"
    yield "early stopping", f"{rule.method}: {share}{where or 'at the end of a trial'}"


def _compared(design: Design) -> Iterator[tuple[str, str]]:
    """What is compared, as rows of the plan."""
    if len(design.budgets) > 1:
        budgets = ", ".join(f"{level} {count:,}" for level, count in design.budgets.items())
        yield "compared", f"{design.scientific}: {budgets}"
        if design.outside:
            yield "", f"{design.outside:,} arms have no {design.scientific} and are not compared"


def _cost(preparation: Preparation, estimate: Estimate | None) -> Iterator[tuple[str, str]]:
    """What the sweep costs, as rows of the plan."""
    if isinstance(preparation, OwnPreparation):
        yield "workers", f"{preparation.workers:,}, each with one trial at a time"
        yield "device", preparation.gpu_note or f"{preparation.device}, as no GPU was found"
        yield "time", "not known for a training of your own"
        return
    assert estimate is not None, "the cost of our networks is measured"
    training = duration(estimate.training_seconds)
    yield "packs", f"{estimate.packs:,} on {preparation.workers} workers"
    yield "optimizer steps", f"{preparation.plan.optimizer_steps:,}"
    yield "time", f"about {duration(estimate.total_seconds)}, {training} of it training"
    if estimate.metric_seconds > NEGLIGIBLE * estimate.training_seconds:
        metric = preparation.config.metric
        often = "every epoch" if metric.every == 1 else f"every {metric.every:,} epochs"
        names = listing(metric.columns)
        seconds = duration(estimate.metric_seconds)
        yield "metrics", f"about {seconds} of the training for {names} after {often}; a larger `metric.every` saves it"
    yield "memory", f"about {size(estimate.worker_bytes)} a worker"
    yield "disk", f"about {size(estimate.disk_bytes)}"


def _source(preparation: Preparation) -> tuple[str, str]:
    """What is trained: the data of our networks, or the user's own training."""
    if isinstance(preparation, NetworkPreparation):
        return "data", _data(preparation)
    training = preparation.training
    if training.command:
        return "command", " ".join(training.command)
    return "function", training.function


def _data(preparation: NetworkPreparation) -> str:
    shape = preparation.shape
    source = preparation.config.network_data.source
    name = source.name or source.module or without_secrets(str(source.path))
    target = "one number" if shape.task == "regression" else f"{max(shape.outputs, 2)} classes"
    if shape.positions:
        target += f" at each of {' x '.join(map(str, shape.positions))} positions"
    of = f"{shape.features:,} features"
    if shape.item:
        sizes = " x ".join(f"{size:,}" for size in shape.item)
        of = f"{sizes} tokens below {shape.vocabulary:,}" if shape.vocabulary else f"{sizes} numbers"
    return (
        f"{name}: {shape.examples:,} examples of {of}, {target}; {preparation.plan.training_examples:,} to train on"
        f"{_training(preparation)}"
    )


def _training(preparation: NetworkPreparation) -> str:
    """What is said of the training beside its data, where it is not the usual one."""
    recipe = preparation.recipe
    augment = f", augmented by {recipe.augment}" if recipe.augment else ""
    return augment + (f"; the loss is {recipe.loss}" if recipe.loss else "")


def _seeds(seeds: tuple[int, ...]) -> str:
    if len(seeds) > 3 and seeds == tuple(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))
