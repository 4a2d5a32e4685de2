"""Every file that the page on data shows runs, as a user would run it."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pandas as pd
import pytest

from sweep import load_config, run
from sweep.driver.prepare import prepare

PAGE = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
FILES = {code.partition("\n")[0].removeprefix("# "): code for _, code in BLOCKS}
INLINE = ["resources.executor=inline", "tracking.enabled=false"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the files of the page and the table that its script writes."""
    folder = tmp_path_factory.mktemp("data")
    for name, code in FILES.items():
        (folder / name).write_text(code, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        runpy.run_path("make_rentals.py")
    return folder


@pytest.fixture(autouse=True)
def _there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def test_the_plan_says_of_each_column_what_the_page_says() -> None:
    said = "\n".join(prepare(load_config("rentals.yaml", INLINE)).plan.choices)
    assert "left out: `instant`, an identifier" in said
    assert "`season` (4)" in said
    assert "`station` (3)" in said
    assert "`temperature` in " in said
    assert "`date` (month, day, weekday)" in said
    assert "regression, as `rentals` has " in said


def test_five_lines_are_a_sweep_whose_model_predicts_raw_rows(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(load_config("rentals.yaml", [*INLINE, "keep={weights: last}", "report=false"]))
    assert set(result.trials["status"]) == {"COMPLETED"}
    # The noise has a deviation of 4, and the rentals one of about 25.
    assert result.trials["final_val_r2"].max() > 0.8
    assert result.trials["final_val_mean_absolute_error"].min() < 10
    runpy.run_path("predict.py")
    (predicted,) = map(float, re.findall(r"\d+\.?", capsys.readouterr().out))
    # 20 + 3 * 19 + 15 - 12 for a Saturday in July.
    assert 55 < predicted < 105


def test_the_test_part_is_evaluated_and_reported() -> None:
    result = run(load_config("tested.yaml", INLINE))
    table = pd.read_csv("rentals.csv")
    test = pd.read_parquet(result.path / "test.parquet")
    assert set(test["level"]) == {"sgd", "adam"}
    assert sorted(test["seed"]) == [0, 0, 1, 1]
    assert test["test_median_absolute_error"].between(0, 20).all()
    examples = prepare(load_config("tested.yaml", INLINE)).shape.examples
    assert examples == (table["station"] != "harbour").sum()
    assert not [name for name in result.epochs if name.startswith("test_")]


def test_the_table_that_is_read_by_blocks_trains_to_the_numbers_that_it_has_in_memory(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    by_blocks, whole = (
        run(load_config("blocks.yaml", [*INLINE, "report=false", f"data.blocks={blocks}"]))
        for blocks in ("true", "false")
    )
    columns = ["trial_id", "final_val_loss", "final_val_r2"]
    pd.testing.assert_frame_equal(by_blocks.trials[columns], whole.trials[columns])
    said = prepare(load_config("blocks.yaml", INLINE)).plan.choices
    assert any(note.startswith("read by blocks: 800 rows in 1 block of ") for note in said)
