"""The command ``sweep compare``: its sentence, its file, and what it refuses."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from sweep.errors import ComparisonError, UsageError
from sweep.reports.compare import compare_sweeps


@pytest.fixture
def better(results, tmp_path):
    """The same sweep, each accuracy two points higher on average and 0.01 apart from seed to seed."""
    folder = shutil.copytree(results, tmp_path / "better-12345678")
    trials = pd.read_parquet(folder / "trials.parquet")
    trials["final_val_accuracy"] += 0.02 + 0.01 * (trials["seed"] - 1)
    trials.to_parquet(folder / "trials.parquet")
    text = (folder / "config.yaml").read_text(encoding="utf-8")
    (folder / "config.yaml").write_text(text.replace("name: small", "name: better", 1), encoding="utf-8")
    return folder


def test_the_sentence_and_the_file_say_who_is_better_and_by_how_much(results, better, tmp_path):
    found = compare_sweeps(results, better, output=tmp_path / "compare.md")
    # Gains of 0.01, 0.02 and 0.03 in every setting: 0.02 +- 4.303 * 0.01 / sqrt(3). Six trials diverge in both.
    assert "over 20 common settings and 3 common seeds" in found.sentence
    assert "2 points" in found.sentence
    assert "-0.484 to 4.48" in found.sentence
    text = found.markdown.read_text(encoding="utf-8")
    assert found.sentence in text
    assert text.count("2 points") >= 20
    assert text.count("| 3 and 3 |") == 2


def test_a_sweep_equals_itself(results, tmp_path):
    found = compare_sweeps(results, results, output=tmp_path / "compare.md")
    assert "have the same validation accuracy in all trials" in found.sentence
    assert found.warnings == ()


def test_another_split_is_refused_and_compared_only_with_a_warning(results, better, tmp_path):
    trials = pd.read_parquet(better / "trials.parquet")
    trials["fingerprint_split"] = "another"
    trials.to_parquet(better / "trials.parquet")
    with pytest.raises(ComparisonError, match=r"must have the same split.*--anyway"):
        compare_sweeps(results, better, output=tmp_path / "compare.md")
    found = compare_sweeps(results, better, anyway=True, output=tmp_path / "compare.md")
    assert "not trained under equal conditions" in found.warnings[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("backend: numpy", "backend: torch", "`trainer.backend: numpy`, better with `trainer.backend: torch`"),
        ("dtype: float32", "dtype: float64", "`trainer.dtype: float32`, better with `trainer.dtype: float64`"),
        ("weight_decay: 0.0", "weight_decay: 0.01", "`trainer.weight_decay: 0.0`, better with `trainer.weight_dec"),
        ("activation: relu", "activation: tanh", "trained different networks"),
    ],
)
def test_what_all_trials_of_a_sweep_were_trained_with_is_told_where_it_differs(
    results, better, tmp_path, old, new, said
):
    assert compare_sweeps(results, better, output=tmp_path / "compare.md").warnings == ()
    text = (better / "config.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (better / "config.yaml").write_text(text.replace(old, new), encoding="utf-8")
    found = compare_sweeps(results, better, output=tmp_path / "compare.md")
    assert [said in warning for warning in found.warnings] == [True]
    assert f"- **warning**: {found.warnings[0]}" in found.markdown.read_text(encoding="utf-8")


def test_another_metric_and_a_name_that_is_not_there_are_refused(results, better, tmp_path):
    text = (better / "config.yaml").read_text(encoding="utf-8")
    (better / "config.yaml").write_text(text.replace("name: val_accuracy", "name: val_loss"), encoding="utf-8")
    text = (better / "config.yaml").read_text(encoding="utf-8")
    (better / "config.yaml").write_text(text.replace("mode: max", "mode: min"), encoding="utf-8")
    with pytest.raises((ComparisonError, UsageError), match=r"same metric|`trainer.target`"):
        compare_sweeps(results, better, output=tmp_path / "compare.md")
    with pytest.raises(UsageError, match="Received: `nothing`"):
        compare_sweeps("nothing", better, root=tmp_path)


def test_two_sweeps_over_the_users_own_training_are_compared_and_told_where_they_differ(own_sweep, tmp_path):
    found = compare_sweeps(own_sweep.path, own_sweep.path, output=tmp_path / "same.md")
    assert "have the same validation F1 in all trials over 8 common settings and 2 common seeds" in found.sentence
    assert not any("differen" in warning for warning in found.warnings)
    folder = shutil.copytree(own_sweep.path, tmp_path / "other-12345678")
    for name, old, new in (
        ("config.yaml", "epochs: 4", "epochs: 5"),
        ("plan.json", '"hash": "', '"hash": "0'),
        ("config.yaml", "name: own", "name: other"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    warnings = compare_sweeps(own_sweep.path, folder, output=tmp_path / "other.md").warnings
    assert any("own trained with `trainer.epochs: 4`, other with `trainer.epochs: 5`" in told for told in warnings)
    assert any("own and other ran different code" in told for told in warnings)
