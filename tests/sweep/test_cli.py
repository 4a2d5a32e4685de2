"""The command line: what it prints and where, its exit codes, and what it says to each mistake before it starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import sweep
from sweep import load_config, plan
from sweep.driver import prepare as preparation

GOOD = """
question: "Is [adam] best? :smile:"
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 2}
optimizers:
  sgd: {learning_rate: 0.1}
  adam: {learning_rate: 0.01}
seeds: 2
"""
CSV = "width,height,kind\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n"
ROOT = Path(sweep.__file__).parents[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a sweep file, and no store or server in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    Path("good.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def contents(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


# Change to the good file -> what the sentence must say.
MISTAKES = {
    "unknown key": ("trainer.epoch=3", "`trainer.epoch` is not a known key. Did you mean `trainer.epochs`?"),
    "wrong type": ("trainer.epochs=many", "`trainer.epochs` must be a whole number. Received: many."),
    "empty list": ("optimizers.sgd.learning_rate=[]", "`optimizers.sgd.learning_rate` must not be an empty list."),
    "learning rate of 0": ("optimizers.sgd.learning_rate=0", "`optimizers.sgd.learning_rate` must lie in (0, inf)."),
    "beta of 1": ("optimizers.adam.beta1=1", "`optimizers.adam.beta1` must lie in [0, 1). Received: 1."),
    "beta below 0": ("optimizers.adam.beta2=-0.1", "`optimizers.adam.beta2` must lie in [0, 1). Received: -0.1."),
    "batch size of 0": ("space.batch_size=0", "`space.batch_size` must be a whole number, 1 or more"),
    "override that is not YAML": ("trainer.epochs=[", "override `trainer.epochs=[`: this is not valid YAML"),
    "override without a value": (
        "trainer.epochs",
        "override `trainer.epochs`: it must be a dotted key, `=` and a value.",
    ),
    "missing data file": ("data={path: none.csv, target: kind}", "the data file must exist. Received: `none.csv`."),
    "empty cell": ("data={path: nan.csv, target: height}", "column `height` of `nan.csv` must hold finite numbers."),
    "text among numbers": ("data={path: text.csv, target: kind}", "Received: 'tall' in row 2"),
    "one class": ("data={path: one.csv, target: kind}", "`one.csv` must have at least two classes to tell apart."),
    "absent target": ("data={path: good.csv, target: sort}", "`good.csv` has no column `sort`."),
    "metric of another task": (
        "metric.name=val_rmse",
        "`metric.name` must suit the data, which is for classification.",
    ),
    "CPUs": ("resources.cpus_per_worker=100000", "`resources.cpus_per_worker` must be at most the "),
    "workers": ("resources.workers=100000", "`resources.workers` must be at most "),
    "GPUs": ("resources.gpus_per_worker=1000", "`resources.gpus_per_worker` must fit the "),
    "spelling of an address": (
        "resources.address=ray://host",
        "`resources.address` must be `auto`, `host:port` or `ray://host:port`.",
    ),
    "address without a cluster": (
        f"resources.address=127.0.0.1:{closed_port()}",
        "must be a Ray cluster that answers (",
    ),
}
# These stand only in the way of a run.
MISTAKES_OF_RUN = {
    "results in a file": ("results=good.yaml", "the results folder must be writable. Received: `good.yaml`"),
    "server that is down": (
        f"tracking.uri=http://127.0.0.1:{closed_port()}",
        "`tracking.uri` must be a server that ans",
    ),
    "store that is a folder": ("tracking.uri=mlruns", "`tracking.uri` must not be a folder"),
}


@pytest.mark.parametrize(
    ("verb", "change", "said"),
    [pytest.param("run", *case, id=name) for name, case in {**MISTAKES, **MISTAKES_OF_RUN}.items()]
    + [pytest.param("plan", *case, id=f"{name}, planned") for name, case in MISTAKES.items()],
)
def test_a_mistake_ends_with_2_and_a_sentence_and_nothing_is_written(command, folder, verb, change, said):
    Path("good.csv").write_text(CSV)
    Path("nan.csv").write_text(CSV.replace("3,4,b", "3,,b"))
    Path("text.csv").write_text(CSV.replace("3,4,b", "3,tall,b"))
    Path("one.csv").write_text(CSV.replace(",b", ",a"))
    before = contents(folder)
    code, out, err = command(verb, "good.yaml", change)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err
    assert err.count("\n") == 1
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("bad.yaml", "data: {name: iris\nseeds: 2\n", "error: bad.yaml:2:6: this is not valid YAML"),
        ("bad.yaml", "data: {name: irs}\noptimizers: {sgd: {}}\n", "error: bad.yaml:1:14: "),
        ("bad.yaml", "", "error: bad.yaml: the file is empty."),
        ("none.yaml", None, "error: none.yaml: there is no such file."),
        (".", None, "error: .: the file cannot be read"),
    ],
    ids=["syntax", "unknown data set", "empty", "missing", "folder"],
)
@pytest.mark.parametrize("verb", ["run", "plan"])
def test_a_file_that_cannot_be_used_ends_with_2_and_its_place(command, folder, verb, file, text, said):
    if text is not None:
        Path(file).write_text(text)
    before = contents(folder)
    code, out, err = command(verb, file)
    assert (code, out) == (2, "")
    assert err.startswith(said)
    assert "Traceback" not in err
    assert contents(folder) == before


def test_torch_that_is_not_installed_is_refused_with_the_way_out(command, folder, monkeypatch):
    monkeypatch.setattr(preparation, "find_spec", lambda name: None)
    code, out, err = command("run", "good.yaml", "trainer.backend=torch")
    assert (code, out) == (2, "")
    assert "`trainer.backend` needs PyTorch, which is not installed." in err
    assert "pip install 'optimizer-sweep[torch]'" in err
    assert contents(folder) == ["good.yaml"]


def test_two_runs_of_the_same_sweep_do_not_mix(command, folder):
    from sweep.results import ResultsFolder

    with ResultsFolder("results", plan(load_config("good.yaml"))):
        code, out, err = command("run", "good.yaml", "tracking.enabled=false")
    assert (code, out) == (2, "")
    assert "a sweep must be written by one run at a time." in err


def test_a_run_in_a_pipe_is_plain_text_without_noise_and_leaves_a_store(folder):
    """In a process of its own, which starts Ray and creates the store, as for a new user."""
    process = subprocess.run(
        [sys.executable, "-W", "always", "-m", "sweep", "run", "good.yaml"],
        # A cluster that others use on this machine is none of its business.
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "RAY_ADDRESS": "127.0.0.1:1"}
        | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0
    assert process.stderr == ""
    assert process.stdout.replace("\n", "").isprintable()
    lines = [line.split() for line in process.stdout.splitlines()]
    assert lines[0] == ["0/4", "trials,", "starting"]
    assert ["results", f"results/{plan(load_config('good.yaml')).folder_name}"] in lines
    assert ["dashboard", "sweep", "ui"] in lines
    assert {"good.yaml", "mlflow.db", "results"} <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "good.yaml"], ["plan", "good.yaml", "--json"], ["schema"]])
def test_help_plan_and_schema_import_no_heavy_library(folder, arguments):
    script = (
        "import sys\nfrom sweep import cli\ncli._exit_quickly = lambda code: None\n"
        f"sys.argv = ['sweep', *{arguments!r}]\ncli.main()\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    process = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    imported = set(process.stderr.split())
    assert "sweep.cli" in imported
    assert not imported & {"ray", "mlflow", "torch", "sklearn", "matplotlib", "scipy", "pandas", "numba"}
