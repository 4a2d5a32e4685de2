"""Each column of a table is summed up, and what was decided of it is said in a sentence."""

import numpy as np

from trainers.data.feature_columns import Feature, LeftOut
from trainers.data.holdout import ByGroup
from trainers.data.numeric import Column
from trainers.data.table_notes import column_summary, notes_on
from trainers.data.table_schema import FeatureColumn
from trainers.data.tables import TableOptions
from trainers.errors import listed

OPTIONS = TableOptions(target="y", validation=ByGroup("house", 0.2))
PORT = FeatureColumn(name="port", encoding="one_hot", categories=("C", "Q", "(missing)"), has_missing=True)
FOUND = [Feature(column=PORT, rows=np.zeros((4, 1)), note="`port` (2 and missing)"), LeftOut("name", "free text")]
WANTED = {"port": False, "name": False}


def summary(name, cells):
    cells = np.array(cells, dtype=object) if isinstance(cells[0], str) else np.array(cells)
    return column_summary(Column(name=name, origin="a.csv", cells=cells), OPTIONS, WANTED, FOUND)


def test_a_feature_has_its_encoding_and_the_counts_of_its_cells():
    found = summary("port", ["C", "", " Q", "C"])
    assert (found.role, found.encoding, found.categories, found.missing, found.distinct) == (
        "feature",
        "one_hot",
        3,
        1,
        2,
    )


def test_numbers_are_counted_without_those_that_are_missing():
    found = summary("y", [1.5, np.nan, 1.5, 2.0])
    assert (found.role, found.missing, found.distinct) == ("target", 1, 2)


def test_other_columns_say_why_they_are_no_features():
    assert summary("house", [1, 1, 2, 2]).role == "split"
    assert (summary("name", ["a", "b", "c", "d"]).role, summary("name", ["a"] * 4).reason) == ("left out", "free text")
    assert summary("comment", ["a"] * 4).reason == "as the configuration says"


def test_one_sentence_tells_each_encoding_and_one_what_is_left_out():
    plain = Feature(column=FeatureColumn(name="x", encoding="number"), rows=np.zeros((4, 1)))
    assert notes_on([FOUND[0], plain], [FOUND[1]]) == (
        "categories as one feature each: `port` (2 and missing)",
        "left out: `name`, free text (`data.features` uses a column that it names)",
    )
    assert notes_on([plain], []) == ()


def test_long_lists_are_cut():
    assert listed([f"c{number}" for number in range(1022)], 2) == "`c0`, `c1` and 1,020 more"
