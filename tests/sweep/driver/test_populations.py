"""Population based training from end to end: its numbers, its files, its MLflow runs, and what another sweep takes."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import yaml

from sweep import load_config, run
from sweep.config import SweepConfig
from sweep.driver.populations import noted
from sweep.driver.simulate import simulate
from sweep.errors import ConfigError
from sweep.records import Arm, Exploit, Trial, TrialResult
from sweep.reports.collect import gather
from sweep.running.event_log import EventLog
from trainers.checkpoint import join_checkpoints, split_state
from trainers.data import DataSource, load
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec

NETWORKS = """
name: population
data: {name: iris}
network: {hidden: [4]}
trainer: {epochs: 7}
space: {batch_size: 32}
optimizers: {adam: {learning_rate: {log_uniform: [1.0e-4, 1.0]}}}
search: {method: random, trials: 6}
seeds: 2
scheduler: {method: pbt, perturbation_interval: 2, quantile_fraction: 0.34}
resources: {executor: inline}
tracking: {enabled: false}
report: false
"""
FUNCTION = """
from pathlib import Path

def train(trial):
    state = trial.restore() or {"epoch": 0, "path": []}
    for epoch in range(state["epoch"] + 1, trial.epochs + 1):
        state = {"epoch": epoch, "path": [*state["path"], trial.setting["rate"]]}
        trial.save(state)
        (trial.folder / "note.txt").write_text(repr(state["path"]))
        trial.report(val_loss=sum(state["path"]), rate=trial.setting["rate"])
"""
COMMAND = """
import json, os, time
from pathlib import Path

folder, rate = Path(os.environ["SWEEP_FOLDER"]), json.loads(os.environ["SWEEP_SETTING"])["rate"]
path = folder / "path.json"
done = json.loads(path.read_text()) if path.exists() else []
for epoch in range(len(done) + 1, 6):
    done.append(rate)
    path.write_text(json.dumps(done))
    with open(os.environ["SWEEP_REPORT_FILE"], "a") as file:
        file.write(json.dumps({"epoch": epoch, "val_loss": sum(done), "rate": rate}) + "\\n")
    # A command does not wait for the decision, and is ended here.
    time.sleep(0.5 if epoch % 2 == 0 and epoch < 5 else 0)
"""
OWN = """
name: own
trainer: {TRAINER}
metric: {name: val_loss, mode: min}
space: {rate: {uniform: [0.5, 9.5]}}
search: {method: random, trials: 4}
scheduler: {method: pbt, perturbation_interval: 2, hyperparam_mutations: [rate], resample_probability: 0}
resources: {executor: inline}
tracking: {enabled: false}
report: false
keep: {weights: last, trials: all}
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Run a configuration in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def begin(text, **overrides):
        Path("sweep.yaml").write_text(text)
        return run(load_config("sweep.yaml", [f"{key.replace('__', '.')}={value}" for key, value in overrides.items()]))

    return begin


def curves(result, name="val_loss"):
    """The curve of each trial."""
    return {str(trial): rows[name].to_numpy() for trial, rows in result.epochs.groupby("trial_id", sort=False)}


def lineage(result):
    return list(csv.DictReader((result.path / "lineage.csv").read_text().splitlines()))


def taken(result):
    """Trial -> epoch -> (donor, learning rate from then on)."""
    found = {}
    for row in lineage(result):
        found.setdefault(row["trial_id"], {})[int(row["epoch"])] = row["donor_id"], row["new"]
    return found


