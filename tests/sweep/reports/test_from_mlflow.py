"""Runs that another tool wrote to MLflow are reported with what they cannot tell, and nothing is left out silently."""

from __future__ import annotations

import math

import pytest

from sweep.errors import AnalysisError, ComparisonError, TrackingError
from sweep.reports.from_mlflow import write_logged_report
from sweep.reports.mlflow_columns import Columns
from sweep.tracking.console import silence_mlflow

COLUMNS = Columns(arm="algo", seed="random_state", metric="validation/loss", target=0.5)


@pytest.fixture(autouse=True)
def quiet():
    """Each test begins with the warnings of its own."""
    silence_mlflow()


def values(algo: str, rate: float, seed: int) -> list[float]:
    """What the runs log: Adam falls to 0.3 and SGD to 0.6, each a little higher with another seed or rate."""
    last = {"Adam": 0.3 + 0.01 * seed, "SGD": 0.6 + 0.02 * seed}[algo] + rate
    return [last + 0.4, last + 0.2, last]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """An experiment as a script with the plain client writes it: other names, a parent, failures, missing numbers."""
    silence_mlflow()
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    folder = tmp_path_factory.mktemp("other")
    uri = f"sqlite:///{folder / 'other.db'}"
    client = MlflowClient(tracking_uri=uri)
    experiment = client.create_experiment("their own", artifact_location=folder.as_uri())

    def log(points, status="FINISHED", parent=None, **params):
        run = client.create_run(experiment, tags={"mlflow.parentRunId": parent} if parent else {}).info
        metrics = [
            Metric("validation/loss", value, run.start_time + 1000 * place, 10 * place)
            for place, value in enumerate(points, 1)
        ]
        client.log_batch(run.run_id, metrics=metrics, params=[Param(key, str(value)) for key, value in params.items()])
        client.set_terminated(run.run_id, status)
        return run.run_id

    parent = log([0.0], algo="Adam", random_state=0)
    for algo in ("Adam", "SGD"):
        for seed in range(4):
            for rate in (0.0, 0.1):
                log(values(algo, rate, seed), parent=parent, algo=algo, lr=rate, random_state=seed, workers=4)
    log([0.9, math.nan], parent=parent, algo="SGD", lr=5.0, random_state=0, workers=4)
    log([0.9], "FAILED", parent, algo="Adam", lr=5.0, random_state=0, workers=4)
    log([], parent=parent, algo="Adam", lr=5.0, random_state=1, workers=4)
    # The second run of a setting and seed counts; one without a seed can't.
    log([0.5, 0.31], parent=parent, algo="Adam", lr=0.0, random_state=1, workers=4)
    log([0.5], algo="Adam", lr=0.0)
    return uri


