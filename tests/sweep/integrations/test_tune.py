"""A function written for Ray Tune runs unchanged: what it reports, its checkpoints, what it yields and returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sweep.integrations import tune as integration
from sweep.integrations.tune import from_tune

MODULE = """
    import json, tempfile
    from pathlib import Path

    from ray import tune
    from ray.tune import Checkpoint, report

    from sweep.integrations.tune import from_tune

    def halve(config):
        start, value = 0, config["model"]["start"]
        checkpoint = tune.get_checkpoint()
        if checkpoint:
            with checkpoint.as_directory() as folder:
                start, value = json.loads((Path(folder) / "state.json").read_text())
        for iteration in range(start, config["iterations"]):
            value /= 2
            try:
                with tempfile.TemporaryDirectory() as folder:
                    (Path(folder) / "state.json").write_text(json.dumps([iteration + 1, value]))
                    report({"loss": value, "epoch": iteration}, checkpoint=Checkpoint.from_directory(folder))
            except Exception:
                raise AssertionError("a stop is no ordinary exception")
            if config.get("fails"):
                raise RuntimeError("the data are gone")

    def yields(config):
        try:
            for value in (4, 2, 1):
                yield {"loss": value, "nested": {"accuracy": value / 8}, "note": "fine"}
        finally:
            print("closed", flush=True)

    def returns(config):
        context = tune.get_context()
        print(context.get_trial_id(), context.get_trial_dir(), flush=True)
        return {"loss": config["seed"] + 0.5, "done": True}

    def number(config):
        return 3

    FUNCTIONS = {function.__name__: from_tune(function) for function in (halve, yields, returns, number)}

    def train(trial):
        FUNCTIONS[trial.setting["kind"]](trial)
"""
HALVE = {"kind": "halve", "model.start": 8.0}


@pytest.fixture(scope="module")
def process(start: Callable[[str, str], Any]) -> Any:
    return start(MODULE, "loss")


def test_a_function_reports_goes_on_stops_and_fails_as_its_trial(process: Any) -> None:
    first = process.train("parts", {**HALVE, "iterations": 2}, epochs=2)
    assert (first.status, first.error, first.files) == ("COMPLETED", "", ["checkpoint-2"])
    parts = process.train("parts", {**HALVE, "iterations": 5}, epochs=5, goes_on=True)
    assert parts.metrics["loss"] == [4, 2, 1, 0.5, 0.25]
    assert parts.metrics["epoch"] == [1, 2, 3, 4, 5]
    assert parts.files == ["checkpoint-5"]

    stopped = process.train("stopped", {**HALVE, "iterations": 1000}, epochs=1000, stop_at=1)
    assert (stopped.status, stopped.metrics["loss"]) == ("STOPPED", [4, 2, 1])

    failed = process.train("failed", {**HALVE, "iterations": 5, "fails": True}, epochs=5)
    assert (failed.status, failed.metrics["loss"]) == ("FAILED", [4])
    assert "the data are gone" in failed.error

    unkept = process.train("unkept", {**HALVE, "iterations": 2}, epochs=2, weights="none")
    assert (unkept.status, unkept.files) == ("COMPLETED", [])


def test_the_best_checkpoint_is_kept_where_the_sweep_asks_for_it(process: Any) -> None:
    # 8, 4, 2 and so on: smaller is better, so that the last is the best.
    best = process.train("best", {**HALVE, "iterations": 3}, epochs=3, weights="best")
    assert best.files == ["checkpoint-3"]
    # From -8 up to -1: the first is the best.
    worse = process.train("worse", {**HALVE, "model.start": -8.0, "iterations": 3}, epochs=3, weights="best")
    assert worse.files == ["checkpoint-1"]


def test_a_generator_is_closed_and_nested_metrics_are_flat(process: Any) -> None:
    whole = process.train("yields", {"kind": "yields"}, epochs=3)
    assert whole.metrics["loss"] == [4, 2, 1]
    assert whole.metrics["nested/accuracy"] == [0.5, 0.25, 0.125]
    assert whole.output.count("`note` is no number and is not reported: fine") == 1
    stopped = process.train("closed", {"kind": "yields"}, epochs=3, stop_at=2)
    assert (stopped.status, stopped.metrics["loss"]) == ("STOPPED", [4, 2])
    assert "closed" in stopped.output


def test_what_a_function_returns_is_a_report(process: Any) -> None:
    returned = process.train("returns", {"kind": "returns"}, epochs=1)
    # The seed is 1.
    assert returned.metrics["loss"] == [1.5]
    trial_id, folder = returned.output.split()
    assert trial_id == "returns"
    assert folder.endswith("trials/returns/files")
    number = process.train("number", {"kind": "number"}, epochs=1)
    assert number.metrics["_metric"] == [3]
    assert "must report `loss`" in number.error


def test_a_class_is_refused() -> None:
    with pytest.raises(TypeError, match=r"takes a function trainable. Received: the class Learner."):
        from_tune(type("Learner", (), {}))


def test_an_unknown_version_of_ray_has_its_public_names_replaced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ray import tune

    from sweep.execution.sources.trial import Assignment, Trial

    def unknown(name: str) -> Any:
        raise ImportError(name)

    known = tune.report
    monkeypatch.setattr(integration, "import_module", unknown)
    rows: list[Any] = []
    facts = {"trial_id": "one", "setting": {"x": 2}, "seed": 0, "epochs": 1, "folder": "", "device": "cpu"}
    trial = Trial(Assignment(**facts, metric="loss", mode="min"), rows.append)
    from_tune(lambda config: tune.report({"loss": config["x"]}))(trial)
    assert [row[2] for row in rows] == [{"loss": 2.0}]
    assert tune.report is known
    assert "call `tune.report`" in capsys.readouterr().out
