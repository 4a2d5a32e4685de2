"""The command ``sweep report``: what it prints, and one sentence for each mistake."""

from __future__ import annotations

import shutil
import sys

import pandas as pd
import pytest

from sweep import cli


@pytest.fixture
def command(monkeypatch, capfd):
    """Run ``sweep`` with arguments in this process: its exit code, its output, its errors."""

    def leave(code):
        raise SystemExit(code)

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["sweep", *map(str, arguments)])
        monkeypatch.setattr(cli, "_exit_quickly", leave)
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        return left.value.code, *capfd.readouterr()

    return command


def test_the_command_prints_the_answer_and_where_the_report_is(command, results):
    code, output, _ = command("report", "small", "--results", results.parent)
    sentence, *effects, html, markdown = output.splitlines()
    assert code == 0
    assert "Adam" in sentence
    page = (results / "report.html").read_text(encoding="utf-8")
    assert sentence in page
    assert all(effect in page for effect in effects)
    assert [effect.split()[3] for effect in effects] == [*["learning_rate"] * 2, "beta1", "beta2", "batch_size"]
    assert (html, markdown) == (str(results / "report.html"), str(results / "report.md"))


def test_a_report_of_nothing_is_one_sentence_and_exit_code_2(command, tmp_path):
    code, output, errors = command("report", "nothing", "--results", tmp_path)
    assert (code, output) == (2, "")
    assert errors.startswith(
        "error: a report needs the folder or the name of a sweep that has run. Received: `nothing`"
    )
    assert len(errors.splitlines()) == 1
    code, _, errors = command("report", tmp_path)
    assert code == 2
    assert "must hold `trials.parquet`" in errors


def test_tables_are_exported_whole_for_other_tools(command, results, tmp_path):
    folder = shutil.copytree(results, tmp_path / "copy")
    assert command("export", folder, "--to", "csv")[0] == 0
    assert len(pd.read_csv(folder / "trials.csv")) == 66
    assert len(pd.read_csv(folder / "epochs.csv")) == len(pd.read_parquet(folder / "epochs.parquet"))
    assert command("export", folder, "--to", "parquet")[0] == 0
    assert len(pd.read_parquet(folder / "leaderboard.parquet")) == 22
    code, output, _ = command("export", folder, "--to", "latex")
    assert (code, output) == (0, f"{folder / 'leaderboard.tex'}\n")
    table = (folder / "leaderboard.tex").read_text(encoding="utf-8")
    assert table.count(r"\\") == 3
    assert r" \% & " in table


def test_an_unknown_format_is_one_sentence_and_exit_code_2(command, results):
    code, _, errors = command("export", results, "--to", "xlsx")
    assert (code, errors) == (
        2,
        "error: `--to` must be csv, parquet or latex. Received: `xlsx`. Choose one of the three.\n",
    )