@pytest.fixture(scope="module")
def report(store, tmp_path_factory):
    return write_logged_report("their own", store, COLUMNS, output=tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def text(report):
    return report.markdown.read_text(encoding="utf-8")


def test_the_answer_is_that_of_the_runs(report, text):
    # Seeds 0 to 3 end at 0.30, 0.31, ... and at 0.60, 0.62, ..., so that the differences are 0.30 to 0.33.
    assert report.sentence.startswith("Adam is best at 0.315 validation/loss, ahead of SGD by 0.315 (95 % CI 0.294 to")
    assert "| 1 | Adam | 0.315 |" in text
    assert "| 2 | SGD | 0.63 |" in text
    # Seed 0 reaches 0.5 at step 20, the newer run of seed 1 at step 10, seeds 2 and 3 only at step 30.
    assert "a median of 25 steps" in report.sentence
    assert report.sentence.endswith("SGD never does.")


def test_what_is_left_out_and_what_is_not_known_is_said(text):
    assert (
        "2 runs of the experiment are not compared: 1 because other runs are nested in it; 1 because it has no" in text
    )
    assert "The runs hold no fingerprints" in text
    assert "1 run of 19 failed or were killed" in text
    assert "1 run that finished have no validation/loss" in text
    assert "1 run repeat a setting and seed of a newer run" in text


def test_a_run_whose_metric_is_no_number_has_diverged(text):
    head, *rows = [line.split("|")[1:-1] for line in text.split("## Best arms")[1].splitlines() if line[:1] == "|"]
    names = [name.strip() for name in head]
    diverged = {row[names.index("learning_rate")].strip(): row[names.index("diverged")].strip() for row in rows[1:]}
    assert diverged["5"] in ("0", "1")
    assert [row[names.index("diverged")].strip() for row in rows[1:]].count("1") == 1


def test_the_command_of_the_page_makes_it_again(text, store):
    assert f"sweep report --from-mlflow 'their own' --uri {store} --arm algo --seed random_state" in text


@pytest.mark.parametrize(
    ("experiment", "columns", "error", "sentence"),
    [
        ("nothing", COLUMNS, TrackingError, "must name an experiment of .*`their own`"),
        ("their own", Columns("optimizer", "seed", "validation/loss"), AnalysisError, "both of which no run .* has"),
        ("their own", Columns("algo", "random_state", "val_loss"), AnalysisError, "They have `validation/loss`"),
        ("their own", Columns("algo", "algo", "validation/loss"), AnalysisError, "whole numbers.*'Adam'"),
        ("their own", Columns("algo", "random_state", "speed"), AnalysisError, "`--mode` must say"),
        (
            "their own",
            Columns("algo", "random_state", "validation/loss", settings=("rate",)),
            AnalysisError,
            "`--setting`.*`rate`.*`lr`",
        ),
    ],
)
def test_a_wrong_name_is_one_sentence_with_the_right_ones(store, tmp_path, experiment, columns, error, sentence):
    with pytest.raises(error, match=sentence):
        write_logged_report(experiment, store, columns, output=tmp_path)


def test_a_store_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(TrackingError, match="must be a store that exists"):
        write_logged_report("their own", f"sqlite:///{tmp_path / 'no.db'}", COLUMNS, output=tmp_path)
    assert not (tmp_path / "no.db").exists()


def test_runs_whose_fingerprints_differ_are_not_compared(tmp_path):
    silence_mlflow()
    from mlflow import MlflowClient

    uri = f"sqlite:///{tmp_path / 'mixed.db'}"
    client = MlflowClient(tracking_uri=uri)
    experiment = client.create_experiment("mixed", artifact_location=tmp_path.as_uri())
    for algo in ("Adam", "SGD"):
        run = client.create_run(experiment, tags={"fingerprint.data": f"data of {algo}"}).info.run_id
        for name, value in (("algo", algo), ("random_state", "0")):
            client.log_param(run, name, value)
        client.log_metric(run, "validation/loss", 0.5)
        client.set_terminated(run)
    with pytest.raises(ComparisonError, match="must have the same data set"):
        write_logged_report("mixed", uri, COLUMNS, output=tmp_path)


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Experiments whose runs hold infinite, huge or no numbers, and one without runs."""
    silence_mlflow()
    from mlflow import MlflowClient

    folder = tmp_path_factory.mktemp("odd")
    uri = f"sqlite:///{folder / 'odd.db'}"
    client = MlflowClient(tracking_uri=uri)
    for name, logged in ODD.items():
        experiment = client.create_experiment(name, artifact_location=folder.as_uri())
        for algo, seed in ((algo, seed) for algo in ("Adam", "SGD") for seed in range(2) if logged):
            run = client.create_run(experiment).info.run_id
            for key, value in (("algo", algo), ("random_state", seed), ("lr", "inf")):
                client.log_param(run, key, value)
            for step, value in enumerate(logged):
                # Finite numbers differ from seed to seed, so that their spread is computed too.
                client.log_metric(run, "validation/loss", value * (1 - seed / 8 - (algo == "SGD") / 4), step=step)
            client.set_terminated(run)
    return uri


ODD = {
    "infinite": [math.inf, -math.inf, math.inf],
    "ends infinite": [1.0, math.inf],
    "begins infinite": [math.inf, 0.5],
    "huge": [1e300, 9e299],
    "hugely negative": [-1e300, -9e299],
    "no number": [math.nan],
    "without runs": [],
}


@pytest.mark.parametrize("name", [name for name, logged in ODD.items() if logged])
def test_infinite_and_huge_metrics_of_another_tool_end_in_a_report(odd, tmp_path, name):
    sentence = write_logged_report(name, odd, COLUMNS, output=tmp_path).sentence
    assert ("diverged" in sentence) == (not math.isfinite(ODD[name][-1]))


def test_an_experiment_without_runs_is_said_to_have_none(odd, tmp_path):
    with pytest.raises(AnalysisError, match="must name an experiment that has runs"):
        write_logged_report("without runs", odd, COLUMNS, output=tmp_path)


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(odd, tmp_path):
    with pytest.raises(TrackingError, match="Did you mean `infinite`"):
        write_logged_report("infnite", odd, COLUMNS, output=tmp_path)
