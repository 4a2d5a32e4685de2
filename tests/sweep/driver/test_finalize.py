"""One rule ranks everywhere: in the tables, the report, the terminal, MLflow and the comparison of two sweeps."""

from __future__ import annotations

import base64
import io
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from rich.console import Console

from sweep import load_config, run
from sweep.analysis.ranking import rule
from sweep.errors import ComparisonError
from sweep.reports.collect import find_folder, gather
from sweep.reports.compare import compare_sweeps
from sweep.terminal.summary import print_summary

OPTIMIZER = "examples.optimizer:sign_momentum"
SWEEP = f"""
data: {{name: iris}}
network: {{hidden: [8]}}
trainer: {{epochs: 12}}
metric: {{name: val_accuracy}}
optimizers:
  sgd: {{learning_rate: [1.0, 3.0, 6.0]}}
  adam: {{learning_rate: [0.3, 1.0]}}
  "{OPTIMIZER}": {{learning_rate: 0.01, threshold: [0.0, 0.001]}}
space: {{batch_size: 8}}
seeds: 3
resources: {{executor: inline}}
"""


class Sweep:
    """A sweep that has run, ranked by ``of``, with what it printed."""

    def __init__(self, of, file, folder):
        config = load_config(file, [f"metric.of={of}", f"name={of}"])
        self.result, self.by, self.store = run(config), config.metric.by, f"sqlite:///{folder / 'mlflow.db'}"
        stream = io.StringIO()
        print_summary(self.result, Console(file=stream, width=200, color_system=None))
        self.printed = stream.getvalue()


