"""The section on the data names each column, what became of it, and what is wrong with the data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sweep.reports.data_section import columns_grid, data_facts, data_graph
from trainers.data.summary import DataSummary, TargetSummary
from trainers.data.table_schema import ColumnSummary

COLUMNS = (
    ColumnSummary(name="id", role="left out", distinct=600, reason="an identifier"),
    ColumnSummary(name="alive", role="target", distinct=2),
    ColumnSummary(name="age", role="feature", encoding="number", missing=120, distinct=70),
    ColumnSummary(name="port", role="feature", encoding="one_hot", categories=4, missing=30, distinct=3),
    ColumnSummary(name="part", role="split", distinct=2),
)
DATA = DataSummary(
    name="passengers.csv",
    rows=600,
    task="binary",
    features=6,
    columns=COLUMNS,
    classes=(("no", 450), ("yes", 150)),
    parts={"training": 480, "validation": 120, "test": 0},
    held_out_by="a share of 0.2",
)


def test_the_facts_are_rows_parts_columns_target_encodings_and_gaps():
    facts = dict(data_facts(DATA))
    assert facts["rows"] == "600: 480 for training and 120 for validation"
    assert facts["held out by"] == "a share of 0.2"
    assert facts["columns"] == "5, of which 2 features, 6 inputs of the network"
    assert facts["target"] == "`alive`: 2 classes, from no (75 %) to yes (25 %)"
    assert facts["encoded"] == "`port` (one-hot)"
    assert facts["left out"] == "`id` (an identifier)"
    assert facts["missing"] == "`age` (20 %) and `port` (5 %)"
    assert facts["leaks seen"] == "no feature predicts the target alone"
    assert facts["duplicates across parts"] == "none seen"


def test_leaks_and_duplicates_are_said():
    facts = dict(data_facts(replace(DATA, leaks=("`fare` alone predicts.",), duplicates=1)))
    assert facts["leaks seen"] == "`fare` alone predicts."
    assert facts["duplicates across parts"] == "1 held-out row also in the training part"


def test_a_numeric_target_is_its_range_mean_and_quartiles():
    target = TargetSummary(minimum=25.0, quartiles=(87.0, 140.5, 211.5), maximum=346.0, mean=152.1334842)
    data = replace(DATA, task="regression", classes=(), target=target, columns=())
    facts = dict(data_facts(data))
    assert facts["target"] == "a number from 25 to 346, mean 152.133, quartiles 87, 140.5 and 211.5"
    assert facts["features"] == "6"
    assert "missing" not in facts
    assert data_graph(data) is None
    assert columns_grid(data) is None


def test_many_names_of_a_wide_table_are_cut_short():
    columns = tuple(ColumnSummary(name=f"x{n}", role="left out") for n in range(40))
    text = dict(data_facts(replace(DATA, columns=columns)))["left out"]
    assert text.startswith("`x0`, `x1`, ")
    assert text.endswith("`x11` and 28 more")


def test_the_table_has_a_row_for_each_column():
    grid = columns_grid(DATA)
    assert [row[0] for row in grid.rows] == ["id", "alive", "age", "port", "part"]
    assert grid.rows[0] == ("id", "left out", "", "", "0", "", "600", "an identifier")
    assert grid.rows[3] == ("port", "feature", "one-hot", "4", "30", "5 %", "3", "")
    assert len(grid.columns) == len(grid.numeric) == len(grid.rows[0])


def test_columns_of_the_table_that_no_row_fills_are_left_out():
    grid = columns_grid(replace(DATA, columns=(ColumnSummary(name="bmi", role="feature", distinct=7),)))
    assert (grid.columns, grid.rows) == (("Column", "Role", "Missing", "Distinct"), (("bmi", "feature", "0", "7"),))
    assert grid.numeric == (False, False, True, True)


def test_bars_show_the_balance_of_the_classes_and_the_gaps_of_the_columns():
    classes, missing = data_graph(DATA).panels
    assert (classes.names, list(classes.lengths), classes.notes) == (("no", "yes"), [75.0, 25.0], ("450", "150"))
    # The largest first; columns without a gap have no bar.
    assert (missing.names, list(missing.lengths)) == (("age", "port"), [20.0, 5.0])


@pytest.mark.parametrize("count", [20, 21])
def test_more_than_twenty_bars_are_the_largest(count):
    classes = tuple((f"c{n}", n + 1) for n in range(count))
    panel = data_graph(replace(DATA, classes=classes)).panels[0]
    assert len(panel.names) == 20
    assert panel.names[0] == f"c{count - 1}"
    assert ("the 20 largest of 21" in panel.title) is (count == 21)