def by_hand(result, trials, trial, until):
    """The curve of a trial from its lineage alone: the state of each donor, and the settings that followed."""
    exploits = [(epoch, *rest) for epoch, rest in taken(result).get(trial, {}).items() if epoch < until]
    rate, seed, begin, state, values = trials[trial][0], trials[trial][1], 0, None, []
    if exploits:
        begin, donor, rate = exploits[-1]
        state = by_hand(result, trials, donor, begin)[1]
        values = by_hand(result, trials, trial, begin)[0]
    spec = TrialSpec("adam", {"learning_rate": float(rate)}, seed=seed)
    pack = Pack(
        load(DataSource("iris")), (spec,), NetworkSpec(hidden=(4,)), batch_size=32, epochs=until, validation=0.2
    )  # fmt: skip
    joined = None if state is None else join_checkpoints([state], pack)
    rows = list(train(pack, state=joined, states="final"))
    values = [*values, *(float(row.values["val_loss"][0]) for row in rows)]
    return values, split_state(rows[-1].state, pack)[0]


def test_a_trial_that_takes_over_goes_on_exactly_as_the_donor_would_with_the_new_setting(start):
    result = start(NETWORKS)
    trials = {str(row.trial_id): (row.learning_rate, int(row.seed)) for row in result.trials.itertuples()}
    assert len(taken(result)) >= 4
    assert max(len(epochs) for epochs in taken(result).values()) >= 2
    for trial, curve in curves(result).items():
        assert len(curve) == 7
        np.testing.assert_array_equal(curve, by_hand(result, trials, trial, 7)[0])


def test_donors_are_of_the_same_seed(start):
    result = start(NETWORKS)
    seeds = dict(zip(result.trials["trial_id"], result.trials["seed"], strict=True))
    assert all(seeds[row["trial_id"]] == seeds[row["donor_id"]] for row in lineage(result))


def test_without_exploits_each_trial_is_the_trial_alone(start):
    alone = start(NETWORKS.replace("scheduler:", "#"))
    still = start(NETWORKS, scheduler__quantile_fraction=0, name="still")
    assert lineage(still) == []
    found = curves(still)
    assert found.keys() == curves(alone).keys()
    for trial, curve in curves(alone).items():
        np.testing.assert_array_equal(found[trial], curve)


def test_what_happens_does_not_depend_on_the_number_of_trials_in_a_pack(start, monkeypatch):
    whole = start(NETWORKS)
    monkeypatch.setattr("sweep.driver.network_preparation.PACK_BYTES", 1)
    monkeypatch.setattr("sweep.driver.network_preparation.pack_room", lambda *given: 1)
    split = start(NETWORKS, name="split")
    assert lineage(split) == lineage(whole)
    for trial, curve in curves(whole).items():
        np.testing.assert_array_equal(curves(split)[trial], curve)


def test_a_sweep_that_was_interrupted_goes_on_to_the_same_end(start, monkeypatch):
    from sweep.running.coordinator import Coordinator
    from sweep.running.events import ReportReceived, StopRequested

    handle, seen, stop = Coordinator.handle, [], -1

    def stopping(self, event):
        seen.append(isinstance(event, ReportReceived))
        return handle(self, StopRequested("user") if sum(seen) == stop else event)

    monkeypatch.setattr(Coordinator, "handle", stopping)
    expected = start(NETWORKS)
    reports = sum(seen)
    assert reports > 6
    gone_on = 0
    for at in range(1, reports, 2):
        seen.clear()
        stop = at
        broken = start(NETWORKS, name=f"again-{at}")
        assert broken.interrupted
        stop = -1
        again = start(NETWORKS, name=f"again-{at}")
        assert not again.interrupted
        gone_on += is_resumed(again)
        assert lineage(again) == lineage(expected)
        for trial, curve in curves(expected).items():
            np.testing.assert_array_equal(curves(again)[trial], curve)
        assert not (again.path / "paused").exists()
    # Not from their beginning, but for those that were stopped before the first interval.
    assert gone_on >= 2


def is_resumed(result):
    """Whether the second start of a sweep has planned trials from a checkpoint."""
    records, _ = EventLog(result.path / "events").read()
    (_, second) = [place for place, record in enumerate(records) if record.kind == "start"]
    return any(record.facts.get("ages") for record in records[second + 1 : second + 3])


