"""Tests that the page on optimizers and schedules says what the code does, and what torch does."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import torch

from sweep.planning.space import AUTO_BATCH_SIZES, AUTO_STEPS, LARGEST_FULL_BATCH
from trainers.optimizers import OPTIMIZERS
from trainers.schedules import RULES

PAGE = (Path(__file__).parents[1] / "docs" / "optimizers.md").read_text(encoding="utf-8")
TORCH = {
    "heavy_ball": torch.optim.SGD,
    "nesterov": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "amsgrad": torch.optim.Adam,
    "nadam": torch.optim.NAdam,
}


def table(first_column: str, second_column: str) -> dict[str, list[str]]:
    """The rows of a table of the page: first cell -> the others."""
    (body,) = re.findall(
        rf"^\| {first_column} \| {second_column} .*\n\|[- |]*\n((?:\|.*\n)+)", PAGE, flags=re.MULTILINE
    )
    rows = [[cell.strip() for cell in line.strip().split("|")[1:-1]] for line in body.splitlines()]
    return {row[0].strip("`"): row[1:] for row in rows}


def stated(cell: str) -> dict[str, object]:
    """The values that a cell states as ``name=value``."""
    return {name: eval(value) for name, value in re.findall(r"`(\w+)=([^`]*)`", cell)}


def test_every_optimizer_has_its_row_with_its_defaults() -> None:
    rows = table("optimizer", "one step here")
    assert set(rows) == set(OPTIMIZERS)
    for name, optimizer in OPTIMIZERS.items():
        declared = {h.name: h.default for h in optimizer.hyperparameters if h.name != "learning_rate"}
        assert stated(rows[name][1]) == declared


@pytest.mark.parametrize("name", TORCH)
def test_the_defaults_of_torch_are_those_of_torch(name: str) -> None:
    parameters = inspect.signature(TORCH[name].__init__).parameters
    claims = stated(table("optimizer", "one step here")[name][2])
    assert claims
    for claim, value in claims.items():
        assert parameters[claim].default == value


def test_every_optimizer_and_schedule_is_compared() -> None:
    assert set(table("optimizer", "torch")) == set(OPTIMIZERS)
    assert set(table("schedule", "torch")) == {*RULES, "warmup"} - {"constant"}


def test_every_schedule_has_its_row_with_what_it_takes() -> None:
    rows = table("schedule", "multiplier")
    assert list(rows) == list(RULES)
    for name, rule in RULES.items():
        _, takes, default, counts = rows[name]
        assert tuple(re.findall(r"`(\w+)`", takes)) == rule.takes
        if rule.rate is not None:
            assert default.strip("`") == ("" if rule.rate.default is None else str(rule.rate.default))
            assert counts.strip("`") == rule.by


def test_the_example_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    ((code, shown),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, flags=re.DOTALL)
    exec(compile(code, "optimizers.md", "exec"), {})
    assert capsys.readouterr().out == shown


def test_the_rule_of_auto_has_the_numbers_of_the_code() -> None:
    text = PAGE[PAGE.index("## Batch size") :].replace("\n", " ")
    sizes = f"{', '.join(map(str, AUTO_BATCH_SIZES[:-1]))} and {AUTO_BATCH_SIZES[-1]}"
    assert f"Up to {LARGEST_FULL_BATCH} training examples" in text
    assert f"one of {sizes}: the largest that still makes {AUTO_STEPS} steps per epoch" in text
    assert f"{AUTO_BATCH_SIZES[0]} below {AUTO_BATCH_SIZES[0] * AUTO_STEPS} examples" in text


def test_dampening_is_not_the_average_on_its_first_step() -> None:
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=1.0, momentum=0.9, dampening=0.1)
    w.grad = torch.ones_like(w)
    optimizer.step()
    assert w.item() == -1.0  # the average is 0.1


def test_torch_keeps_nadams_product_in_float32() -> None:
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.NAdam([w])
    w.grad = torch.ones_like(w)
    optimizer.step()
    assert optimizer.state[w]["mu_product"].dtype == torch.float32
