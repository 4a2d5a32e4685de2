"""Every file that the page on training of one's own shows runs, as a user would run it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from sweep import load_config, run

PAGE = (Path(__file__).parents[1] / "docs" / "own_training.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
FILES = {code.partition("\n")[0].removeprefix("# "): code for _, code in BLOCKS}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the files of the page; `python` and `torchrun` are those of this environment."""
    for name, code in FILES.items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    return tmp_path


def test_every_block_is_a_file_with_a_name_of_its_own() -> None:
    assert len(FILES) == len(BLOCKS)
    assert all(re.fullmatch(r"\w+\.(py|yaml|sh)", name) for name in FILES)


# Computed by hand: 0.9 ** 5 and 0.8 ** 5, or ** 3.
FIFTH, THIRD = [0.32768, 0.59049], [0.512, 0.729]


@pytest.mark.parametrize(
    ("name", "losses"),
    [
        ("saving", [0.32768, 0.32768, 0.59049, 0.59049]),
        ("script", FIFTH),
        ("shell", THIRD),
        ("tune", FIFTH),
    ],
)
def test_a_sweep_of_the_page_gives_the_numbers_worked_out_by_hand(folder: Path, name: str, losses: list[float]) -> None:
    result = run(load_config(f"{name}.yaml", ["resources.executor=inline", "tracking.enabled=false", "report=false"]))
    assert set(result.trials["status"]) == {"COMPLETED"}
    assert sorted(result.trials["final_val_loss"]) == pytest.approx(losses, rel=1e-4)


def test_the_function_of_the_page_comes_near_to_the_noise(folder: Path) -> None:
    result = run(load_config("own.yaml", ["resources.executor=inline", "tracking.enabled=false", "report=false"]))
    best = result.trials.groupby("learning_rate")["final_val_loss"].mean()
    # The noise has a variance of 1, and 20 steps of 0.5 leave little more.
    assert 0.5 < best[0.5] < 1.6
    assert best[0.5] < best[0.01]


def test_two_processes_train_one_trial(folder: Path) -> None:
    pytest.importorskip("torch")
    result = run(load_config("ddp.yaml", ["resources.executor=inline", "tracking.enabled=false", "report=false"]))
    assert result.trials["status"].tolist() == ["COMPLETED"], result.trials["error"].tolist()
    assert result.epochs["epoch"].tolist() == [1, 2, 3, 4, 5]
    losses = result.epochs["val_loss"].tolist()
    assert losses == sorted(losses, reverse=True)
