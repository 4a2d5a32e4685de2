"""One function reads any table; what is not one, and options that contradict each other, are refused."""

import pytest

from trainers.data.files import FileOptions, read_table
from trainers.data.files.formats import FORMATS
from trainers.data.files.reading import READERS, opened


def test_every_format_has_a_reader():
    assert set(FORMATS.values()) == READERS.keys()


def test_an_unknown_ending_is_refused_before_anything_is_looked_for(refusal):
    for path in ("a.doc", "https://127.0.0.1:9/a.xls", "https://127.0.0.1:9/a", "a"):
        with refusal("must end in one of .csv"):
            read_table(path)


def test_a_file_of_arrays_is_no_table(tmp_path, refusal):
    (tmp_path / "a.npz").touch()
    with refusal("arrays", "a.npz"):
        read_table(str(tmp_path / "a.npz"))


def test_a_file_that_may_not_be_read_is_one_sentence(tmp_path, refusal, monkeypatch):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")

    def refuse(self, *rest, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("trainers.data.files.content.Path.open", refuse)
    with refusal("a.csv` must be a file that can be read. Received: Permission denied"):
        read_table(str(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"separator": ";;"}, "`separator` must be one character"),
        ({"separator": '"'}, "`separator` must be one character"),
        ({"decimal": ";"}, "`decimal` must be a point or a comma"),
        ({"thousands": "0"}, "`thousands` must be one character"),
        ({"thousands": ",", "decimal": ","}, "`thousands` and `decimal` must differ"),
        ({"sheet": "x"}, "`sheet` applies to a workbook of Excel"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(read, refusal, options, said):
    with refusal(said):
        read("a.csv", "a,b\n1,2\n", **options)


def test_a_tilde_in_a_name_is_part_of_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~a.csv").write_text("a,b\n1,2\n")
    assert read_table("~a.csv", FileOptions()).names == ["a", "b"]


def test_a_file_that_is_no_table_can_be_opened_in_the_same_way(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"content")
    with opened(str(tmp_path / "a.npz")) as content:
        assert (content.head(4), content.size, content.ending) == (b"cont", 7, ".npz")
