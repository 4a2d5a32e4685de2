"""A name means its newest results, and a sweep that is not finished is refused."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from sweep.errors import ResultsError
from sweep.reports.collect import find_folder, gather
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


def test_what_is_found_of_the_users_own_training_speaks_of_its_hyperparameters_alone(own_sweep):
    found = gather(own_sweep.path)
    # A tree of width 16 on the seeds 0 and 1 ends at 0.5 + 0.1 + 0.16 - 0.1 / 4 = 0.735 and 0.745.
    assert found.sentence.startswith(
        "Of 8 settings, model.kind=tree model.width=16 norm=true ranks first: it ends at 0.74 validation F1 (95 % CI"
    )
    assert "2 seeds), and 1 other ties with it" in found.sentence
    # 0.7 is reached as soon as 0.1 / epoch is 0.06 or less, and 0.07.
    assert found.sentence.endswith("; it reaches a validation F1 of 0.7 in a median of 2 epochs.")
    factors = [effect.partition(" (mean")[0] for effect in found.effects]
    assert factors == ["Main effect of model.kind", "Main effect of model.width", "Main effect of norm"]
    # Means over both widths, 0.1 apart on each of two seeds, which is too few to show a difference without a spread.
    assert "model.kind tree at 0.7 and model.kind net at 0.6 validation F1 are not told apart" in found.effects[0]
    assert "norm true at 0.65 and norm null at 0.65 validation F1 tie exactly on every seed" in found.effects[2]
    assert found.subject.keys == ("model.kind", "model.width", "norm")
    assert not found.subject.are_seconds_shared
    told = " ".join([found.answers, *(f"{card.sentence} {card.advice}" for card in found.cards)])
    assert "optimizer" not in told
    assert "rate" not in told.replace("integrate", "")
