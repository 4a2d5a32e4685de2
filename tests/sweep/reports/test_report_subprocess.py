"""The process that writes the report at the end of a sweep: the same report, and an error there loses no sweep."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pandas as pd
import psutil

from sweep.reports.html_page import write_report
from sweep.reports.report_subprocess import ReportProcess


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


ABORTED = """
import os, sys, time
from sweep.reports.report_subprocess import ReportProcess

process = ReportProcess()
if os.fork() == 0:
    # Another process that holds the end of the pipe, so that the report's process reads no end of its input.
    time.sleep(30)
    os._exit(0)
print(process._process.pid, flush=True)
sys.stdin.readline()
os.abort()
"""


def test_the_process_ends_with_the_sweep_however_that_ends():
    with subprocess.Popen(
        [sys.executable, "-c", ABORTED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    ) as driver:
        try:
            report = psutil.Process(int(driver.stdout.readline()))
            driver.stdin.write("\n")
            driver.stdin.flush()
            driver.wait(30)
            gone, _ = psutil.wait_procs([report], timeout=10)
            assert gone == [report]
        finally:
            os.killpg(driver.pid, signal.SIGKILL)
