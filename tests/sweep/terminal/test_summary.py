"""What a terminal shows of a plan and of a finished sweep."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from sweep.analysis.health_card import Card
from sweep.config import SweepConfig
from sweep.driver.prepare import estimate, prepare
from sweep.terminal import summary


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 0 s"), (3599.7, "1 h 0 min"), (86_400, "24 h 0 min")],
)
def test_a_time_is_spelled_as_people_do(seconds, said):
    assert summary.duration(seconds) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (1500, "1.5 kB"), (2e9, "2.0 GB"), (3e15, "3000.0 TB")])
def test_an_amount_of_bytes_is_spelled_as_people_do(count, said):
    assert summary.size(count) == said


def printed(**changed) -> list[str]:
    base = {"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}
    preparation = prepare(SweepConfig.model_validate({**base, **changed}))
    console = Console(file=io.StringIO(), width=120)
    summary.print_plan(preparation, estimate(preparation), console)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "iris"}, "data iris: 150 examples of 4 features, 3 classes; 120 to train on"),
        ({"name": "moons", "examples": 2000}, "data moons: 2,000 examples of 2 features, 2 classes; 1,600 to train on"),
        ({"name": "diabetes"}, "data diabetes: 442 examples of 10 features, one number; 353 to train on"),
    ],
)
def test_a_plan_says_what_is_learned(data, said):
    assert said in printed(data=data)


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        (1, "seeds 1 each (0)"),
        (3, "seeds 3 each (0, 1, 2)"),
        (30, "seeds 30 each (0 to 29)"),
        ([4, 9, 5, 1], "seeds 4 each (4, 9, 5, 1)"),
    ],
)
def test_a_plan_names_its_seeds(seeds, said):
    assert said in printed(seeds=seeds)


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
