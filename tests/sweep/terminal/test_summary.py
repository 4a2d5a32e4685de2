"""What a terminal shows of a finished sweep."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from sweep.analysis.health_card import Card
from sweep.terminal import summary

ANSWER = "Adam is best.\nMain effect of decay (mean over 2 common settings): a is best, ahead of b (95 % CI 1 to 2)."


def finished(*, terminal: bool, width: int) -> str:
    """What is printed of a sweep with an answer, a main effect and a warning."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=terminal, color_system=None, highlight=False, markup=False
    )
    result = SimpleNamespace(answer=ANSWER, cards=(Card("seeds", "warning", "Seeds are few.", ""),), interrupted=False)
    summary._print_answer(result, console)
    return console.file.getvalue()


def test_a_file_or_a_pipe_gets_every_word_of_the_answer():
    assert finished(terminal=False, width=40) == f"{ANSWER}\nwarning: Seeds are few.\n"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_parts_answer_effects_and_warnings_and_breaks_no_word(width):
    lines = finished(terminal=True, width=width).splitlines()
    assert max(map(len, lines)) <= width
    blocks = [" ".join(block.split()) for block in "\n".join(line.rstrip() for line in lines).strip().split("\n\n")]
    assert blocks == [
        "Adam is best.",
        "Main effect of decay (mean over 2 common settings): a is best, ahead of b. "
        "The report gives the intervals of these effects.",
        "warning: Seeds are few.",
    ]
