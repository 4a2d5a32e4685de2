"""A name means its newest results, and a sweep that is not finished is refused."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from sweep.errors import ResultsError
from sweep.reports.collect import find_folder
from sweep.reports.html_page import write_report


def test_a_name_means_its_newest_results_and_not_those_of_a_longer_name(results):
    assert find_folder("small", results.parent) == results
    assert find_folder(results, "nowhere") == results
    with pytest.raises(ResultsError, match=r"Received: `smal`; .* holds `small`"):
        find_folder("smal", results.parent)
    with pytest.raises(ResultsError, match="`nowhere` holds none"):
        find_folder("small", "nowhere")


def test_a_sweep_that_is_not_finished_is_refused_with_its_numbers(results, tmp_path):
    folder = shutil.copytree(results, tmp_path / "copy")
    trials = pd.read_parquet(folder / "trials.parquet")
    trials.loc[:4, "status"] = "PENDING"
    trials.to_parquet(folder / "trials.parquet")
    with pytest.raises(ResultsError, match="where 5 of 66 trials have not run to their end"):
        write_report(folder)
    (folder / "trials.parquet").unlink()
    with pytest.raises(ResultsError, match=r"must hold `trials.parquet`"):
        write_report(folder)
