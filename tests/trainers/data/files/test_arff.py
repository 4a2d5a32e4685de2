"""ARFF as Weka, SciPy and liac-arff write it, with the types that its header declares."""

from pathlib import Path

import numpy as np
import pytest
import scipy.io.arff

from trainers.data.files import read_table

HEADER = "@relation r\n@attribute x numeric\n@attribute 'a b' {yes, 'no, never', \"it's\"}\n@data\n"


def test_what_liac_arff_writes_is_read(written):
    frame = read_table(str(written / "liac.arff")).frame
    assert frame.id.tolist() == [9007199254740993, 9007199254740995, 3, 4]
    assert frame.city.tolist() == ["Łódź", "東京", "a,b;c", 'say "hi"']
    assert frame.kind.tolist() == ["NA", "None", "cat", "dog"]
    assert frame.kind.cat.categories.tolist() == ["NA", "None", "cat", "dog"]
    np.testing.assert_array_equal(frame["size"], [1.5, np.nan, -0.25, 1e20])


def test_a_file_of_weka_is_read_as_scipy_reads_it(tmp_path):
    kinds = "@ATTRIBUTE class {Iris-setosa,Iris-virginica}"
    lines = ["@RELATION iris", "", "@ATTRIBUTE sepallength\tREAL", kinds, "@DATA"]
    path = tmp_path / "iris.arff"
    path.write_text("% from Weka\n" + "\n".join([*lines, "5.1,Iris-setosa", "% a comment", "?,Iris-virginica", ""]))
    expected, _ = scipy.io.arff.loadarff(path)
    frame = read_table(str(path)).frame
    np.testing.assert_array_equal(frame.sepallength, expected["sepallength"])
    assert frame["class"].tolist() == [each.decode() for each in expected["class"]]


@pytest.mark.skipif(
    not (folder := Path(scipy.io.arff.__file__).parent / "tests" / "data" / "iris.arff").exists(),
    reason="SciPy was installed without its tests",
)
def test_the_iris_of_scipy_s_own_tests_is_read_as_scipy_reads_it():
    expected, _ = scipy.io.arff.loadarff(folder)
    frame = read_table(str(folder)).frame
    assert len(frame) == 150
    for name in frame.columns[:4]:
        np.testing.assert_array_equal(frame[name], expected[name])
    assert frame["class"].tolist() == [each.decode() for each in expected["class"]]


def test_quotes_blanks_and_sparse_rows(read):
    frame = read("a.arff", HEADER + " 1.5 , 'no, never'\n'2',\"it's\"\n{0 -3}\n{1 'no, never'}\n?, ?\n").frame
    np.testing.assert_array_equal(frame.x, [1.5, 2.0, -3.0, 0.0, np.nan])
    assert frame["a b"].tolist()[:4] == ["no, never", "it's", "yes", "no, never"]
    assert frame["a b"].isna().tolist() == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (HEADER + "1,yes\n2,maybe\n", ("column `a b`", "`maybe` in line 6", "as its header says")),
        (HEADER + "one,yes\n", ("column `x`", "must hold numeric", "`one` in line 5")),
        (HEADER + "1,yes,2\n", ("3 cells in line 5",)),
        (HEADER + "1,'yes\n", ("cells that cannot be told apart in line 5",)),
        (HEADER + "{7 1}\n", ("line 5",)),
        (HEADER, ("no row",)),
        ("@relation r\n@attribute x relational\n@data\n", ("x relational` in line 2",)),
        ("@relation r\n@attribute x numeric\n", ("no line @data",)),
        ("a,b\n1,2\n", ("`a,b` in line 1, above @data",)),
        ("", ("no line @data",)),
        ("@attribute x real\n@attribute x real\n@data\n1,2\n", ("`x` 2 times",)),
    ],
)
def test_a_broken_file_is_one_sentence_with_the_line(read, refusal, text, parts):
    with refusal("a.arff", *parts):
        read("a.arff", text)
