"""Prints sentences and tables so that a terminal breaks no word and no number, and a pipe gets whole lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

LONGEST_HEAD = 14
LEAST_NAME = 18
"""Columns that can be spared go before the names of the rows get less room than this."""

WIDEST = 250


def say(console: Console, words: str, style: str = "") -> None:
    """Print a sentence: a terminal's lines end between words, and a pipe's where the sentence ends.

    Spaces before the sentence stand before each of its lines.
    """
    inside = len(words) - len(words.lstrip(" "))
    if console.is_terminal and inside:
        console.print(Padding(Text(words.lstrip(" "), style=style), (0, 0, 0, inside), expand=False))
    else:
        console.print(Text(words, style=style), soft_wrap=not console.is_terminal)


def part(console: Console) -> None:
    """Part what follows from what stands above, in a terminal, by a blank line."""
    if console.is_terminal:
        console.print()


def longest_word(cells: Sequence[str]) -> int:
    """Letters of the longest word of some cells, which a column needs lest it breaks one.

    >>> longest_word(["two words", "0.5"])
    5
    """
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def print_rows(
    console: Console, columns: Mapping[str, Sequence[str]], numeric: Sequence[bool], spared: Sequence[str] = ()
) -> None:
    """Print a table whose first column names the rows.

    In a terminal the names are broken between words, long heads are shortened in their middle, and where the numbers
    do not fit nevertheless, the columns in ``spared`` are left out, the first of them first.

    Args:
        console: where to.
        columns: head -> cells.
        numeric: which columns are aligned right.
        spared: heads of columns that can be left out.
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
