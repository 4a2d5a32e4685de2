"""Prints the summary of a finished sweep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding

from sweep.analysis.ranking import rule
from sweep.errors import SweepError
from sweep.system.invocation import command
from sweep.terminal.quantities import duration, plain_console

if TYPE_CHECKING:
    from sweep.driver.run import RunResult


def print_summary(result: RunResult, console: Console | None = None) -> None:
    """Print the leaderboard of a sweep, the answer and its warnings, and where to find the results."""
    from sweep.terminal.leaderboard import render_leaderboard, render_selected

    console = console or plain_console()
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
