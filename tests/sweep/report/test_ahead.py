"""The process that writes the report at the end of a sweep: the same report, and an error there loses no sweep."""

from __future__ import annotations

import shutil

import pandas as pd

from sweep.report.ahead import ReportProcess
from sweep.report.page import write_report


def test_the_process_writes_the_report_that_the_command_writes(results, tmp_path):
    folder = shutil.copytree(results, tmp_path / "copy")
    with ReportProcess() as process:
        written = process.write(folder)
    assert written.problem == ""
    page = written.html.read_bytes()
    again = write_report(folder)
    assert again.html.read_bytes() == page
    assert again.sentence == written.sentence
    assert set(written.figures) == set(again.figures)


def test_what_keeps_a_report_from_being_written_is_said_and_raises_nothing(results, tmp_path):
    folder = shutil.copytree(results, tmp_path / "copy")
    trials = pd.read_parquet(folder / "trials.parquet")
    trials.loc[0, "fingerprint_data"] = "another"
    trials.to_parquet(folder / "trials.parquet")
    with ReportProcess() as process:
        assert "must have the same data set" in process.write(folder).problem
    trials.drop(columns="status").to_parquet(folder / "trials.parquet")
    with ReportProcess() as process:
        assert "KeyError" in process.write(folder).problem


def test_a_process_that_is_not_asked_ends():
    with ReportProcess() as process:
        started = process._process
    assert started.returncode is not None
