"""Prints sentences and tables wrapped between words in a terminal, and unwrapped to a pipe or file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

LONGEST_HEAD = 14
LEAST_NAME = 18
"""Minimum width of the row names; optional columns are dropped to keep it."""

WIDEST = 250


def print_sentence(console: Console, words: str, style: str = "") -> None:
    """Print a sentence, wrapped between words in a terminal and on one line elsewhere.

    Leading spaces indent every line.
    """
    inside = len(words) - len(words.lstrip(" "))
    if console.is_terminal and inside:
        console.print(Padding(Text(words.lstrip(" "), style=style), (0, 0, 0, inside), expand=False))
    else:
        console.print(Text(words, style=style), soft_wrap=not console.is_terminal)


def print_blank_line(console: Console) -> None:
    """Print a blank line, in a terminal only."""
    if console.is_terminal:
        console.print()


def longest_word(cells: Sequence[str]) -> int:
    """Return the length of the longest word in the cells, the minimum width of their column.

    >>> longest_word(["two words", "0.5"])
    5
    """
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def print_rows(
    console: Console, columns: Mapping[str, Sequence[str]], numeric: Sequence[bool], spared: Sequence[str] = ()
) -> None:
    """Print a table whose first column contains the row names.

    In a terminal the names are wrapped between words, long column headers are shortened in the middle, and if the
    numbers still do not fit, the columns in ``spared`` are dropped in order.

    Args:
        console: output console.
        columns: header -> cells.
        numeric: which columns are right-aligned.
        spared: headers of optional columns.
    """
    aligned = dict(zip(columns, numeric, strict=True))
    shown = dict(columns)
    if console.is_terminal:
        first = next(iter(shown))
        widths = {head: max(map(len, (_short(head), *cells))) + 1 for head, cells in shown.items() if head != first}
        for head in spared:
            if sum(widths.values()) + LEAST_NAME <= console.width:
                break
            del shown[head], widths[head]
    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(shown):
        table.add_column(
            _short(head) if console.is_terminal else head,
            justify="right" if aligned[head] else "left",
            no_wrap=number > 0 or not console.is_terminal,
        )
    for row in zip(*shown.values(), strict=True):
        table.add_row(*map(Text, row))
    if console.is_terminal:
        console.print(table)
    else:
        Console(file=console.file, width=WIDEST, color_system=None).print(table)


def _short(head: str) -> str:
    half = LONGEST_HEAD // 2
    return head if len(head) <= LONGEST_HEAD else f"{head[: half - 1]}…{head[-half:]}"
