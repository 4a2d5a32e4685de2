"""`sweep report`, `export` and `compare`: what they print, and one sentence for each mistake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from sweep import load_config, run

# A learning rate of 1e30 cannot but diverge.
SWEEP = """
name: small
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 4, target: 0.8}
metric: {name: val_accuracy}
optimizers:
  sgd: {learning_rate: [0.01, 0.5, 1.0e+30]}
  adam: {learning_rate: [0.01, 0.1], beta1: [0.8, 0.9], beta2: [0.9, 0.99]}
space: {batch_size: [16, 32], decay: cosine}
seeds: 3
resources: {executor: inline}
tracking: {enabled: false}
report: false
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder, and no store in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of the sweep: (3 + 8) * 2 settings on 3 seeds."""
    root = tmp_path_factory.mktemp("report")
    (root / "sweep.yaml").write_text(f"{SWEEP}results: {root / 'results'}\n", encoding="utf-8")
    return run(load_config(root / "sweep.yaml")).path


def test_the_command_prints_the_answer_and_where_the_report_is(command, results):
    code, output, _ = command("report", "small", "--results", str(results.parent))
    sentence, *effects, html, markdown = output.splitlines()
    assert code == 0
    assert "Adam" in sentence
    page = (results / "report.html").read_text(encoding="utf-8")
    assert sentence in page
    assert all(effect in page for effect in effects)
    assert [effect.split()[3] for effect in effects] == [*["learning_rate"] * 2, "beta1", "beta2", "batch_size"]
    assert (html, markdown) == (str(results / "report.html"), str(results / "report.md"))


def test_a_report_of_nothing_is_one_sentence_and_exit_code_2(command, tmp_path):
    code, output, errors = command("report", "nothing", "--results", str(tmp_path))
    assert (code, output) == (2, "")
    assert errors.startswith(
        "error: a report needs the folder or the name of a sweep that has run. Received: `nothing`"
    )
    assert len(errors.splitlines()) == 1
    code, _, errors = command("report", str(tmp_path))
    assert code == 2
    assert "must hold `trials.parquet`" in errors


def test_tables_are_exported_whole_for_other_tools(command, results, tmp_path):
    copy = shutil.copytree(results, tmp_path / "copy")
    assert command("export", str(copy), "--to", "csv")[0] == 0
    assert len(pd.read_csv(copy / "trials.csv")) == 66
    assert len(pd.read_csv(copy / "epochs.csv")) == len(pd.read_parquet(copy / "epochs.parquet"))
    assert command("export", str(copy), "--to", "parquet")[0] == 0
    assert len(pd.read_parquet(copy / "leaderboard.parquet")) == 22
    code, output, _ = command("export", str(copy), "--to", "latex")
    assert (code, output) == (0, f"{copy / 'leaderboard.tex'}\n")
    table = (copy / "leaderboard.tex").read_text(encoding="utf-8")
    assert table.count(r"\\") == 3
    assert r" \% & " in table


def test_an_unknown_format_is_one_sentence_and_exit_code_2(command, results):
    code, _, errors = command("export", str(results), "--to", "xlsx")
    assert (code, errors) == (
        2,
        "error: `--to` must be csv, parquet or latex. Received: `xlsx`. Choose one of the three.\n",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "`sweep report` needs a sweep or an experiment. Received: neither."),
        (["small", "--from-mlflow", "mine"], "takes the place of a sweep. Received: `small` and `mine`."),
        (["--from-mlflow", "mine", "--mode", "most"], "`--mode` must be min or max. Received: `most`."),
    ],
)
def test_a_report_is_of_a_sweep_or_of_an_experiment(command, folder, words, said):
    code, out, err = command("report", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert list(folder.iterdir()) == []


def test_a_comparison_shows_twenty_settings_and_counts_the_others(command, results, tmp_path):
    copy = shutil.copytree(results, tmp_path / "copy")
    code, out, err = command("compare", str(results), str(copy), "--output", "mine.md")
    assert (code, err) == (0, "")
    assert "and 2 more settings in the file" in out
    assert out.splitlines()[-1] == "mine.md"
    # Each of the 22 settings has a row.
    rows = [line for line in Path("mine.md").read_text(encoding="utf-8").splitlines() if "learning_rate=" in line]
    assert len(rows) == 22


def test_a_comparison_with_nothing_ends_with_2(command, results):
    code, out, err = command("compare", str(results), "nothing")
    assert (code, out) == (2, "")
    assert "Received: `nothing`" in err
    assert command("compare", str(results))[0] == 2
