"""`sweep check` and `sweep baseline`: their exit codes, and where their results go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sweep.system import invocation

HOLDS, FAILS = "gates=[diverged <= 0]", "gates=[val_loss <= 0.000001]"


@pytest.fixture
def folder(check_folder):
    return check_folder


def results(out: str) -> dict[str, str]:
    return {gate["gate"]: gate["verdict"] for gate in json.loads(out)["gates"]}


def test_a_baseline_then_the_same_numbers_then_a_regression(command, folder):
    code, _, err = command("check", "ci.yaml")
    assert code == 2
    way_out = invocation.command("baseline", "save")
    sentence = f"`baseline` must be a file that exists. Received: ci.baseline.json. Make it with `{way_out}`."
    assert err == f"error: {sentence}\n"
    assert not Path("results").exists()
    assert command("baseline", "save", "ci.yaml", "-q") == (0, "3 arms, 9 trials\nbaseline   ci.baseline.json\n", "")
    code, out, _ = command("check", "ci.yaml", "--json", "--no-cache")
    assert (code, set(results(out).values())) == (0, {"holds"})
    found = json.loads(out)
    assert (found["trained"], found["trials"]) == (9, 9)
    assert "without Ray" in found["notes"][0]
    # Worse data of another number: the file is changed as a regression would change what is compared with it.
    baseline = json.loads(Path("ci.baseline.json").read_text())
    for arm in baseline["arms"]:
        for number, past in enumerate(arm["seeds"].values()):
            past["values"]["val_loss"] *= 0.5 + 0.01 * number
    Path("ci.baseline.json").write_text(json.dumps(baseline))
    code, out, _ = command("check", "ci.yaml", "--json")
    assert code == 1
    assert results(out) == {
        "val_loss no worse than the baseline by 2 %": "fails",
        "diverged <= 0": "holds",
        "{exact: true}": "fails",
    }
    assert json.loads(out)["trained"] == 0
    code, out, _ = command("baseline", "update", "ci.yaml", "-q")
    assert code == 0
    assert out.count("changed    ") == 3
    assert command("check", "ci.yaml", "-q")[0] == 0
    code, _, err = command("baseline", "save", "ci.yaml")
    assert (code, err.startswith("error: `baseline` must not exist yet.")) == (2, True)
    assert "sgd" in command("baseline", "show", "ci.yaml")[1]


def test_outputs_go_where_ci_servers_look(command, folder, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "step.md"))
    gates = "gates=[val_accuracy >= 0.999999, diverged <= 0]"
    code, out, _ = command("check", "ci.yaml", gates, "-q", "--junit", "deep/er/junit.xml")
    assert code in (1, 3)
    assert "::" in out
    assert Path("deep/er/junit.xml").read_text().startswith("<?xml")
    assert "| gate | result | evidence |" in Path("step.md").read_text()


def test_on_a_ci_server_json_stays_alone_on_the_standard_output(command, folder, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    code, out, err = command("check", "ci.yaml", FAILS, "--json")
    assert (code, results(out)) == (1, {"val_loss <= 0.000001": "fails"})
    assert err.startswith("::error")


def test_a_summary_is_written_where_it_is_asked_for_and_not_where_the_server_looks(command, folder, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "step.md"))
    code, out, err = command("check", "ci.yaml", HOLDS, "-q", "--summary", "new/mine.md")
    assert (code, err) == (0, "")
    assert "diverged <= 0" in out
    assert "| gate | result | evidence |" in Path("new/mine.md").read_text(encoding="utf-8")
    assert not Path("step.md").exists()


def test_summaries_of_several_checks_follow_each_other_where_the_server_looks(command, folder, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "step.md"))
    for gates in (HOLDS, FAILS):
        command("check", "ci.yaml", gates, "-q")
    assert Path("step.md").read_text(encoding="utf-8").count("| gate | result | evidence |") == 2


def test_an_output_that_cannot_be_written_ends_with_2_and_one_sentence(command, folder):
    code, _, err = command("check", "ci.yaml", HOLDS, "-q", "--junit", "ci.yaml/junit.xml")
    assert code == 2
    assert err.startswith("error: the output of a check must be writable. Received: ci.yaml/junit.xml (")
    assert err.count("\n") == 1


def test_a_time_below_zero_is_refused_before_anything_is_trained(command, folder):
    code, out, err = command("check", "ci.yaml", HOLDS, "--max-minutes", "-1")
    assert (code, out) == (2, "")
    assert "--max-minutes" in err
    assert [path.name for path in folder.iterdir()] == ["ci.yaml"]


def test_a_damaged_baseline_is_told_and_written_anew(command, folder):
    Path("ci.baseline.json").write_text("{", encoding="utf-8")
    code, out, err = command("baseline", "update", "ci.yaml", "-q")
    assert code == 0
    assert err.startswith("`baseline` must be a file that `sweep baseline save` wrote.")
    assert out == "3 arms, 9 trials\nbaseline   ci.baseline.json\n"
    assert len(json.loads(Path("ci.baseline.json").read_text(encoding="utf-8"))["arms"]) == 3