def test_a_trial_that_diverges_goes_on_from_another(start):
    text = NETWORKS.replace("search: {method: random, trials: 6}\n", "").replace("pbt, perturbation_interval: 2", "pbt")
    text = text.replace("{log_uniform: [1.0e-4, 1.0]}", "[0.01, 0.02, 1.0e+30], beta1: [0.8, 0.9]")
    given = "{method: pbt, perturbation_interval: 3, hyperparam_mutations: [beta1]}"
    result = start(text, scheduler=given)
    assert set(result.trials["status"]) == {"COMPLETED"}
    wild = result.trials[result.trials["learning_rate"] > 1]
    for row in wild.itertuples():
        assert 3 in taken(result)[row.trial_id]
        epochs = result.epochs.loc[result.epochs["trial_id"] == row.trial_id, "epoch"].tolist()
        # What it had before it diverged is its own; the epochs after that are missing.
        assert epochs[-4:] == [4, 5, 6, 7]
        assert 3 not in epochs


def test_a_function_restores_the_state_of_its_donor_with_the_changed_setting(start, tmp_path):
    Path("saving.py").write_text(FUNCTION)
    result = start(OWN.replace("TRAINER", 'function: "saving:train", epochs: 5'))
    assert set(result.trials["status"]) == {"COMPLETED"}
    check_own(result, "rate")
    trials = result.path / "trials"
    plans = json.loads((result.path / "plan.json").read_text())["trials"]
    folders = {one["id"]: trials / one["lineage"] for one in plans}
    finals = {trial: curve[-1] for trial, curve in curves(result).items()}
    for trial, folder in folders.items():
        assert sum(eval(next(folder.rglob("note.txt")).read_text())) == pytest.approx(finals[trial])


def check_own(result, name):
    """The value after each epoch is the sum of the rates of the line of descent so far."""
    rates, values, found = curves(result, name), curves(result), taken(result)
    assert found

    def path(trial, until):
        epochs = [epoch for epoch in found.get(trial, {}) if epoch < until]
        before = path(found[trial][epochs[-1]][0], epochs[-1]) if epochs else []
        return [*before, *rates[trial][len(before) : until]]

    for trial in values:
        assert len(values[trial]) == 5
        for epoch in range(1, 6):
            assert values[trial][epoch - 1] == pytest.approx(sum(path(trial, epoch)))
        for epoch, (_, rate) in found.get(trial, {}).items():
            assert rates[trial][epoch] == float(rate)


def test_a_command_finds_the_files_of_its_donor_and_the_changed_setting(start):
    Path("command.py").write_text(COMMAND)
    result = start(OWN.replace("TRAINER", f'command: ["{sys.executable}", command.py], epochs: 5'))
    assert set(result.trials["status"]) == {"COMPLETED"}, result.trials["error"].tolist()
    check_own(result, "rate")


def test_a_training_that_saves_nothing_fails_where_another_was_to_go_on_from_it(start):
    Path("forgetful.py").write_text(
        textwrap.dedent("""
        def train(trial):
            for epoch in range(1, trial.epochs + 1):
                trial.report(val_loss=trial.setting["rate"])
        """)
    )
    result = start(OWN.replace("TRAINER", 'function: "forgetful:train", epochs: 5').replace("keep:", "#"))
    failed = result.trials[result.trials["status"] == "FAILED"]
    assert 1 <= len(failed) < 4
    assert failed["error"].str.contains("trial.save").all()
    assert failed["error"].str.contains("scheduler.method: pbt").all()


def test_a_population_is_not_taken_for_trials_alone_nor_they_for_it(start):
    first = start(NETWORKS)
    alone = start(NETWORKS.replace("scheduler:", "#"), name="alone")
    again = start(NETWORKS, name="again")
    same = start(NETWORKS)
    assert "taken from" not in " ".join([*alone.notes, *again.notes])
    assert not any(np.array_equal(curves(alone)[one], curves(first)[one]) for one in taken(first))
    assert lineage(again) == lineage(first)
    assert len(EventLog(same.path / "events").files()) == 1, "nothing is trained again"


