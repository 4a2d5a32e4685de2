"""Tables as people first bring them run from a five-line file, and the answer names the winner's rate and setting."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sweep.cli import app

ROWS = 240
HELLO = {
    "Deutsch": "Straße", "français": "été", "español": "mañana", "português": "coração", "polski": "żółć",
    "čeština": "řeka", "ελληνικά": "θάλασσα", "русский": "море", "العربية": "بحر", "हिन्दी": "समुद्र", "中文": "海",
    "日本語": "うみ",
}  # fmt: skip


def adult(path: Path) -> str:
    """Census rows: words with `?` among them, blanks after commas, a weight, and a rare class."""
    draw = np.random.default_rng(1)
    age, hours = draw.integers(18, 80, ROWS), draw.integers(10, 60, ROWS)
    work = draw.choice(["Private", "State-gov", "?", "Self-emp-not-inc"], ROWS)
    score = 0.04 * age + 0.05 * hours + (work == "Private") + draw.normal(0, 0.3, ROWS)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("age, workclass, fnlwgt, hours-per-week, native country, income\n")
        for row in range(ROWS):
            high = ">50K" if score[row] > 5 else "<=50K"
            file.write(f"{age[row]}, {work[row]}, {draw.integers(1e4, 1e6)}, {hours[row]}, United-States, {high}\n")
    return "income"


def bike(path: Path) -> str:
    """Rentals: a row number, dates, decimal commas behind semicolons, seasons by number, gaps."""
    draw = np.random.default_rng(2)
    warmth = draw.normal(15, 8, ROWS)
    rentals = 100 + 20 * warmth + draw.normal(0, 20, ROWS)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.arange(ROWS), unit="D")
    rows = [
        [number + 1, f"{days[number]:%d.%m.%Y}", 1 + number % 4, f"{warmth[number]:.1f}".replace(".", ","),
         "" if number % 9 == 0 else number % 7, f"{rentals[number]:.1f}".replace(".", ",")]
        for number in range(ROWS)
    ]  # fmt: skip
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Nr", "Tag", "Jahreszeit", "Wärme", "Wind", "Ausleihen"])
        writer.writerows(rows)
    return "Ausleihen"


def languages(path: Path) -> str:
    """Column names, categories and classes in twelve languages."""
    draw = np.random.default_rng(3)
    words = list(HELLO.values())
    table = pd.DataFrame({name: draw.choice(words, ROWS) for name in HELLO})
    table["число"] = draw.normal(size=ROWS).round(3)
    table["类"] = np.where(table["число"] + (table["中文"] == "海") > 0, "да", "いいえ")
    table.to_csv(path, index=False)
    return "类"


@pytest.mark.parametrize(("make", "metric"), [(adult, "val_accuracy"), (bike, "val_r2"), (languages, "val_f1")])
def test_a_first_table_runs_from_five_lines_and_the_answer_names_the_winner(
    make: Callable[[Path], str], metric: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    target = make(tmp_path / "table.csv")
    (tmp_path / "first.yaml").write_text(
        f"data: {{path: table.csv, target: {target!r}}}\nmetric: {metric}\n"
        "optimizers: {adam: {learning_rate: [0.1, 0.0001]}}\ntrainer: {epochs: 12}\nseeds: 2\n",
        encoding="utf-8",
    )
    inline = ["resources.executor=inline", "tracking.enabled=false"]
    ended = CliRunner().invoke(app, ["run", "first.yaml", *inline])
    assert ended.exit_code == 0, ended.output
    # A rate of 0.0001 learns nothing in twelve epochs.
    assert "adam learning_rate=0.1" in ended.output
    (folder,) = (tmp_path / "results").iterdir()
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "learning_rate=0.1" in report
    best = pd.read_csv(folder / "leaderboard.csv").iloc[0]
    assert best["arm"] == "adam learning_rate=0.1"
    assert best[f"final_{metric}_mean"] > 0.7
    header = (tmp_path / "table.csv").read_text(encoding="cp1252" if make is bike else "utf-8").splitlines()[0]
    for name in header.replace(";", ",").split(","):
        assert name.strip() in report
