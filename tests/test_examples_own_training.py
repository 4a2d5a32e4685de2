"""Every example of training of one's own runs, from its file to its leaderboard, in a process of its own."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from sweep import load_config, run
from sweep.driver.prepare import prepare
from sweep.execution.sources.trial import Assignment, Trial

FOLDER = Path(__file__).parents[1] / "examples"
INLINE = ("seeds=1", "resources.executor=inline", "tracking.enabled=false", "report=false")


@pytest.fixture(autouse=True)
def _from_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples name themselves as seen from the folder of the project."""
    monkeypatch.chdir(FOLDER.parent)
    monkeypatch.setattr(sys, "path", [*sys.path])


# Chance is 0.1 for the accuracies, ln 2 = 0.69 and ln 3 = 1.1 for the losses; the line's noise has a variance of 0.01.
@pytest.mark.parametrize(
    ("name", "needs", "epochs", "arms", "at_best"),
    [
        ("pytorch_loop", "torch", 2, 16, 0.9),
        ("lightning_trainer", "lightning", 4, 4, 0.3),
        ("transformers_trainer", "accelerate", 3, 4, 0.4),
        ("keras_fit", "h5py", 5, 4, 0.3),
        ("tune_function", "ray", 10, 6, 0.05),
        ("partial_fit", "sklearn", 3, 6, 0.85),
    ],
)
def test_training_of_ones_own_runs_and_learns(name, needs, epochs, arms, at_best, tmp_path):
    # Not imported, which takes seconds: the training has a process of its own.
    if find_spec(needs) is None:
        pytest.skip(f"{needs} is not installed")
    config = load_config(FOLDER / f"{name}.yaml", [f"trainer.epochs={epochs}", *INLINE, f"results={tmp_path}"])
    result = run(config)
    assert result.trials["status"].tolist() == ["COMPLETED"] * arms, result.trials["error"].tolist()
    assert result.trials["epochs_done"].tolist() == [epochs] * arms
    final = result.trials[f"final_{config.metric.name}"]
    assert final.max() >= at_best if config.metric.mode == "max" else final.min() <= at_best


def test_the_shell_script_descends_as_worked_out_by_hand(tmp_path):
    settings = [*INLINE, "seeds=2", "space.momentum=[0.0]", "roles=null", f"results={tmp_path}"]
    result = run(load_config(FOLDER / "shell_script.yaml", settings))
    assert set(result.trials["status"]) == {"COMPLETED"}
    # From x = 1 and, with seed 1, 1.1. A step multiplies x by 1 - 2 * rate, so ten the loss by the 20th power of it.
    losses = sorted(result.trials["final_loss"])
    assert losses == pytest.approx([0.8**20, 1.21 * 0.8**20, 0.94**20, 1.21 * 0.94**20])


def test_the_pytorch_loop_asks_what_the_quickstart_asks():
    own, ours = load_config(FOLDER / "pytorch_loop.yaml"), load_config(FOLDER.parent / "configs" / "quickstart.yaml")
    assert own.question == ours.question
    names = ("optimizer", "learning_rate", "batch_size")
    settings = [
        {tuple(arm.setting[name] for name in names) for arm in prepare(config).plan.arms} for config in (own, ours)
    ]
    assert settings[0] == settings[1]
    assert len(settings[0]) == 16


def test_the_pytorch_loop_goes_on_with_the_numbers_of_an_uninterrupted_one(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(FOLDER.parent)
    from examples.pytorch_loop import train

    setting = {"optimizer": "adam", "learning_rate": 0.01, "batch_size": 128}
    facts = {"setting": setting, "seed": 0, "device": "cpu", "metric": "val_loss", "mode": "min", "weights": "last"}

    def losses(folder, epochs, resumed=0):
        rows = []
        (tmp_path / folder).mkdir(exist_ok=True)
        facts_here = {"trial_id": folder, "folder": str(tmp_path / folder), "epochs": epochs, "resumed_epoch": resumed}
        train(Trial(Assignment(**facts, **facts_here), rows.append))
        return [(epoch, step, metrics["val_loss"]) for epoch, step, metrics, _ in rows]

    whole = losses("whole", 4)
    assert losses("parts", 2) + losses("parts", 4, resumed=2) == whole
    # Three quarters of 1,797 images are 1,348, which are 11 batches of 128.
    assert [step for _, step, _ in whole] == [11, 22, 33, 44]
