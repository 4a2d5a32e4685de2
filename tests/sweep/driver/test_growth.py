"""A sweep that grows trains what is new, takes the rest from where it is, and says so."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from sweep import load_config, load_results, plan, run

# Every call leaves a line, with the epoch that it begins after; `spoilt` lets one trial fail.
FUNCTION = """
from pathlib import Path

HERE = Path(__file__).parent

def train(trial):
    rate, state = trial.setting["learning_rate"], trial.restore() or {"epoch": 0, "value": 1.0}
    with (HERE / "calls.txt").open("a") as file:
        file.write(f"{rate} {trial.seed} {state['epoch']}\\n")
    print("rate", rate)
    if (HERE / "spoilt").exists() and rate == 0.2:
        raise RuntimeError("spoilt")
    (trial.folder / "note.txt").write_text("kept")
    for epoch in range(state["epoch"] + 1, trial.epochs + 1):
        value = state["value"] * (1 - rate) - (trial.setting["optimizer"] == "adam") * 1e-3
        state = {"epoch": epoch, "value": value}
        trial.save(state)
        trial.report(val_loss=value)
"""
SWEEP = """
trainer: {function: "MODULE:train", epochs: 3}
metric: {name: val_loss, mode: min}
space: {optimizer: [sgd], learning_rate: [0.1, 0.2]}
seeds: 2
resources: {executor: inline}
tracking: {enabled: false}
report: false
"""
NETWORKS = """
data: {name: iris}
network: {hidden: [4]}
trainer: {epochs: 3}
optimizers: {adam: {learning_rate: [0.01, 0.1]}}
seeds: 2
resources: {executor: inline}
tracking: {enabled: false}
report: false
keep: {weights: last, trials: all}
"""
KEPT = "keep={weights: last, trials: all}"
WITHOUT_TIMES = ["seconds", "started_seconds", "ended_seconds"]


class Place:
    """A folder with a training function in a module of its own name, and its sweeps."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.module = f"training_of_{folder.name.replace('-', '_')}"
        self.write(FUNCTION)
        (folder / "own.yaml").write_text(SWEEP.replace("MODULE", self.module))
        (folder / "networks.yaml").write_text(NETWORKS)

    def write(self, function: str) -> None:
        (self.folder / f"{self.module}.py").write_text(function)

    def run(self, *overrides, file="own.yaml", fresh=False):
        return run(load_config(file, overrides), fresh=fresh)

    def calls(self) -> list[str]:
        """The calls since the last time."""
        path = self.folder / "calls.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return sorted(lines)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path)


def numbers(result) -> pd.DataFrame:
    """All that was measured, but the times."""
    frame = result.epochs.drop(columns=[name for name in WITHOUT_TIMES if name in result.epochs])
    return frame.drop(columns=["trial_id", "arm_id"]).reset_index(drop=True)


def files_of(result, name) -> set[float]:
    """Learning rates of the trials in whose folder there is such a file."""
    written = json.loads((result.path / "plan.json").read_text())
    rates = {arm["id"]: arm["setting"]["learning_rate"] for arm in written["arms"]}
    return {rates[one["arm"]] for one in written["trials"] if (result.path / "trials" / one["lineage"] / name).exists()}


def test_a_value_a_seed_and_a_level_train_what_is_new_in_the_same_folder(place):
    first = place.run()
    assert place.calls() == ["0.1 0 0", "0.1 1 0", "0.2 0 0", "0.2 1 0"]
    before = first.trials.set_index("trial_id")["final_val_loss"]
    steps = [
        # 2 seeds of a new value; a third seed of 3 values; 3 values on 3 seeds of a new level.
        (("space.learning_rate=[0.1,0.2,0.4]",), 4, ["0.4 0 0", "0.4 1 0"]),
        (("space.learning_rate=[0.1,0.2,0.4]", "seeds=3"), 6, ["0.1 2 0", "0.2 2 0", "0.4 2 0"]),
        (
            ("space.learning_rate=[0.1,0.2,0.4]", "seeds=3", "space.optimizer=[sgd,adam]"),
            9,
            [f"{rate} {seed} 0" for rate in (0.1, 0.2, 0.4) for seed in (0, 1, 2)],
        ),
    ]
    for overrides, known, calls in steps:
        grown = place.run(*overrides)
        assert place.calls() == calls
        assert grown.path == first.path
        assert f"{known} trials were finished before and were not trained again." in grown.notes
    assert len(grown.trials) == 18
    assert grown.trials.set_index("trial_id")["final_val_loss"].loc[before.index].equals(before)


