"""`sweep run` ends with a code for each outcome, and `sweep plan` says what it would train and writes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import sweep
from sweep import load_config
from sweep.driver import network_preparation as preparation

GOOD = """
question: "Is [adam] best? :smile:"
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 2}
optimizers:
  sgd: {learning_rate: 0.1}
  adam: {learning_rate: 0.01}
seeds: 2
resources: {executor: inline}
tracking: {enabled: false}
report: false
"""
STOPPING = """
import signal
from pathlib import Path

from trainers.optimizers import OPTIMIZERS


class Stopping(type(OPTIMIZERS["sgd"])):
    name = "stopping"
    asked = False

    def update(self, *given):
        super().update(*given)
        if Path("results").exists() and not Stopping.asked:
            Stopping.asked = True
            signal.raise_signal(signal.SIGINT)


stopping = Stopping()
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a sweep file."""
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def contents(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_sweep_of_which_nothing_can_be_ranked_ends_with_1_and_says_why(command):
    code, _, errors = command("run", "good.yaml", "optimizers={sgd: {learning_rate: [1.0e+30, 1.0e+35]}}", "seeds=1")
    assert code == 1
    assert "no setting can be ranked" in errors
    assert "2 of 2 diverged" in errors


def test_the_help_names_the_codes(command):
    code, output, _ = command("run", "--help")
    assert code == 0
    assert all(word in output for word in ("0 if all", "1 if a trial failed", "4 if something", "130"))


def test_a_plan_in_json_has_every_arm_and_trial_and_the_ids_of_a_run(command, folder):
    code, out, err = command("plan", "good.yaml", "--json")
    assert (code, err) == (0, "")
    assert contents(folder) == ["good.yaml"]
    planned = json.loads(out)
    assert planned["name"] == "good"
    assert planned["settings_asked"] == 2
    assert planned["merged"] == []
    assert planned["seeds"] == [0, 1]
    assert planned["training_examples"] == 120
    assert planned["optimizer_steps"] == 2 * 2 * 2 * 2  # 2 arms, 2 seeds, 2 epochs of 2 batches: 64 and 56
    assert planned["packs"] >= 1
    assert planned["workers"] >= 1
    assert set(planned["estimate"]) == {
        "training_seconds",
        "metric_seconds",
        "total_seconds",
        "worker_bytes",
        "disk_bytes",
    }
    assert planned["estimate"]["total_seconds"] > planned["estimate"]["training_seconds"] >= 0
    assert min(planned["estimate"]["worker_bytes"], planned["estimate"]["disk_bytes"]) > 0
    assert [arm["label"] for arm in planned["arms"]] == ["sgd learning_rate=0.1", "adam learning_rate=0.01"]
    assert [trial["seed"] for trial in planned["trials"]] == [0, 1, 0, 1]

    result = sweep.run(load_config("good.yaml"))
    assert [trial["id"] for trial in planned["trials"]] == result.trials["trial_id"].tolist()
    assert [trial["arm"] for trial in planned["trials"]] == result.trials["arm_id"].tolist()
    assert result.path.name == planned["folder"]


def test_a_plan_for_people_says_what_was_merged_and_writes_nothing(command, folder):
    code, out, err = command("plan", "good.yaml", "optimizers.momentum={learning_rate: 0.1, beta1: [0.0, 0.9]}")
    assert (code, err) == (0, "")
    lines = {" ".join(line.split()) for line in out.splitlines()}
    # What looks like markup of rich is printed as it is.
    assert "Is [adam] best? :smile:" in lines
    assert "settings asked 4" in lines
    assert "merged 1 momentum with beta1 = 0 is sgd" in lines
    assert "arms 3 distinct settings" in lines
    assert "trials 6" in lines
    assert contents(folder) == ["good.yaml"]


def test_a_quiet_run_prints_nothing_the_next_trains_nothing_and_a_fresh_one_all(command):
    assert command("run", "good.yaml", "--quiet") == (0, "", "")
    _, out, _ = command("run", "good.yaml")
    assert "All trials were finished before; nothing was trained. Use --fresh to train them again." in out
    code, out, err = command("run", "good.yaml", "--fresh")
    assert (code, err) == (0, "")
    assert "4/4 trials" in out
    assert "finished before" not in out


def test_failed_trials_end_with_1_and_are_named_on_the_error_output(command, monkeypatch):
    form = preparation.form_packs
    monkeypatch.setattr(
        preparation, "form_packs", lambda *given, **named: [replace(job, epochs=0) for job in form(*given, **named)]
    )
    code, out, err = command("run", "good.yaml")
    assert code == 1
    assert "4 failed" in out
    # One cause, named once.
    arms = "`sgd learning_rate=0.1` with seed 0, `sgd learning_rate=0.1` with seed 1 and `adam learning_rate=0.01` with"
    assert err.startswith(f"error: 4 of 4 trials failed: {arms} seed 0 (ValueError: ")
    assert err.count("ValueError") == 1
    assert err.endswith("and 1 more. They would fail again in the same way: mend what the errors name.\n")


def test_an_interrupted_run_ends_with_130_and_the_same_command_goes_on(command, folder, monkeypatch):
    Path("stopping_code.py").write_text(STOPPING, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    change = "optimizers={'stopping_code:stopping': {learning_rate: 0.1}}"
    code, out, err = command("run", "good.yaml", change, "space.batch_size=[8,16]")
    assert (code, err) == (130, "")
    assert "Stopped" in out
    assert command("run", "good.yaml", change, "space.batch_size=[8,16]", "--quiet") == (0, "", "")


def test_a_plan_says_which_difference_its_seeds_can_show_by_an_earlier_sweep(command, folder):
    assert command("run", "good.yaml", "--quiet", "name=earlier", "seeds=3") == (0, "", "")
    before = contents(folder)
    code, out, err = command("plan", "good.yaml", "--spread-from", "earlier", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["detectable"].startswith("with 2 paired seeds a difference of ")
    code, out, err = command("plan", "good.yaml", "--spread-from", "nothing")
    assert (code, out) == (2, "")
    assert "Received: `nothing`" in err
    assert contents(folder) == before


def test_a_probe_trains_five_seeds_and_leaves_no_files(command, folder):
    code, out, err = command("plan", "good.yaml", "--probe")
    assert (code, err) == (0, "")
    assert "in a probe of 5 seeds" in " ".join(out.split())
    assert contents(folder) == ["good.yaml"]
