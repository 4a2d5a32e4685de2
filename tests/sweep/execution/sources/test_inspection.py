"""A function that cannot train is told before a sweep starts, whatever its module does when it is imported."""

from __future__ import annotations

import functools
import subprocess
import time

import pytest

from sweep.execution.sources import inspection
from sweep.execution.sources.inspection import inspect_function, signature_problem

MODULE = """
import functools

def train(trial): ...
def no_argument(): ...
def two(trial, other): ...
def keyword_only(*, trial): ...
def defaults(trial, other=1, *more, key=2, **rest): ...
async def later(trial): ...
nothing = 3
part = functools.partial(two, other=1)

class Trainer:
    def __call__(self, trial): ...

instance = Trainer()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("inspected")
    (made / "inspected_module.py").write_text(MODULE)
    return made


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("inspected_module:train", ""),
        (
            "inspected_module:trian",
            "names something that `inspected_module` does not have. Received: inspected_module:tri",
        ),
        (
            "no_such_module_x:train",
            "names a module that cannot be imported: ModuleNotFoundError (No module named 'no_su",
        ),
        (
            "inspected_module:no_argument",
            "must be a function that takes one argument, the trial. Received: inspected_mo",
        ),
        ("inspected_module", "must name a module and a function in it. Received: inspected_module. Write such as `my_"),
        ("train.py:train", "names a module that cannot be imported"),
    ],
)
def test_a_function_by_its_name(folder, path, problem):
    found = inspect_function(path, folder)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)


def test_a_slip_of_the_pen_is_told(folder):
    assert "Did you mean `train`?" in inspect_function("inspected_module:trian", folder)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (
            "import os; os._exit(0)",
            "must be in a module that can be imported. Received: NAME:train, which ends the proc",
        ),
        ("import os; os.kill(os.getpid(), 9)", "must be in a module that can be imported."),
        (
            "raise SystemExit(2)",
            "names a module that cannot be imported: SystemExit at NAME.py:1 (2). Received: NAME:tr",
        ),
        ("raise KeyboardInterrupt", "names a module that cannot be imported: KeyboardInterrupt at NAME.py:1."),
        ("def train(:", "names a module that cannot be imported: SyntaxError"),
        ("import sys; sys.stdout = None\ndef train(trial): ...", ""),
        ("import sys; sys.stdout.close()\ndef train(trial): ...", ""),
        ("import os; os.close(1)\ndef train(trial): ...", ""),
        ("print('\\x1eproblem:\"none\"')\ndef train(): ...", "must be a function that takes one argument"),
        ("print('x' * 5_000_000)\ndef train(trial): ...", ""),
    ],
    ids=range(10),
)
def test_whatever_the_module_does(tmp_path, code, problem, request):
    name = f"inspected_{request.node.callspec.id}"
    (tmp_path / f"{name}.py").write_text(code)
    found = inspect_function(f"{name}:train", tmp_path)
    assert found.startswith(problem.replace("NAME", name))
    assert bool(found) == bool(problem)


def test_a_module_that_never_loads_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(inspection, "LOAD_SECONDS", 1.0)
    (tmp_path / "inspected_slow.py").write_text("import time; time.sleep(1000)")
    begin = time.monotonic()
    found = inspect_function("inspected_slow:train", tmp_path)
    assert found.startswith("must be in a module that loads within 1 seconds. Received: inspected_slow:train.")
    assert time.monotonic() - begin < 10


def test_what_a_module_leaves_running_is_not_waited_for(tmp_path, monkeypatch, survivors, pids_in):
    monkeypatch.setattr(inspection, "LOAD_SECONDS", 10.0)
    code = (
        "import subprocess\nchild = subprocess.Popen(['sleep', '1000'])\nopen('pids', 'w').write(f'{child.pid}\\n')\n"
    )
    (tmp_path / "inspected_server.py").write_text(code + "def train(trial): ...")
    begin = time.monotonic()
    assert inspect_function("inspected_server:train", tmp_path) == ""
    assert time.monotonic() - begin < 8
    assert survivors(pids_in(tmp_path / "pids")) == []


class Trainer:
    def __call__(self, trial): ...


@pytest.mark.parametrize(
    "function",
    [
        lambda trial: None,
        lambda trial, other=1, *more, key=2, **rest: None,
        lambda *trials: None,
        Trainer(),
        functools.partial(lambda trial, other: None, other=1),
        print,
        subprocess.run,
    ],
)
def test_what_can_be_called_with_a_trial_is_taken(function):
    assert signature_problem(function, "m:f") == ""


@pytest.mark.parametrize("function", [lambda: None, lambda trial, other: None, lambda *, trial: None, Trainer])
def test_what_cannot_be_called_with_a_trial_alone_is_refused(function):
    assert signature_problem(function, "m:f").startswith(
        "must be a function that takes one argument, the trial. Received: m:f("
    )


def test_what_is_no_function_is_refused():
    assert signature_problem(3, "m:f") == "must be a function. Received: m:f, which is int. Name a function."


def test_a_coroutine_is_refused():
    async def later(trial): ...

    assert signature_problem(later, "m:f").startswith(
        "must be an ordinary function or a generator. Received: m:f, which is"
    )
