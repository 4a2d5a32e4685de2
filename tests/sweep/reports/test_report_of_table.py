"""A sweep over a table with a test part has a report on its data, its test part and its predictions."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pandas as pd
import pytest

from sweep import load_config, run
from sweep.driver.finalize import _tables
from sweep.errors import ResultsError
from sweep.reports.html_page import write_report
from sweep.results import load_results

SWEEP = """
name: passengers
data: {path: TABLE, target: survived, test: 0.25}
network: {hidden: [4]}
trainer: {epochs: 3}
metric: {name: val_accuracy}
optimizers: {sgd: {learning_rate: 0.1}, adam: {learning_rate: 0.01}}
seeds: 2
resources: {executor: inline}
tracking: {enabled: false}
report: false
"""


@pytest.fixture(scope="module")
def tabled(tmp_path_factory):
    """The results of a sweep over 200 different rows and 8 that stand in the table twice, and its report."""
    folder = tmp_path_factory.mktemp("table")
    draw = np.random.default_rng(3)
    survived = draw.integers(0, 2, 200)
    table = pd.DataFrame(
        {
            "survived": survived,
            "name": [f"passenger {n} of cabin {n % 7} and deck {n % 3}" for n in range(200)],
            "port": draw.choice(["Cork", "Nice", None], 200),
            "age": np.where(draw.random(200) < 0.1, np.nan, draw.normal(30, 9, 200).round(1)),
            "boat": np.where(survived == 1, "yes", "no"),
        }
    )
    pd.concat([table, table.iloc[:8]]).to_csv(folder / "passengers.csv", index=False)
    text = SWEEP.replace("TABLE", str(folder / "passengers.csv"))
    (folder / "sweep.yaml").write_text(f"{text}results: {folder / 'results'}\n", encoding="utf-8")
    path = run(load_config(folder / "sweep.yaml")).path
    return path, write_report(path)


def test_the_page_tells_of_the_columns_and_the_leak(tabled, read_page):
    path, report = tabled
    text = report.html.read_text(encoding="utf-8")
    page = read_page(text)
    columns = {row[0]: row for row in page.tables["columns"][1:]}
    assert columns["port"][1:4] == ["feature", "one-hot", "3"]
    assert columns["name"][1] == "left out"
    assert "free text" in columns["name"][-1]
    assert columns["age"][1] == "feature"
    assert int(columns["age"][4]) == pd.read_csv(path.parent.parent / "passengers.csv")["age"].isna().sum()
    (leak,) = [card for card in report.cards if card.check == "leak"]
    assert leak.sentence.startswith("`boat` alone predicts the target: it is right in 100 %")
    assert "<code>boat</code> alone predicts" in text.partition('<section id="data">')[2]


def test_the_table_of_the_test_part_has_the_means_of_the_file(tabled, read_page):
    path, report = tabled
    head, *rows = read_page(report.html.read_text(encoding="utf-8")).tables["test"]
    test = pd.read_parquet(path / "test.parquet")
    assert sorted(row[0] for row in rows) == ["adam", "sgd"]
    for row in rows:
        shown = float(row[head.index("test_accuracy")].split(" %")[0])
        assert shown == pytest.approx(100 * test.loc[test["level"] == row[0], "test_accuracy"].mean(), abs=0.051)
    assert "test_accuracy" in report.markdown.read_text(encoding="utf-8")


def test_the_figures_are_of_the_test_part_and_count_all_its_rows(tabled):
    path, report = tabled
    text = report.html.read_text(encoding="utf-8")
    for name in ("confusion", "classifier-curves", "data"):
        assert f'id="{name}"' in text
        assert f"figures/{name}-1.svg" in report.markdown.read_text(encoding="utf-8")
    assert "on the test part" in text
    drawing = (path / "figures" / "confusion-1.svg").read_text(encoding="utf-8")
    counts = [int(count) for count in re.findall(r">(\d+) \(\d+ %\)<", drawing)]
    # A quarter of 208 rows.
    assert sum(counts) == 52


def test_what_there_is_goes_to_mlflow(tabled, tmp_path):
    path, _ = tabled
    assert {"data.json", "test.parquet"} <= _tables(load_results(path)).keys()
    for name in ("trials.parquet", "epochs.parquet", "leaderboard.csv"):
        (tmp_path / name).write_bytes((path / name).read_bytes())
    assert not {"data.json", "test.parquet"} & _tables(load_results(tmp_path)).keys()


def test_a_damaged_file_is_one_sentence(tabled, tmp_path):

    folder = shutil.copytree(tabled[0], tmp_path / "copy")
    (folder / "data.json").write_text("{", encoding="utf-8")
    with pytest.raises(ResultsError, match=r"data\.json` must describe"):
        write_report(folder)
    (folder / "data.json").unlink()
    assert 'id="data"' not in write_report(folder).html.read_text(encoding="utf-8")