def test_mlflow_keeps_the_parameters_that_a_run_began_with_and_logs_the_changes(start):
    result = start(NETWORKS.replace("tracking: {enabled: false}\n", ""))
    store = sqlite3.connect("mlflow.db")
    runs = dict(store.execute("SELECT value, run_uuid FROM tags WHERE key = 'sweep.trial_id'"))
    began = dict(zip(result.trials["trial_id"], result.trials["learning_rate"], strict=True))
    for trial, exploits in taken(result).items():
        (rate,) = store.execute(
            "SELECT value FROM params WHERE run_uuid = ? AND key = 'learning_rate'", (runs[trial],)
        ).fetchone()
        assert float(rate) == began[trial]
        logged = store.execute(
            "SELECT step, value FROM metrics WHERE run_uuid = ? AND key = 'pbt/learning_rate' ORDER BY step",
            (runs[trial],),
        ).fetchall()
        expected = [
            next((float(new) for at, (_, new) in reversed(exploits.items()) if at < epoch), began[trial])
            for epoch in range(1, 8)
        ]
        assert logged == list(zip(range(1, 8), expected, strict=True))
        (told,) = store.execute(
            "SELECT value FROM tags WHERE run_uuid = ? AND key = 'pbt.lineage'", (runs[trial],)
        ).fetchone()
        assert all(f"after epoch {at} from {donor}" in told for at, (donor, _) in exploits.items())
    others = set(runs) - set(taken(result))
    assert others
    assert not store.execute(
        f"SELECT 1 FROM metrics WHERE key LIKE 'pbt/%' AND run_uuid IN ({','.join('?' * len(others))})",
        [runs[one] for one in others],
    ).fetchall()


def test_the_report_says_that_settings_changed_and_has_the_stretches_of_each_trial(start):
    result = start(NETWORKS)
    found = gather(result.path)
    assert "Settings changed on the way" in found.sentence
    assert "population" in {card.check for card in found.cards}
    assert {one.trial for one in found.descents} == set(result.trials["trial_id"])
    assert {(one.trial, one.start, one.parent) for one in found.descents if one.parent} == {
        (trial, float(epoch), donor) for trial, rows in taken(result).items() for epoch, (donor, _) in rows.items()
    }
    assert max(one.end for one in found.descents) == 7


def test_a_population_does_not_grow_from_what_is_kept_and_nothing_grows_from_it(start):
    kept = {"keep": "{weights: last, trials: all}"}
    first = start(NETWORKS, **kept)
    alone = start(NETWORKS.replace("scheduler:", "#"), name="alone", trainer__epochs=9, **kept)
    never = start(NETWORKS.replace("scheduler:", "#"), name="never", trainer__epochs=9, results="elsewhere")
    for trial, curve in curves(never).items():
        np.testing.assert_array_equal(curves(alone)[trial], curve)
    longer = start(NETWORKS, trainer__epochs=9, **kept)
    assert "went on from what was kept" not in " ".join(longer.notes)
    assert taken(first)


def test_recorded_curves_cannot_take_over():
    config = SweepConfig.model_validate(yaml.safe_load(NETWORKS))
    with pytest.raises(ConfigError, match=r"scheduler\.method.*cannot go on from .*Received: pbt"):
        simulate(config, None)


def test_a_value_holds_in_the_epochs_after_the_exploit():
    trial = Trial("a", Arm("a", "", {"rate": 1.0}), 0)
    result = TrialResult(trial, "COMPLETED", {"epoch": np.arange(1.0, 6.0)}, {}, 0.0, 1.0)
    first = Exploit(trial_id="a", donor="b", at=2, before={"rate": 1.0}, setting={"rate": 2.0})
    second = Exploit(trial_id="a", donor="c", at=4, before={"rate": 2.0}, setting={"rate": 3.0})
    found = noted(result, [first, second])
    assert found.epochs["pbt/rate"].tolist() == [1, 1, 2, 2, 3]
    assert noted(result, []) is result