def test_the_tables_and_the_plan_show_the_configuration_that_was_run_last(place):
    place.run("space.learning_rate=[0.1,0.2,0.4]")
    place.calls()
    smaller = place.run("space.learning_rate=[0.4,0.1]", "seeds=1")
    assert place.calls() == []
    assert smaller.trials["learning_rate"].tolist() == [0.4, 0.1]
    written = json.loads((smaller.path / "plan.json").read_text())
    assert [arm["setting"]["learning_rate"] for arm in written["arms"]] == [0.4, 0.1]
    assert [one["seed"] for one in written["trials"]] == [0, 0]
    # After 3 epochs of a rate of 0.4, 0.6 ** 3 is left.
    assert smaller.leaderboard["final_val_loss_mean"].round(6).tolist() == [0.216, 0.729]


def test_the_folder_is_another_for_other_data_another_network_and_other_code(place):
    def name(*overrides, file="networks.yaml"):
        return plan(load_config(file, overrides)).folder_name

    own, networks = name(file="own.yaml"), name()
    assert name("seeds=3", "space.learning_rate=0.3", file="own.yaml") == own
    place.write(FUNCTION.replace("1e-3", "1e-4"))
    assert name(file="own.yaml") != own
    assert name("seeds=3", "optimizers.adam.learning_rate=0.2", "trainer.epochs=4") == networks
    others = {name(change) for change in ("network.hidden=[5]", "data.name=wine", "trainer.weight_decay=0.1")}
    assert len(others | {networks}) == 4


def test_what_another_sweep_of_the_root_has_trained_is_taken_with_its_files(place):
    first = place.run(KEPT)
    place.run(KEPT, "name=other", "space.learning_rate=[0.4]")
    place.calls()
    other = place.run(KEPT, "name=other", "space.learning_rate=[0.1,0.2,0.3,0.4]")
    assert place.calls() == ["0.3 0 0", "0.3 1 0"]
    assert other.path != first.path
    assert other.notes[:2] == (
        f"4 trials were taken from `{first.path.name}` and were not trained again.",
        "2 trials were finished before and were not trained again.",
    )
    assert files_of(other, "checkpoint.safetensors") == {0.1, 0.2, 0.3, 0.4}
    assert files_of(other, "files/note.txt") == {0.1, 0.2, 0.3, 0.4}
    taken = other.trials[other.trials["learning_rate"] < 0.3].reset_index(drop=True)
    assert taken["final_val_loss"].equals(first.trials["final_val_loss"])
    # From a folder that has taken them itself.
    shutil.rmtree(first.path)
    third = place.run("name=third")
    assert place.calls() == []
    assert third.notes[0] == f"4 trials were taken from `{other.path.name}` and were not trained again."


def test_trials_that_were_taken_have_runs_of_their_own_and_a_sweep_that_grew_has_one_parent(place, workplace):
    workplace(place.folder, "")
    tracked = f"tracking={{uri: 'sqlite:///{place.folder / 'mlflow.db'}'}}"
    place.run(tracked)
    place.run(tracked, "space.learning_rate=[0.1,0.2,0.4]", "seeds=3")
    place.run(tracked, "name=other")
    query = (
        "SELECT experiments.name, kind.value, runs.run_uuid FROM runs JOIN experiments USING (experiment_id) "
        "LEFT JOIN tags AS kind ON kind.run_uuid = runs.run_uuid AND kind.key = 'kind' "
        "WHERE runs.lifecycle_stage = 'active'"
    )
    with contextlib.closing(sqlite3.connect(place.folder / "mlflow.db")) as database:
        found = pd.DataFrame(database.execute(query).fetchall(), columns=["experiment", "kind", "run"])
        tags = dict(
            database.execute(
                "SELECT tags.key, tags.value FROM tags JOIN runs USING (run_uuid) JOIN experiments USING "
                "(experiment_id) WHERE experiments.name = 'own' AND run_uuid NOT IN"
                " (SELECT run_uuid FROM tags WHERE key = 'mlflow.parentRunId')"
            ).fetchall()
        )
    counts = found.fillna("sweep").groupby(["experiment", "kind"]).size().to_dict()
    assert counts[("own", "trial")] == 9
    assert counts[("other", "trial")] == 4
    assert counts[("own", "sweep")] == counts[("other", "sweep")] == 1
    assert {name: tags[name] for name in ("trials", "arms", "seeds")} == {"trials": "9", "arms": "3", "seeds": "3"}


def test_failed_trials_are_tried_again_and_are_not_taken(place):
    (place.folder / "spoilt").touch()
    failed = place.run()
    assert failed.trials["status"].tolist() == ["COMPLETED"] * 2 + ["FAILED"] * 2
    place.calls()
    (place.folder / "spoilt").unlink()
    other = place.run("name=other")
    assert place.calls() == ["0.2 0 0", "0.2 1 0"]
    shutil.rmtree(other.path)
    again = place.run()
    assert place.calls() == ["0.2 0 0", "0.2 1 0"]
    assert again.trials["status"].tolist() == ["COMPLETED"] * 4


