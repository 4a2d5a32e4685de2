"""A check as a user runs it: its exit codes, its cache, its baseline, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sweep
from sweep import load_config
from sweep.driver.check import check
from sweep.gates import fingerprint as environment


@pytest.fixture
def folder(check_folder):
    return check_folder


def results(out: str) -> dict[str, str]:
    return {gate["gate"]: gate["verdict"] for gate in json.loads(out)["gates"]}


def test_a_baseline_that_is_missing_is_said_with_both_places_in_which_it_was_looked_for(command, folder, monkeypatch):
    other = folder / "elsewhere"
    other.mkdir()
    monkeypatch.chdir(other)
    for words in (("check",), ("baseline", "show")):
        code, _, err = command(*words, "../ci.yaml", "baseline=mine.json")
        assert code == 2
        assert f"Received: mine.json, which is neither in `{other}` nor in `{folder}`. Make it with" in err


def test_changed_code_trains_again_and_unchanged_code_does_not(folder, monkeypatch):
    config = load_config("ci.yaml", ["gates=[diverged <= 0]"])
    assert check(config, Path("ci.yaml")).trained == 9
    assert check(config, Path("ci.yaml")).trained == 0
    # Another plan that shares trials takes them from the cache: 3 arms of 3 seeds are known, the fourth seed is not.
    more = load_config("ci.yaml", ["gates=[diverged <= 0]", "seeds=4"])
    assert check(more, Path("ci.yaml")).trained == 3
    monkeypatch.setattr(environment, "machine", lambda: "another")
    assert check(config, Path("ci.yaml")).trained == 9


def test_an_own_modules_neighbour_counts_as_code(folder, monkeypatch):
    package = Path("own_package")
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "neighbour.py").write_text("SCALE = 1\n")
    (package / "rings.py").write_text(
        "import numpy as np\n\ndef make():\n    x = np.arange(40.0).reshape(20, 2)\n    return x, np.arange(20) % 2\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    config = load_config("ci.yaml", ["data={module: 'own_package.rings:make'}", "gates=[diverged <= 0]"])
    sweep.plan(config)
    before = environment.code_digest(config)
    (package / "neighbour.py").write_text("SCALE = 2\n")
    assert environment.code_digest(config) != before


def test_a_check_whose_time_is_up_ends_with_3_and_goes_on_the_next_time(command, folder):
    gates = "gates=[diverged <= 0]"
    code, out, _ = command("check", "ci.yaml", gates, "--json", "--max-minutes", "0")
    found = json.loads(out)
    assert (code, found["complete"], found["trained"]) == (3, False, 0)
    assert "The time of 0 minutes was up" in found["notes"][-1]
    assert command("check", "ci.yaml", gates, "--max-minutes", "0", "--strict")[0] == 1
    code, out, _ = command("check", "ci.yaml", gates, "--json")
    assert (code, json.loads(out)["trained"]) == (0, 9)


def test_ray_and_this_process_give_the_same_numbers(folder, ray):
    inline = sweep.run(load_config("ci.yaml", ["results=inline", "report=false"]))
    spread = sweep.run(load_config("ci.yaml", ["results=ray", "report=false", "resources.executor=ray"]))
    columns = ["trial_id", "epoch", "train_loss", "val_loss", "val_accuracy"]
    assert inline.epochs[columns].equals(spread.epochs[columns])
    assert inline.path.name == spread.path.name


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ("trainer.weight_decay=0.1", 2, "`trainer.weight_decay` must be that of the baseline"),
        ("data.name=wine", 2, "`data.name` must be that of the baseline `ci.baseline.json`, which has iris"),
        ("network.hidden=[4]", 2, "`network.hidden` must be that of the baseline"),
        ("trainer.epochs=4", 2, "which has none of its settings and seeds"),
        ("seeds=4", 3, "is of another plan"),
    ],
)
def test_a_baseline_of_something_else_is_refused_or_warned_of(command, folder, change, code, said):
    command("baseline", "save", "ci.yaml", "-q")
    found, out, err = command("check", "ci.yaml", change, "-q")
    assert found == code
    assert said in (err if code == 2 else out)


def test_another_version_is_warned_of_and_the_numbers_need_not_be_equal_bit_for_bit(command, folder):
    command("baseline", "save", "ci.yaml", "-q")
    path = Path("ci.baseline.json")
    content = json.loads(path.read_text())
    content["versions"]["numpy"] = "1.0"
    for arm in content["arms"]:
        for past in arm["seeds"].values():
            past["values"]["val_loss"] *= 1.001
    path.write_text(json.dumps(content))
    code, out, _ = command("check", "ci.yaml", "-q", "gates=[{exact: true}]")
    assert code == 0
    assert "was made with other versions: numpy" in out
    assert command("check", "ci.yaml", "-q", "gates=[{exact: true, tolerance: 0.0001}]")[0] == 1


def test_a_damaged_baseline_is_one_sentence(command, folder):
    for text in ("{", "[]", '{"format": 9}', '{"format": 1}'):
        Path("ci.baseline.json").write_text(text)
        code, _, err = command("check", "ci.yaml")
        assert code == 2
        assert err.startswith("error: `baseline` must be a file that `sweep baseline save` wrote.")
        assert err.count("\n") == 1


def test_a_sweep_without_gates_is_refused(command, folder):
    code, _, err = command("check", "ci.yaml", "gates=[]")
    assert code == 2
    assert "`gates` must name a gate or more" in err


def test_the_shipped_check_holds_its_shipped_baseline(command, folder):
    root = Path(sweep.__file__).parents[1]
    code, out, _ = command("check", str(root / "configs" / "ci.yaml"), "resources.executor=inline", "--json")
    assert (code, set(results(out).values())) == (0, {"holds"})
    assert len(json.loads(out)["gates"]) == 4


def test_a_gate_on_a_metric_of_other_data_is_refused(command, folder):
    code, _, err = command("check", "ci.yaml", "gates=[val_r2 >= 0.5]")
    assert code == 2
    assert "`gates[0]` must suit the data, which is for classification. Received: val_r2 >= 0.5." in err


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        ("[diverged <= 0, foo]", "`gates[1]` is not a gate. Received: foo."),
        ("[val_acuracy >= 0.9]", "`gates[0]` must name one of"),
        ("[val_loss <= 1 for adm]", "Did you mean `adam`?"),
        ("[diverged <= 2]", "`gates[0]` must bound a share from above"),
        ("[val_loss no worse than the baseline by 0 %]", "must have a margin above 0"),
        ("[adam reaches the target before adam]", "must name two optimizers"),
        ("[{exact: false}]", "`gates[0]` must be `{exact: true}`"),
        ("5", "`gates` must be a list of gates"),
    ],
)
def test_a_wrong_gate_is_one_sentence(command, folder, gates, said):
    code, _, err = command("check", "ci.yaml", f"gates={gates}")
    assert code == 2
    assert said in err
    assert err.count("\n") == 1


def test_a_time_gate_needs_a_target(command, folder):
    Path("ci.yaml").write_text(Path("ci.yaml").read_text().replace(", target: 0.5", ""))
    code, _, err = command("check", "ci.yaml", "gates=[steps to target <= 300 for adam]")
    assert code == 2
    assert "`gates[0]` needs `trainer.target`, which is not given." in err
