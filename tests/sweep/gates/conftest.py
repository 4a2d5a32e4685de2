"""What tests of gates share: a check with one gate of each verdict, and the tests of a gate on a few numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import pytest

from sweep import SweepConfig, load_config
from sweep.analysis.ranking import By
from sweep.config.gates import gate_of
from sweep.gates.decision import Baseline, BaselineArm, BaselineTrial, Check, Decision, Part
from sweep.gates.kinds import Evidence, examine
from sweep.records import Arm, Trial

STEPS = 10
IRIS = """
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 2}
tracking: {enabled: false}
optimizers:
  sgd: {learning_rate: 0.1}
  adam: {learning_rate: 0.01}
seeds: 2
"""


@pytest.fixture
def ci_check() -> Check:
    """Three gates, whose names and evidence hold what a format must escape."""
    return Check(
        "ci",
        "ci.yaml",
        (
            Decision("val_loss <= 1 & more", "holds", "Adam ends at 0.5."),
            Decision("a | b", "fails", 'SGD ends at "2", 5 % <worse>.'),
            Decision("noisy, or: not", "too noisy", "One seed."),
        ),
        ("The baseline is old.",),
        ("A note.",),
        3,
        9,
        1.5,
        True,
    )


@pytest.fixture
def configured(tmp_path) -> Callable[..., SweepConfig]:
    """Two optimizers and two seeds on iris, with changes: ``configured("seeds=3")``."""
    file = tmp_path / "iris.yaml"
    file.write_text(IRIS, encoding="utf-8")
    return lambda *overrides: load_config(file, list(overrides))


@pytest.fixture
def parts() -> Callable[..., tuple[Part, ...]]:
    """Examine one gate: ``parts(gate, curves, before, diverged, by)``."""
    return parts_of


def parts_of(
    gate: str,
    curves: Mapping[str, Sequence[Sequence[float]]],
    before: Mapping[str, Sequence[float]] | None = None,
    diverged: Sequence[tuple[str, int]] = (),
    by: By = "final",
    pruned: Sequence[tuple[str, int]] = (),
) -> tuple[Part, ...]:
    """The tests of one gate on ``optimizer -> seed -> loss after each epoch``, with a target of 0.5."""
    rows, epochs, planned = [], [], []
    for name, seeds in curves.items():
        arm = Arm(name, name, {"optimizer": name})
        for seed, losses in enumerate(seeds):
            status = "DIVERGED" if (name, seed) in diverged else "PRUNED" if (name, seed) in pruned else "COMPLETED"
            lost = status != "COMPLETED"
            trial = f"{name}{seed}"
            planned.append(Trial(trial, arm, seed))
            row = {"trial_id": trial, "arm_id": name, "arm": name, "optimizer": name, "seed": seed}
            final = math.nan if lost else losses[-1]
            rows.append(
                row
                | {"status": status, "final_val_loss": final}
                | {"pruned_rung": len(losses) if status == "PRUNED" else math.nan, "pruned_value": losses[-1]}
                | {"best_val_loss": math.nan if lost else min(losses)}
            )
            epochs += [
                row | {"epoch": e, "steps": STEPS * e, "examples": 320 * e, "seconds": 1.0 * e, "val_loss": loss}
                for e, loss in enumerate(losses, start=1)
            ]
    baseline = None
    if before is not None:
        arms = tuple(
            BaselineArm(
                name,
                {"optimizer": name},
                {seed: BaselineTrial("COMPLETED", {"val_loss": value}, "", {}) for seed, value in enumerate(values)},
            )
            for name, values in before.items()
        )
        baseline = Baseline("b", "p", "val_loss", {}, {}, arms)
    evidence = Evidence(
        pd.DataFrame(rows), pd.DataFrame(epochs), "val_loss", "min", 0.5, baseline, tuple(planned), by=by
    )
    (examined,) = examine((gate_of(gate),), evidence)
    return examined.parts
