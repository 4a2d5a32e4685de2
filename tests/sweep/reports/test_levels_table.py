"""The table of levels has a column for each metric that was asked, and for pruned seeds where there are any."""

from __future__ import annotations

from dataclasses import replace

from sweep import load_config, run
from sweep.reports.collect import gather
from sweep.reports.levels_table import levels_grid
from sweep.reports.training_graphs import learning_graph


def test_pruned_seeds_of_a_best_setting_have_a_column_where_there_are_any(results):
    findings = gather(results)
    assert "Pruned" not in levels_grid(findings).columns
    first, *others = findings.study.levels
    report = replace(first.selected.report, pruned=(7, 8))
    first = replace(first, selected=replace(first.selected, report=report))
    grid = levels_grid(replace(findings, study=replace(findings.study, levels=(first, *others))))
    place = grid.columns.index("Pruned")
    assert [row[place] for row in grid.rows if row[0]] == ["2", *["0"] * len(others)]


def test_metrics_beside_the_one_that_decides_have_a_column_and_a_curve(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beside.yaml").write_text(
        "data: {name: iris}\nnetwork: {hidden: [4]}\ntrainer: {epochs: 3}\nseeds: 2\nreport: false\n"
        "metric: {name: val_balanced_accuracy, also: [log_loss, roc_auc_ovr], every: 2}\n"
        "optimizers: {adam: {learning_rate: 0.1}, sgd: {learning_rate: 0.1}}\n"
        "resources: {executor: inline}\ntracking: {enabled: false}\n"
    )
    result = run(load_config("beside.yaml"))
    findings = gather(result.path)
    grid = levels_grid(findings)
    place = grid.columns.index("Validation log loss, mean")
    assert grid.columns[place + 1] == "Validation ROC AUC one-vs-rest, mean"
    means = result.trials.groupby("optimizer")["final_val_log_loss"].mean()
    assert {row[1]: row[place] for row in grid.rows if row[0]} == {name: f"{mean:.4g}" for name, mean in means.items()}
    assert "Validation log loss and validation ROC AUC one-vs-rest are after the last epoch." in grid.note
    assert {len(row) for row in grid.rows} == {len(grid.columns)}
    titles = [panel.title for panel in learning_graph(findings).panels]
    assert "Validation log loss over epochs" in titles
    curve = learning_graph(findings).panels[0].curves[0]
    assert list(curve.x) == [2, 3]
