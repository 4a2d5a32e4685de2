"""A sweep over a table trains each seed on the part that its holdout leaves, as if it were trained alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep import load_config, run
from sweep.driver.prepare import prepare
from sweep.errors import DataError
from trainers.data import DataSource, load_parts, split_of_seed
from trainers.data.holdout import ByGroup, ByTime, Folds, Given, Holdout
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec

ROWS = 90
SWEEP = """
data: {{path: all.csv, target: survived{more}}}
network: {{hidden: [4]}}
trainer: {{epochs: 2}}
metric: {{name: val_accuracy}}
optimizers: {{adam: {{learning_rate: 0.01}}, sgd: {{learning_rate: 0.1}}}}
space: {{batch_size: [16]}}
seeds: [0, 1, 6, 9]
resources: {{executor: inline}}
tracking: {{enabled: false}}
report: false
"""


def table() -> pd.DataFrame:
    """Houses of one to seven rows, so that whole groups and folds of seven differ in size."""
    rng = np.random.default_rng(3)
    age = rng.normal(30, 9, ROWS).round(2)
    age[::9] = np.nan
    return pd.DataFrame(
        {
            "age": age,
            "port": rng.choice(["C", "Q", "S", None], ROWS),
            "boarded": (pd.Timestamp("1912-04-01") + pd.to_timedelta(np.arange(ROWS) % 30, "D")).strftime("%Y-%m-%d"),
            "house": np.repeat(np.arange(25), [1, 7, 2, 6, 3] * 5)[:ROWS],
            "part": rng.choice(["train", "val", "test"], ROWS, p=[0.7, 0.2, 0.1]),
            "survived": rng.choice(["no", "yes"], ROWS),
        }
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = table()
    rows.to_csv("all.csv", index=False)
    rows[rows.part == "val"].to_csv("val.csv", index=False)
    return tmp_path


def swept(more: str) -> Any:
    Path("sweep.yaml").write_text(SWEEP.format(more=more))
    return run(load_config("sweep.yaml"))


@pytest.mark.parametrize(
    ("more", "holdout", "test"),
    [
        # Seeds 0, 1 and 9 hold out one of the six folds of 13 rows, seed 6 the one of 12.
        ("validation: {folds: 7}", Folds(7), None),
        ("validation: {group: house, fraction: 0.3}", ByGroup("house", 0.3), None),
        ("validation: {time: boarded, fraction: 0.25}", ByTime("boarded", 0.25), None),
        ("validation: {column: part, value: val}", Given(column="part", value="val"), None),
        ("validation: {path: val.csv}", Given(path="val.csv"), None),
        ("validation: 0.25, test: 0.2", 0.25, 0.2),
        ("validation: {folds: 7}, test: {column: part, value: test}", Folds(7), Given(column="part", value="test")),
        (
            "validation: {group: house, fraction: 0.3}, test: {time: boarded, fraction: 0.2}",
            ByGroup("house", 0.3),
            ByTime("boarded", 0.2),
        ),
    ],
)
def test_each_trial_has_the_numbers_of_its_training_alone(
    folder: Path, more: str, holdout: Holdout, test: Holdout | None
) -> None:
    result = swept(f", {more}")
    assert result.trials["status"].tolist() == ["COMPLETED"] * 8
    by_table = holdout if isinstance(holdout, ByGroup | ByTime | Given) else None
    pool, _ = load_parts(DataSource(path="all.csv", target="survived", validation=by_table, test=test))
    sizes = set()
    for trial in result.trials.itertuples():
        spec = TrialSpec(trial.optimizer, {"learning_rate": trial.learning_rate}, seed=trial.seed)
        sizes.add(len(split_of_seed(pool, holdout, "standard", trial.seed).train_inputs))
        pack = Pack(pool, (spec,), NetworkSpec((4,)), 16, 2, validation=holdout)
        alone = [metrics for metrics in train(pack) if len(metrics.trials)]
        epochs = result.epochs[result.epochs["trial_id"] == trial.trial_id]
        for name in ("train_loss", "val_loss", "val_accuracy"):
            assert epochs[name].tolist() == [metrics.values[name].item() for metrics in alone], name
    if more == "validation: {folds: 7}":
        assert sizes == {77, 78}
    if isinstance(holdout, ByGroup):
        assert len(sizes) > 1


def test_trials_of_training_parts_of_one_size_share_a_pack(folder: Path) -> None:
    Path("sweep.yaml").write_text(
        SWEEP.format(more=", validation: {folds: 7}").replace("seeds: [0, 1, 6, 9]", "seeds: 7")
    )
    preparation = prepare(load_config("sweep.yaml"))
    # 90 = 6 folds of 13 and one of 12: the last one of each draw.
    sizes = {trial.id: 78 if trial.seed == 6 else 77 for trial in preparation.plan.trials}
    for planned in preparation.packs(preparation.plan.trials, preparation.rates(), 1):
        assert len({sizes[trial.id] for trial in planned.trials}) == 1


def test_the_plan_tells_what_was_found_in_the_table(folder: Path) -> None:
    Path("sweep.yaml").write_text(SWEEP.format(more=", drop: [part]"))
    told = "\n".join(prepare(load_config("sweep.yaml")).plan.choices)
    assert "classification, as `survived` has 2 different words" in told
    assert "an indicator: `age` in 10 rows" in told
    assert "categories as one feature each: `port` (3 and missing)" in told
    assert "dates in parts: `boarded` (day, weekday)" in told


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("validation: {group: hose, fraction: 0.3}", r"sweep\.yaml:2.*Received: hose\. Did you mean `house`"),
        ("validation: {path: vall.csv}", r"must exist\. Received: `vall\.csv`.*Did you mean `val\.csv`"),
        ("features: [agee]", r"`data\.features` must name columns of `all\.csv`"),
    ],
)
def test_what_the_table_does_not_have_is_refused_before_anything_is_trained(folder: Path, more: str, said: str) -> None:
    Path("sweep.yaml").write_text(SWEEP.format(more=f", {more}"))
    with pytest.raises(DataError, match=said):
        prepare(load_config("sweep.yaml"))


def test_a_class_that_the_groups_of_one_seed_hold_alone_is_refused_before_anything_is_trained(folder: Path) -> None:
    # All of class `yes` lives in the first house, which some of the seeds hold out.
    table().assign(survived=np.where(np.arange(ROWS) % 90 < 8, "yes", "no"), house=np.arange(ROWS) // 8).to_csv(
        "all.csv", index=False
    )
    Path("sweep.yaml").write_text(
        SWEEP.format(more=", validation: {group: house, fraction: 0.5}, features: [age]").replace(
            "seeds: [0, 1, 6, 9]", "seeds: 8"
        )
    )
    with pytest.raises(DataError, match="must hold an example of each class"):
        prepare(load_config("sweep.yaml"))
