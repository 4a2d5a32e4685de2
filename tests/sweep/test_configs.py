"""Every configuration that the project ships: it loads, plans, and says its question first."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweep.config import load_config
from sweep.planning.plan import make_plan
from trainers.data import shape

CONFIGS = Path(__file__).parents[2] / "configs"


def plan(path: Path):
    config = load_config(path)
    return make_plan(config, shape(config.data.source), None)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_it_plans_and_opens_with_its_question_and_schema(path):
    first, second, *_ = path.read_text(encoding="utf-8").splitlines()
    assert first.startswith("# ")
    assert "?" in first
    assert second == "# yaml-language-server: $schema=sweep.schema.json"
    assert plan(path).trials
    assert load_config(path).question.endswith("?")


# Counted by hand: asked settings, distinct settings, trials.
@pytest.mark.parametrize(
    ("name", "asked", "arms", "trials"),
    [
        ("quickstart", 16, 16, 48),  # 4 optimizers x 2 rates x 2 batch sizes, 3 seeds
        ("flat_grid", 96, 54, 54),  # 4 x 2 x 2 x 2 x 3; 3 x 2 x (1 + 2 + 2 + 4)
        ("decay", 18, 16, 48),  # 2 optimizers x 9 decays, of which one has a rate of 0; 3 seeds
        ("regression", 45, 24, 72),  # (3 + 6 + 3 + 3) x 3; 12 x 2, as momentum with beta1 = 0 and 400 go; 3 seeds
        ("ci", 12, 12, 36),  # 4 optimizers x 3 rates, 3 seeds
        ("moons", 27, 27, 54),  # (3 + 6) x 3, 2 seeds
        ("optimizers", 33, 33, 99),  # 11 optimizers x 3 rates, 3 seeds
        ("roles", 32, 32, 96),  # 4 optimizers x 4 rates x 2 batch sizes, 3 seeds that pick
        ("search", 16, 16, 32),  # 2 optimizers x 8 settings, 2 seeds
        ("schedules", 16, 16, 48),  # 2 optimizers x (2 + 2 + 1 + 2 + 1) schedules, 3 seeds
    ],
)
def test_it_has_the_size_that_it_says(name, asked, arms, trials):
    made = plan(CONFIGS / f"{name}.yaml")
    assert (made.asked, len(made.arms), len(made.trials)) == (asked, arms, trials)


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("ci", "optimizer"),
        ("decay", "decay"),
        ("moons", "batch_size"),
        ("optimizers", "optimizer"),
        ("quickstart", "optimizer"),
        ("roles", "optimizer"),
        ("search", "optimizer"),
        ("schedules", "decay"),
    ],
)
def test_it_compares_what_its_question_asks_about(name, compared):
    config = load_config(CONFIGS / f"{name}.yaml")
    assert config.scientific == compared
    words = {"optimizer": ("optimizer",), "decay": ("schedule", "decaying"), "batch_size": ("batch",)}[compared]
    assert any(word in config.question for word in words)