@pytest.fixture(scope="module")
def sweeps(workplace, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranking")
    file = workplace(folder, SWEEP)
    return {of: Sweep(of, file, folder) for of in ("last", "best")}


@pytest.fixture(params=["last", "best"])
def swept(request, sweeps):
    return sweeps[request.param]


def test_the_two_rules_rank_differently_or_there_is_nothing_to_test(sweeps):
    orders = [sweeps[of].result.leaderboard["arm"].tolist() for of in ("last", "best")]
    assert orders[0] != orders[1]
    # What is trained does not depend on the rule, but its results have a folder of their own name.
    assert [len(sweep.result.trials) for sweep in sweeps.values()] == [21, 21]
    assert sweeps["last"].result.trials["trial_id"].tolist() == sweeps["best"].result.trials["trial_id"].tolist()


def test_the_leaderboard_holds_arms_alone_sorted_by_the_rule(swept):
    board = swept.result.leaderboard
    means = board[f"{swept.by}_val_accuracy_mean"]
    assert means.is_monotonic_decreasing
    assert board["rank"].is_monotonic_increasing
    assert len(board) == 7


def test_the_terminal_names_the_rule_the_answer_the_warnings_and_the_base_rates(swept):
    found = gather(swept.result.path)
    first = swept.result.leaderboard.iloc[0]
    assert f"Ranked by the {rule(swept.by)}:" in swept.printed
    assert re.search(rf"1  {re.escape(first['arm'])} +{first[f'{swept.by}_val_accuracy_mean']:.4f}", swept.printed)
    assert found.sentence in swept.printed
    assert all(card.sentence in swept.printed for card in found.cards if card.severity != "note")
    assert re.search(r"\n +majority class +0\.3333", swept.printed)


def test_the_report_picks_each_level_by_the_rule_and_names_it(swept):
    found = gather(swept.result.path)
    board = swept.result.leaderboard.drop_duplicates("optimizer").set_index("optimizer")
    for level in found.study.levels:
        assert level.selected.selection.mean == board.loc[level.name, f"{swept.by}_val_accuracy_mean"]
    report = (swept.result.path / "report.md").read_text(encoding="utf-8")
    assert f"Ranked by the {rule(swept.by)}" in report
    assert "|  | Majority class | 33.3 % |" in report
    assert "Majority class" in (swept.result.path / "report.html").read_text(encoding="utf-8")


def test_mlflow_orders_arms_by_the_leaderboards_rank_and_base_rates_after_them(swept):
    client = MlflowClient(swept.store)
    name = swept.result.path.name[:-9]
    experiment = client.get_experiment_by_name(name)
    tag = experiment.tags[f"mlflow.sharedViewState.{name}-arms"]
    view = json.loads(zlib.decompress(base64.b64decode(json.loads(tag)["state"].partition(";")[2])))
    order = f"{view['orderByKey']} {'ASC' if view['orderByAsc'] else 'DESC'}"
    runs = client.search_runs([experiment.experiment_id], view["searchFilter"], order_by=[order])
    board = swept.result.leaderboard
    assert [run.data.metrics.get("rank") for run in runs] == [*map(float, board["rank"]), None, None]
    assert {run.data.tags["arm"] for run in runs[:7]} == set(board["arm"])
    mean = f"{swept.by}_val_accuracy_mean"
    assert [run.data.metrics[mean] for run in runs[:7]] == pytest.approx(board[mean].tolist())
    assert {run.info.run_name for run in runs[7:]} == {"majority class (base rate)", "nearest centroid (base rate)"}
    assert all(mean in run.data.metrics for run in runs[7:])
    best = client.search_runs(
        [experiment.experiment_id], view["searchFilter"].rpartition(" and ")[0] + ' and tags.best_of_optimizer = "yes"'
    )
    assert {run.data.tags["arm"] for run in best} == set(board.drop_duplicates("optimizer")["arm"])
    # Charts need the same parameters in all runs, those of the user's own optimizers among them.
    assert all("threshold" in run.data.params for run in runs)


def test_hyperparameters_of_the_users_own_optimizers_are_in_every_table(swept):
    assert "threshold" in swept.result.leaderboard
    assert "| threshold |" in (swept.result.path / "report.md").read_text(encoding="utf-8")


def test_two_sweeps_are_compared_by_one_rule_or_not_at_all(sweeps, tmp_path):
    ours, theirs = (sweeps[of].result.path for of in ("last", "best"))
    with pytest.raises(ComparisonError, match=r"max, last epoch.*max, best epoch"):
        compare_sweeps(ours, theirs, output=tmp_path / "compare.md")
    found = compare_sweeps(ours, ours, output=tmp_path / "compare.md")
    assert len(found.grid.rows) == 7
    assert "last epoch" in found.grid.note


def test_a_sweep_is_found_by_every_name_that_is_printed(sweeps, monkeypatch):
    folder = sweeps["last"].result.path
    monkeypatch.chdir(folder.parent.parent)
    # A folder of data that has the name of the sweep does not hide it.
    (Path.cwd() / "last").mkdir()
    for name in ("last", folder.name, f"results/{folder.name}", f"results/{folder.name}/", "results/last", str(folder)):
        assert find_folder(name).resolve() == folder.resolve(), name


def test_a_second_start_ranks_what_an_earlier_one_has_finished_and_keeps_the_base_rates(sweeps):
    swept = sweeps["best"]
    kept = (swept.result.path / "base_rates.json").stat().st_mtime_ns
    config = load_config(swept.result.path / "config.yaml", ["metric.of=last"])
    again = run(config)
    assert again.path == swept.result.path
    assert again.leaderboard["final_val_accuracy_mean"].is_monotonic_decreasing
    assert (swept.result.path / "base_rates.json").stat().st_mtime_ns == kept
    run(load_config(swept.result.path / "config.yaml", ["metric.of=best"]))


def test_selection_seeds_pick_by_the_rule(workplace, tmp_path):
    text = SWEEP.replace("seeds: 3", "seeds: {selection: 2, report: 2}").replace("epochs: 12", "epochs: 4")
    file = workplace(tmp_path, text + "report: false\n")
    for of, by in (("last", "final"), ("best", "best")):
        result = run(load_config(file, [f"metric.of={of}", f"name={of}", "tracking.enabled=false"]))
        for one in result.selected:
            rows = result.trials[(result.trials["optimizer"] == one.level) & (result.trials["purpose"] == "selection")]
            means = rows.groupby("arm_id")[f"{by}_val_accuracy"].mean()
            assert np.isclose(means[one.arm_id], means.max())
            assert np.isclose(one.report.mean, one.report_final.mean if by == "final" else one.report_best.mean)


def test_the_tables_and_mlflow_of_the_users_own_training_have_its_hyperparameters_alone(own_sweep):
    board = own_sweep.leaderboard
    assert board.columns[-4:].tolist() == ["arm_id", "model.kind", "model.width", "norm"]
    # Seeds 0 and 1 of a tree of width 16 end at 0.735 and 0.745.
    assert board["final_val_f1_mean"].iloc[0] == pytest.approx(0.74)
    assert board["rank"].tolist() == [1, 1, 3, 3, 5, 5, 7, 7]
    assert own_sweep.trials["model.width"].dtype == "Int64"
    assert "learning_rate" not in own_sweep.trials
    client = MlflowClient(f"sqlite:///{own_sweep.path.parent.parent / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("own")
    runs = client.search_runs([experiment.experiment_id], "tags.kind != ''")
    assert len(runs) == 16 + 8
    assert all(set(run.data.params) == {"model.kind", "model.width", "norm", "seed"} for run in runs)
    best = [run for run in runs if run.data.tags.get("best_of_level") == "yes"]
    assert [run.data.tags["arm"] for run in best] == [board["arm"].iloc[0]]
    artifacts = {artifact.path for artifact in client.list_artifacts(_parent(client, experiment).info.run_id)}
    assert {"leaderboard.csv", "curves.csv", "report.html"} <= artifacts


def _parent(client, experiment):
    (parent,) = client.search_runs([experiment.experiment_id], "tags.`sweep.plan_hash` != ''")
    return parent


def test_the_terminal_tells_the_answer_of_the_users_own_training(own_sweep):
    stream = io.StringIO()
    print_summary(own_sweep, Console(file=stream, width=200, color_system=None))
    assert "Of 8 settings, model.kind=tree model.width=16 norm=true ranks first" in stream.getvalue()
    assert "Main effect of model.width" in stream.getvalue()
