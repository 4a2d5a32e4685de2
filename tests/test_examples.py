"""Every example of a user's own code runs, from its file to its leaderboard."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from sweep import load_config, run
from sweep.driver.prepare import prepare
from sweep.errors import SweepError
from trainers.optimizers import step

FOLDER = Path(__file__).parents[1] / "examples"
QUICK = ("seeds=1", "tracking.enabled=false", "report=false")
INLINE = (*QUICK, "resources.executor=inline")
# A second one would import the same once more.
ON_ONE_WORKER = (*QUICK, "resources.workers=1")


@pytest.fixture(autouse=True)
def _from_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples name themselves as seen from the folder of the project."""
    monkeypatch.chdir(FOLDER.parent)
    monkeypatch.setattr(sys, "path", [*sys.path])


# Chance is 0.1 for the digits, 0.5 for the rings and 0.25 for the tags.
@pytest.mark.parametrize(
    ("name", "epochs", "trials", "at_least"),
    [
        ("convolutional", 3, 4, 0.7),
        ("residual", 3, 4, 0.3),
        ("data", 10, 4, 0.9),
        ("optimizer", 4, 6, 0.8),
        ("images", 3, 4, 0.7),
        ("tagger", 15, 4, 0.8),
    ],
)
def test_it_runs_and_learns(name, epochs, trials, at_least, tmp_path, ray):
    pytest.importorskip("torch")
    settings = [f"trainer.epochs={epochs}", *ON_ONE_WORKER, f"results={tmp_path}"]
    result = run(load_config(FOLDER / f"{name}.yaml", settings))
    assert len(result.trials) == trials
    assert set(result.trials["status"]) == {"COMPLETED"}
    assert result.trials["final_val_accuracy"].max() >= at_least
    assert result.trials["arm"].nunique() == trials


def test_the_dtype_bfloat16_trains_on_torch(tmp_path):
    pytest.importorskip("torch")
    settings = [*INLINE, "trainer.epochs=10", f"results={tmp_path}"]
    narrow = ["trainer.backend=torch", "trainer.dtype=bfloat16"]
    result = run(load_config(FOLDER / "data.yaml", [*settings, *narrow]))
    assert set(result.trials["status"]) == {"COMPLETED"}
    assert result.trials["final_val_accuracy"].max() >= 0.9
    # A bfloat16 has 8 significant bits, so 1.0 and 0.1 are kept as 1.0 and 0.10009765625: losses differ from float32's.
    wide = run(load_config(FOLDER / "data.yaml", settings))
    relative = result.trials["final_val_loss"].to_numpy() / wide.trials["final_val_loss"].to_numpy() - 1
    assert (abs(relative) > 1e-6).all()


def test_the_files_say_their_question_and_the_readme_names_each():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for file in FOLDER.glob("*.yaml"):
        assert "?" in file.read_text(encoding="utf-8").splitlines()[0]
        assert f"examples/{file.name}" in readme


def test_the_plan_says_what_is_trained_one_at_a_time():
    pytest.importorskip("torch")
    plain = prepare(load_config(FOLDER / "residual.yaml"))
    assert plain.plan.choices == ()
    normalised = prepare(load_config(FOLDER / "residual.yaml", ["network.kwargs.batch_norm=true"]))
    (choice,) = normalised.plan.choices
    assert choice.startswith("trials of examples.networks:Residual are trained one at a time")


def test_the_example_optimizer_makes_the_steps_worked_out_by_hand():
    # v = 0.5 * 2 = 1, -0.5 * 0.1 = -0.05 is below the threshold; then v = 0.5 * 1 - 0.5 * 4 = -1.5, -0.025.
    name = "examples.optimizer:sign_momentum"
    numbers = {"learning_rate": 0.25, "beta1": 0.5, "threshold": 0.1}
    w, state = step(name, np.array([1.0, 1.0]), np.array([2.0, -0.1]), **numbers)
    assert w.tolist() == [0.75, 1.0]
    w, state = step(name, w, np.array([-4.0, 0.0]), state, **numbers)
    assert w.tolist() == [1.0, 1.0]
    assert state["velocity"].tolist() == [-1.5, -0.025]


@pytest.mark.parametrize(
    ("example", "override", "sentence"),
    [
        ("optimizer", "optimizers.examples.optimize:mine=null", "names a module that cannot be imported"),
        ("optimizer", "optimizers.examples.optimizer:sign_momentun=null", "Did you mean `sign_momentum`?"),
        ("optimizer", "optimizers.math:tau=null", "without name, hyperparameters, init, coefficients, update. Write"),
        ("optimizer", "optimizers.examples.optimizer:sign_momentum.beta1=1", "must lie in [0, 1). Received: 1."),
        ("optimizer", "optimizers.examples.optimizer:sign_momentum.beta2=0", "which takes learning_rate, beta1, thre"),
        ("data", "data.module=examples.data:ring", "`data.module` names something that `examples.data` does not have"),
        ("data", "data.kwargs={rings: 3}", "`data.module` must name a function that takes the `kwargs`"),
        ("residual", "network.module=examples.networks", "`network.module` must name a module and what is in it"),
        ("residual", "network.kwargs.classes=3", "`network.module` must make a module that gives (B, 10)"),
        ("residual", "network.module=examples.data:rings", "must name a function or class that takes the `kwargs`"),
        ("residual", "data.name=iris", "must make a module that takes inputs (B, 4)"),
        ("residual", "trainer.backend=numpy", "`trainer.backend` must be torch for a network that is a `module`"),
        ("residual", "network.hidden=[3]", "`network.hidden` is not for the same network as `network.module`"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(example, override, sentence):
    pytest.importorskip("torch")
    with pytest.raises(SweepError) as raised:
        prepare(load_config(FOLDER / f"{example}.yaml", [override]))
    (line,) = str(raised.value).splitlines()
    assert sentence in line
    assert line.startswith((f"override `{override}`: `", f"{FOLDER / example}.yaml:"))
