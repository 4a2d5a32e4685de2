"""Prints a plan and the summary of a finished sweep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from sweep.analysis.ranking import rule
from sweep.driver.estimate import Estimate
from sweep.driver.prepare import NetworkPreparation, Preparation
from sweep.errors import SweepError
from sweep.records import plain
from sweep.system.invocation import command

if TYPE_CHECKING:
    from sweep.driver.run import RunResult


def plan_as_mapping(preparation: Preparation, estimate: Estimate | None, *, detectable: str = "") -> dict[str, Any]:
    """Return the plan as JSON types, including all arms and trials."""
    plan = preparation.plan
    return {
        "name": plan.name,
        "question": preparation.config.question,
        "hash": plan.hash,
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
    console = console or _console()
    plan, config = preparation.plan, preparation.config
    if config.question:
        console.print(config.question, style="bold")
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim")
    rows.add_column()
    rows.add_row(*_source(preparation))
    rows.add_row("settings asked", f"{plan.asked:,}")
    for merge in plan.merged:
        rows.add_row("  merged", f"{merge.count:,}  {merge.reason}")
    for choice in plan.choices:
        rows.add_row("  chosen", choice)
    if plan.code:
        rows.add_row("your code", ", ".join(plan.code))
    rows.add_row("arms", f"{len(plan.arms):,} distinct settings")
    design = plan.design
    if len(design.budgets) > 1:
        budgets = ", ".join(f"{level} {count:,}" for level, count in design.budgets.items())
        rows.add_row("compared", f"{design.scientific}: {budgets}")
        if design.outside:
            rows.add_row("", f"{design.outside:,} arms have no {design.scientific} and are not compared")
    rows.add_row("seeds", f"{len(plan.seeds):,} each ({_seeds(plan.seeds)})")
    rows.add_row("trials", f"{len(plan.trials):,}")
    if plan.report_seeds:
        rows.add_row(
            "  then",
            f"{plan.report_trials:,}, the best of each {design.scientific} on {len(plan.report_seeds):,} fresh seeds "
            f"({_seeds(plan.report_seeds)})",
        )
    if detectable:
        rows.add_row("detectable", detectable)
    if estimate is None:
        rows.add_row("workers", f"{preparation.workers:,}, each with one trial at a time")
        rows.add_row("time", "not known for a training of your own")
    else:
        rows.add_row("packs", f"{estimate.packs:,} on {preparation.workers} workers")
        rows.add_row("optimizer steps", f"{plan.optimizer_steps:,}")
        rows.add_row(
            "time", f"about {duration(estimate.total_seconds)}, {duration(estimate.training_seconds)} of it training"
        )
        rows.add_row("memory", f"about {size(estimate.worker_bytes)} a worker")
        rows.add_row("disk", f"about {size(estimate.disk_bytes)}")
    rows.add_row("plan hash", plan.hash[:8])
    console.print(rows)
    if design.warning:
        console.print(f"note: {design.warning}", soft_wrap=not console.is_terminal)


def print_summary(result: RunResult, console: Console | None = None) -> None:
    """Print the leaderboard of a sweep, the answer and its warnings, and where to find the results."""
    from sweep.terminal.leaderboard import render_leaderboard, render_selected

    console = console or _console()
    console.print(f"Ranked by the {rule(result.by)}:", soft_wrap=not console.is_terminal)
    render_leaderboard(result.leaderboard, console, result.by, result.base_rates, result.grouped_by)
    about = "An arm is one setting of all hyperparameters, trained with each seed."
    console.print(about, style="dim", soft_wrap=not console.is_terminal)
    if result.selected:
        render_selected(result.selected, result.mode, console)
    _space(console)
    counts = result.trials["status"].value_counts()
    trials = ", ".join(f"{count:,} {str(status).lower()}" for status, count in counts.items())
    busy = "" if result.efficiency is None else f", {result.efficiency:.0%} of the workers' time in training"
    console.print(f"{trials} in {duration(result.seconds)}{busy}", soft_wrap=not console.is_terminal)
    for note in result.notes:
        console.print(note, soft_wrap=not console.is_terminal)
    _print_answer(result, console)
    _space(console)
    console.print(f"results    {result.path}", soft_wrap=True)
    if result.report is not None:
        console.print(f"report     {result.report}", soft_wrap=True)
    elif not result.interrupted:
        console.print(f"report     {command('report', str(result.path))}", soft_wrap=True)
    if result.dashboard:
        console.print(f"dashboard  {result.dashboard}", soft_wrap=True)


def _print_answer(result: RunResult, console: Console) -> None:
    """Print the report's main sentence and its warnings, even if no report was written."""
    sentence, cards = result.answer, result.cards
    if not sentence and not result.interrupted:
        from sweep.reports.collect import gather

        try:
            found = gather(result.path)
        except SweepError:
            # The notes already say why the trials cannot be compared.
            return
        sentence, cards = found.sentence, found.cards
    if not sentence:
        return
    sentence, *effects = sentence.split("\n")
    _space(console)
    console.print(sentence, soft_wrap=not console.is_terminal)
    warnings = [f"{card.severity}: {card.sentence}" for card in cards if card.severity != "note"]
    if console.is_terminal:
        if effects:
            console.print()
        for line in map(shortened, effects):
            console.print(Padding(line, (0, 0, 0, 2)))
        if any(line != shortened(line) for line in effects):
            console.print("The report gives the intervals of these effects.", style="dim")
        if warnings:
            console.print()
    else:
        warnings = [*effects, *warnings]
    for line in warnings:
        console.print(line, soft_wrap=not console.is_terminal)


def shortened(effect: str) -> str:
    """Drop the interval at the end of a sentence on a main effect; the report contains it.

    >>> shortened("Main effect of decay (mean over 2 common settings): a and b are not told apart (3 seeds).")
    'Main effect of decay (mean over 2 common settings): a and b are not told apart.'
    """
    return re.sub(r" \([^()]*\)\.$", ".", effect)


def _space(console: Console) -> None:
    """Print a blank line, in a terminal only."""
    if console.is_terminal:
        console.print()


def _console() -> Console:
    # Names chosen by the user, such as [adam], may look like markup to rich.
    return Console(highlight=False, markup=False, emoji=False)


def duration(seconds: float) -> str:
    """Format a duration for people.

    >>> duration(0.42), duration(6.3), duration(75), duration(7320)
    ('0.4 s', '6.3 s', '1 min 15 s', '2 h 2 min')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: float) -> str:
    """Format a number of bytes for people.

    >>> size(900), size(2_500_000)
    ('900 B', '2.5 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


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
    name = source.name or source.path or source.module
    target = "one number" if shape.task == "regression" else f"{max(shape.outputs, 2)} classes"
    return (
        f"{name}: {shape.examples:,} examples of {shape.features:,} features, {target}; "
        f"{preparation.plan.training_examples:,} to train on"
    )


def _seeds(seeds: tuple[int, ...]) -> str:
    if len(seeds) > 3 and seeds == tuple(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))
