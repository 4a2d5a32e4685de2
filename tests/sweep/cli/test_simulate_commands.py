"""`sweep simulate`: what it prints of replayed curves, as text or JSON, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sweep
from sweep import load_config

SWEEP = """
name: recorded
data: {name: iris}
network: {hidden: [4]}
trainer: {epochs: 4}
optimizers: {sgd: {learning_rate: [0.001, 0.01, 0.1, 0.5]}}
resources: {executor: inline}
tracking: {enabled: false}
report: false
"""
HALVING = "scheduler={method: successive_halving, reduction_factor: 2}"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a sweep of four settings, that has run."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "sweep.yaml").write_text(SWEEP)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        sweep.run(load_config("sweep.yaml"))
    return folder


@pytest.fixture
def folder(place, monkeypatch):
    monkeypatch.chdir(place)
    return place


def contents():
    return sorted(str(path) for path in Path().rglob("*"))


def test_a_replay_is_printed_and_nothing_is_written(command, folder):
    before = contents()
    code, output, errors = command("simulate", "sweep.yaml", HALVING, "--from", "recorded")
    assert (code, errors) == (0, "")
    lines = {" ".join(line.split()) for line in output.splitlines()}
    # 4, 2 and 1 settings reach epochs 1, 2 and 4: 4 + 2 + 2 of 16 epochs.
    assert {"replays 1", "trials 4", "pruned 3", "epochs 8", "of the recorded 50.0 %"} <= lines
    assert contents() == before


def test_a_replay_is_json_with_one_entry_for_each_seed_of_the_search(command, folder):
    code, output, _ = command("simulate", "sweep.yaml", "--from", "recorded", "--repeats", "2", "--json")
    assert code == 0
    found = json.loads(output)
    assert [(one["seed"], one["trials"], one["epochs"]) for one in found] == [(0, 4, 16), (1, 4, 16)]
    assert len(found[0]["history"]) == 4


def test_saved_curves_are_a_source_themselves(command, folder, tmp_path):
    file = str(tmp_path / "curves.parquet")
    code, output, _ = command("simulate", "sweep.yaml", "--from", "recorded", "--save", file)
    assert code == 0
    assert output.startswith(f"wrote 4 curves to {file}\n")
    code, again, _ = command("simulate", "sweep.yaml", HALVING, "--from", file, "--workers", "2", "--pack-size", "2")
    assert code == 0
    assert "epochs           8" in again


@pytest.mark.parametrize("arguments", [(), ("--from", "nothing"), ("--from", "recorded", "--workers", "0")])
def test_a_mistake_is_exit_code_2(command, folder, arguments):
    code, output, errors = command("simulate", "sweep.yaml", *arguments)
    assert (code, output) == (2, "")
    assert "Traceback" not in errors
