"""The tables of a report have a row for every level, arm and trial, with its own numbers."""

from __future__ import annotations

import pandas as pd

from sweep.results import load_results


def test_the_leaderboard_shows_the_mean_of_each_optimizers_best_setting(page, results):
    board = load_results(results).leaderboard
    rows = {row[1]: row for row in page.tables["levels"][1:]}
    for name, optimizer in (("adam", "adam"), ("sgd", "sgd")):
        best = board[(board["optimizer"] == optimizer) & (board["diverged"] == 0)]["final_val_accuracy_mean"].max()
        assert rows[name][2] == f"{100 * best:.1f} %"
    # 2 learning rates x 2 x 2 betas x 2 batch sizes, and 3 learning rates x 2 batch sizes.
    tried = page.tables["levels"][0].index("Tried")
    assert (rows["adam"][tried], rows["sgd"][tried]) == ("16", "6")


def test_every_table_spells_optimizers_and_hyperparameters_as_the_sweep_file_does(page):
    levels, arms = page.tables["levels"], page.tables["arms"]
    optimizers = {"sgd", "adam"}
    # Base rates, which have no rank, are no optimizers.
    ranked = [row for row in levels[1:] if row[0]]
    assert {row[1] for row in ranked} == optimizers
    assert {row[arms[0].index("optimizer")] for row in arms[1:] if row[0]} == optimizers
    named = {"learning_rate", "beta1", "beta2", "batch_size"}
    assert named <= set(arms[0])
    assert named <= set(page.tables["trials"][0])
    for row in ranked:
        optimizer, *parts = row[-1].split()
        assert optimizer == row[1]
        assert {part.partition("=")[0] for part in parts} <= named


def test_every_trial_and_every_arm_has_a_row_with_its_own_numbers(page, results):
    trials = load_results(results).trials
    head, *rows = page.tables["trials"]
    assert len(rows) == len(trials) == 66
    # 22 arms and 2 base rates.
    assert len(page.tables["arms"]) == 1 + 22 + 2
    by_id = {row[head.index("trial_id")]: row for row in rows}
    for _, trial in trials.iterrows():
        row = by_id[trial["trial_id"]]
        assert row[head.index("status")] == trial["status"]
        value = row[head.index("val_accuracy")]
        assert value == ("" if pd.isna(trial["final_val_accuracy"]) else f"{trial['final_val_accuracy']:.6g}")
    assert sum(row[head.index("status")] == "DIVERGED" for row in rows) == 6


def test_every_leaderboard_ends_with_the_base_rates_which_have_no_rank(page, report):
    levels, arms = page.tables["levels"], page.tables["arms"]
    head = arms[0]
    shown = [(row[head.index("optimizer")], row[-1]) for row in arms[1:] if not row[0] and row[-1]]
    expected = [(row[1], row[2]) for row in levels[1:] if row[-1] == "base rate"]
    assert [name for name, _ in shown] == [name for name, _ in expected] == ["Majority class", "Nearest centroid"]
    assert [f"{100 * float(value):.1f} %" for _, value in shown] == [value for _, value in expected]
    assert [row[1] for row in arms[-2:]] == [name for name, _ in shown]
    markdown = report.markdown.read_text(encoding="utf-8").split("## Best arms")[1]
    # The twin shows 20 of the 22 arms, and the base rates below them.
    assert sum(line.startswith("|") for line in markdown.splitlines()) == 2 + 20 + 2
    assert "| Majority class |" in markdown


def test_ids_keep_their_whole_text_and_columns_of_what_never_happened_are_left_out(page, report, results):
    text = report.html.read_text(encoding="utf-8")
    trial_id = str(load_results(results).trials["trial_id"].iloc[0])
    assert f'<td class="id" title="{trial_id}">{trial_id}</td>' in text
    assert "diverged" in page.tables["arms"][0]
    assert "failed" not in page.tables["arms"][0]
