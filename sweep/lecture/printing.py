"""Prints the list of the lecture's sections, and the outcome of a section, to the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sweep.lecture.outcome import LectureSection
from sweep.lecture.run_sections import Result
from sweep.results.text_layout import longest_word
from sweep.system.invocation import command


def print_sections(sections: Iterable[LectureSection], console: Console | None = None) -> None:
    """Print the sections with the question that each one answers."""
    console = console or Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("section", "", "question"):
        table.add_column(heading, header_style="dim", no_wrap=heading == "section")
    for section in sections:
        table.add_row(section.name, section.number, section.question)
    console.print(table)
    one, every = command("lecture", "SECTION"), command("lecture", "all")
    console.print(
        f"\nRun one with `{one}`, or all of them as a page with `{every}`.",
        style="dim",
    )


def print_start(section: LectureSection, console: Console | None = None) -> None:
    """Print which section is starting."""
    (console or Console(highlight=False)).print(f"{section.number}  {section.title}", style="bold")


def print_result(result: Result, console: Console | None = None) -> None:
    """Print the numbers of a section, the conclusion, and the path of its figure."""
    console = console or Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, column in enumerate(result.outcome.columns):
        # Words or numbers that wrap in a narrow terminal are hard to read.
        least = longest_word([column, *(row[number] for row in result.outcome.rows)])
        table.add_column(escape(column), justify="left" if number == 0 else "right", min_width=least)
    for row in result.outcome.rows:
        table.add_row(*map(escape, row))
    console.print(table)
    console.print(f"\n{result.outcome.sentence}\n", markup=False)
    print_path("picture", result.files[0], console)
    others = ", ".join(path.name for path in result.files[1:])
    console.print(f"beside   {others}", style="dim", markup=False, soft_wrap=not console.is_terminal)


def print_path(label: str, path: Path, console: Console | None = None) -> None:
    """Print a path on a single line, regardless of the width of the terminal."""
    console = console or Console(highlight=False)
    console.print(f"{label}  {path}", markup=False, soft_wrap=True)
