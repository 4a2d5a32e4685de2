"""`sweep lecture`, `sweep score` and `sweep schema`: what they print, and one sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sweep.cli import app

CSV = "submission,mnist,wmt\nadam,10,\nsgd,25,40\n"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(tmp_path, text, name="times.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_command_prints_each_score_to_four_decimals_best_first(tmp_path):
    result = CliRunner().invoke(app, ["score", "--exact", str(write(tmp_path, CSV))])
    assert result.exit_code == 0
    # sgd: (4 - 2.5) / 3 on mnist and 1 on wmt.
    assert result.stdout == "sgd   0.7500\nadam  0.5000\n"


def test_the_command_takes_the_benchmarks_grid_unless_told(tmp_path):
    result = CliRunner().invoke(app, ["score", str(write(tmp_path, CSV))])
    # A ratio of 2.5 lies between grid points 49 and 50 of 0..99, so that its step begins half way: 49.5 of 99.
    assert result.stdout == "sgd   0.7500\nadam  0.5000\n"
    result = CliRunner().invoke(app, ["score", str(write(tmp_path, CSV.replace("25", "25.2")))])
    # exact (4 - 2.52) / 3 = 0.4933; on the grid, from between points 50 and 51: 48.5 / 99.
    assert result.stdout.startswith(f"sgd   {(1 + 48.5 / 99) / 2:.4f}")


def test_the_command_says_what_it_took_for_held_out(tmp_path):
    result = CliRunner().invoke(app, ["score", str(write(tmp_path, "s,wmt,wmt_tanh\na,1,2\n"))])
    assert result.stdout == "a  1.0000\n"
    assert "wmt_tanh is a held-out variant of wmt" in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "`times.csv` must be readable."),
        ("s,mnist\n", "must hold at least one submission."),
        ("s,mnist\na,-1\n", "row `a`, column `mnist` must be a number above 0"),
    ],
    ids=["missing", "without rows", "negative"],
)
def test_times_that_cannot_be_scored_end_with_2_and_one_sentence(command, folder, text, said):
    if text is not None:
        write(folder, text)
    code, out, err = command("score", "times.csv")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err
    assert err.count("\n") == 1


def test_the_schema_that_is_printed_is_the_shipped_one(command, folder):
    code, out, err = command("schema")
    assert (code, err) == (0, "")
    assert out == (ROOT / "configs/sweep.schema.json").read_text(encoding="utf-8")


def test_without_a_section_all_are_listed_and_nothing_is_written(command, folder):
    code, out, _ = command("lecture")
    assert code == 0
    shipped = {path.stem for path in (ROOT / "sweep/lecture/configs").glob("*.yaml")}
    assert {line.split()[0] for line in out.splitlines() if line.strip()} >= shipped
    assert list(folder.iterdir()) == []


def test_a_section_is_run_with_changes_into_the_folder_that_is_named(command, folder):
    code, out, _ = command("lecture", "bias-correction", "beta=0.5", "--output", "mine")
    assert code == 0
    assert "mine" in out
    assert [path.name for path in folder.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["momentun"], "Did you mean `momentum`?"),
        (["all", "beta=0.5"], "`all` takes no changes"),
        (["bias-correction", "gamma=0.5"], "`gamma`"),
    ],
)
def test_a_section_or_change_that_does_not_exist_ends_with_2(command, folder, words, said):
    code, _, err = command("lecture", *words)
    assert code == 2
    assert said in err
    assert list(folder.iterdir()) == []
