"""A report is whole and as new as its data, or it counts as none."""

from __future__ import annotations

import os

import pytest

from sweep.results.report_files import FIGURES, REPORT, REPORT_MARKDOWN, drop_report, is_current


@pytest.fixture
def folder(tmp_path):
    """A folder with a record of second 1 and a report of second 2."""
    for name, seconds in (("1.log", 1), (REPORT_MARKDOWN, 2), (REPORT, 2)):
        (tmp_path / name).write_text("content")
        os.utime(tmp_path / name, (seconds, seconds))
    return tmp_path


def test_a_report_that_was_written_after_all_records_is_current(folder):
    assert is_current(folder, [folder / "1.log"])
    assert is_current(folder, [])


@pytest.mark.parametrize("name", [REPORT, REPORT_MARKDOWN])
def test_a_report_of_which_a_file_is_missing_is_none(folder, name):
    (folder / name).unlink()
    assert not is_current(folder, [folder / "1.log"])


def test_a_report_that_is_older_than_a_record_is_none(folder):
    os.utime(folder / "1.log", (3, 3))
    assert not is_current(folder, [folder / "1.log"])


def test_a_report_that_was_interrupted_before_its_page_is_none(folder):
    os.utime(folder / "1.log", (3, 3))
    os.utime(folder / REPORT_MARKDOWN, (4, 4))
    assert not is_current(folder, [folder / "1.log"])


def test_a_dropped_report_leaves_nothing(folder):
    (folder / FIGURES).mkdir()
    (folder / FIGURES / "a.svg").write_text("")
    drop_report(folder)
    assert [path.name for path in folder.iterdir()] == ["1.log"]