def test_fresh_trains_all_and_goes_on_from_nothing(place):
    first = place.run(KEPT)
    for path in first.path.glob("trials/*/files/note.txt"):
        path.with_name("rest.txt").touch()
    place.calls()
    fresh = place.run(KEPT, "trainer.epochs=5", "trainer.extendable=true", fresh=True)
    assert place.calls() == ["0.1 0 0", "0.1 1 0", "0.2 0 0", "0.2 1 0"]
    assert files_of(fresh, "files/note.txt") == {0.1, 0.2}
    assert files_of(fresh, "files/rest.txt") == set()
    assert fresh.notes == ("The trials were trained one after the other and without Ray.",)


def test_more_epochs_go_on_from_what_was_kept_to_the_numbers_of_one_training(place):
    place.run(KEPT, "trainer.epochs=5")
    place.calls()
    longer = place.run(KEPT, "trainer.epochs=8", "trainer.extendable=true")
    assert place.calls() == ["0.1 0 5", "0.1 1 5", "0.2 0 5", "0.2 1 5"]
    assert longer.notes[0] == "4 trials went on from what was kept after epoch 5."
    assert longer.trials["epochs_done"].tolist() == [8] * 4
    alone = place.run("trainer.epochs=8", "results=alone")
    pd.testing.assert_frame_equal(numbers(longer), numbers(alone), check_exact=True)
    # (1 - 0.1) ** 8 and (1 - 0.2) ** 8.
    assert longer.trials["final_val_loss"].round(8).tolist() == [0.43046721] * 2 + [0.16777216] * 2


def test_more_epochs_go_on_from_another_folder_too(place):
    first = place.run(KEPT)
    place.calls()
    place.run(KEPT, "name=other", "trainer.epochs=4", "trainer.extendable=true")
    assert place.calls() == ["0.1 0 3", "0.1 1 3", "0.2 0 3", "0.2 1 3"]
    assert load_results(first.path).trials["epochs_done"].tolist() == [3] * 4


def test_a_training_starts_over_for_fewer_epochs_and_where_its_first_may_depend_on_the_rest(place):
    place.run(KEPT)
    place.calls()
    shorter = place.run(KEPT, "trainer.epochs=2", "trainer.extendable=true")
    assert place.calls() == ["0.1 0 0", "0.1 1 0", "0.2 0 0", "0.2 1 0"]
    assert shorter.trials["epochs_done"].tolist() == [2] * 4
    longer = place.run(KEPT, "trainer.epochs=4")
    assert place.calls() == ["0.1 0 0", "0.1 1 0", "0.2 0 0", "0.2 1 0"]
    assert longer.notes[0] == (
        "4 trials started over: their first epochs may depend on how many follow. Give `trainer.extendable: true` "
        "where they do not."
    )


def test_networks_go_on_where_the_schedule_does_not_depend_on_the_number_of_epochs(place):
    place.run(file="networks.yaml")
    longer = place.run("trainer.epochs=7", file="networks.yaml")
    assert longer.notes[0] == "4 trials went on from what was kept after epoch 3."
    alone = place.run("trainer.epochs=7", "results=alone", file="networks.yaml")
    pd.testing.assert_frame_equal(numbers(longer), numbers(alone), check_exact=True)
    assert longer.trials["epochs_done"].tolist() == [7] * 4


def test_networks_start_over_where_the_schedule_depends_on_the_number_of_epochs(place):
    cosine = "space.decay=cosine"
    place.run(cosine, file="networks.yaml")
    longer = place.run(cosine, "trainer.epochs=7", file="networks.yaml")
    assert longer.notes[0] == ("4 trials started over: with cosine decay, the first epochs depend on how many follow.")
    assert not [note for note in longer.notes if "went on" in note]
    alone = place.run(cosine, "trainer.epochs=7", "results=alone", file="networks.yaml")
    pd.testing.assert_frame_equal(numbers(longer), numbers(alone), check_exact=True)


def test_what_is_kept_is_that_of_the_best_of_each_level_or_of_none(place):
    best = place.run("keep={weights: last, trials: best-of-level}")
    # Of one level, 0.2 is the better rate.
    assert files_of(best, "checkpoint.safetensors") == {0.2}
    assert files_of(best, "files/note.txt") == {0.2}
    assert files_of(best, "output.log") == {0.1, 0.2}
    none = place.run("name=other", "results=elsewhere")
    assert files_of(none, "checkpoint.safetensors") == set()
    assert files_of(none, "files") == set()
    assert files_of(none, "output.log") == {0.1, 0.2}
    (log,) = {path.read_text() for path in none.path.glob("trials/*/output.log") if "0.1" in path.read_text()}
    assert log == "rate 0.1\n"
