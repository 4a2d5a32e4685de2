"""A sweep of a function that Python gives: its configuration, what is refused, and what comes back."""

from __future__ import annotations

import linecache
import pickle
import sys
import textwrap
import threading
from functools import partial
from itertools import count

import numpy as np
import pandas as pd
import pytest

import sweep
from sweep.config import SweepConfig
from sweep.driver.from_python import configure
from sweep.errors import ConfigError
from sweep.planning.own_plan import make_own_plan

CELLS = count()
TRAIN = """
    def train(trial):
        with open(CALLS, "a") as file:
            file.write("called\\n")
        for epoch in range(trial.epochs):
            yield {"val_loss": SCALE * trial.setting["learning_rate"] / (epoch + 1)}
"""
SECTIONS = {
    "space": {"learning_rate": [0.1, 0.2]},
    "metric": {"name": "val_loss", "mode": "min"},
    "trainer": {"epochs": 2},
    "seeds": 2,
    "resources": {"executor": "inline"},
    "tracking": {"enabled": False},
}


def cell(text, name="train", **known):
    """Run a cell of a notebook, and return what it calls ``name``; ``known`` is what earlier cells have defined."""
    source = textwrap.dedent(text)
    file = f"<cell {next(CELLS)} of from_python>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space = {"__name__": "__main__", **known}
    exec(compile(source, file, "exec"), space)
    return space[name]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path


@pytest.fixture
def module(folder):
    """A module of the user's."""
    text = """
        class Model:
            def __init__(self, width):
                self.width = width
            def __call__(self, trial):
                pass
            def train(self, trial):
                pass
        def train(trial):
            pass
        def shifted(shift, trial):
            pass
        renamed = train
        model = Model(8)
    """
    (folder / "module_of_from_python.py").write_text(textwrap.dedent(text))
    sys.path.append(str(folder))
    try:
        yield __import__("module_of_from_python")
    finally:
        del sys.modules["module_of_from_python"]


def test_a_function_of_a_module_is_imported_where_it_is_trained(module):
    config = configure(module.train, SECTIONS)
    assert config.by_value is None
    assert config.trainer.function == "module_of_from_python:train"
    assert config.name == "train"
    assert configure(module.train, {**SECTIONS, "name": "mine"}).name == "mine"


def test_what_its_name_does_not_lead_to_is_sent_itself(module):
    made = {
        "Model": module.model,
        "Model-train": module.model.train,
        "shifted": partial(module.shifted, 2),
        "lambda": lambda trial: None,
    }
    for name, function in made.items():
        config = configure(function, SECTIONS)
        assert config.name == name
        assert config.by_value is not None
        assert callable(pickle.loads(config.by_value.pickled))
    module.train = lambda trial: 2
    module.train.__qualname__ = module.renamed.__qualname__
    module.train.__module__ = module.__name__
    assert configure(module.renamed, SECTIONS).by_value is not None


def test_partials_and_objects_have_identities_of_their_own(module):
    made = [partial(module.shifted, 1), partial(module.shifted, 2), module.Model(1), module.Model(2)]
    configs = [configure(function, SECTIONS) for function in made]
    assert len({make_own_plan(config).folder_name for config in configs}) == 4
    assert not any(config.by_value.note for config in configs)
    assert make_own_plan(configure(module.Model(2), SECTIONS)).hash == make_own_plan(configs[3]).hash


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.1, 0.2), [0.1, 0.2]),
        (range(1, 4), [1, 2, 3]),
        (np.array([0.5, 1.0]), [0.5, 1.0]),
        ([np.float64(0.5), np.int32(2)], [0.5, 2]),
        (np.float32(0.5), [0.5]),
        (np.array([[8, 8], [16, 16]]), [[8, 8], [16, 16]]),
        (((8, 8), (16,)), [[8, 8], [16]]),
        ([{"width": np.int64(3)}], [{"width": 3}]),
    ],
)
def test_tuples_ranges_and_arrays_are_lists_and_numbers(values, expected):
    config = configure(cell("def train(trial):\n    pass\n"), {**SECTIONS, "space": {"x": values}})
    received = [sweep.driver.run.plain(arm.setting)["x"] for arm in make_own_plan(config).arms]
    assert received == expected
    assert [type(value) for value in received] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spce": {}}, "sweep.run: `spce` is not a known key. Did you mean `space`?"),
        ({"space": {"seed": [1]}}, "sweep.run: `space.seed` must not be a name that the tables of a sweep use."),
        ({"space": None}, "sweep.run: `space` must be a section"),
        ({"space": {"x": [float("nan")]}}, "sweep.run: `space.x` must be finite. Received: .nan."),
        ({"space": {"x": {0.1}}}, "sweep.run: `space.x` must be numbers, text,"),
        ({"metric": 3}, "sweep.run: `metric"),
        ({"trainer": 5}, "sweep.run: `trainer` must hold what goes with the function, such as `epochs`. Received: 5."),
        ({"trainer": {"command": ["sh"]}}, "sweep.run: `trainer` must hold what goes with the function"),
        ({"trainer": {"epochs": 0}}, "sweep.run: `trainer.epochs` must be"),
        ({"trainer": {"function": "a:b"}}, "sweep.run: `trainer` must hold what goes with the function"),
    ],
)
def test_a_mistake_in_a_keyword_is_one_sentence_with_its_key(change, said):
    with pytest.raises(ConfigError) as raised:
        sweep.run(cell("def train(trial):\n    pass\n"), **{**SECTIONS, **change})
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("train = 3", "must be a function. Received: "),
        (
            "def train():\n    pass\n",
            "must be a function that takes one argument, the trial. Received: __main__:train(",
        ),
        (
            "async def train(trial):\n    pass\n",
            "must be an ordinary function or a generator. Received: __main__:t",
        ),
        (
            "def train(trial):\n    return LOCK\n",
            "must be a function that can be sent to another process (cannot pickle '_thread.lock' object). "
            "Received: __main__:train. Create what it uses within it.",
        ),
    ],
)
def test_a_function_that_cannot_train_is_refused_in_a_sentence(text, said):
    with pytest.raises(ConfigError) as raised:
        sweep.run(cell(text, LOCK=threading.Lock()), **SECTIONS)
    assert str(raised.value).startswith(f"sweep.run: the training {said}")
    assert "\n" not in str(raised.value)


def test_a_configuration_has_its_sections_already():
    config = SweepConfig.model_validate({"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}})
    with pytest.raises(TypeError, match=r"^a configuration has its sections already, and seeds, space is given too$"):
        sweep.run(config, seeds=2, space={})


def test_without_a_function_the_sections_name_what_is_trained(folder):
    networks = {"data": {"name": "iris"}, "trainer": {"epochs": 1}, "space": {}, "report": False}
    result = sweep.run(**{**SECTIONS, **networks}, optimizers={"sgd": {"learning_rate": (0.1, 0.2)}})
    assert result.trials["status"].tolist() == ["COMPLETED"] * 4


def test_the_result_has_a_table_an_answer_a_best_setting_and_a_report(folder):
    known = {"CALLS": str(folder / "calls.txt"), "SCALE": 1.0}
    space = {"learning_rate": [0.1, 0.2], "hidden": [[8], [8, 8]]}
    result = sweep.run(cell(TRAIN, **known), **{**SECTIONS, "space": space})
    assert isinstance(result.table, pd.DataFrame)
    # One row an arm, the best first: after two epochs half of the learning rate.
    assert result.table["final_val_loss_mean"].tolist() == [0.05, 0.05, 0.1, 0.1]
    assert result.best in ({"learning_rate": 0.1, "hidden": [8]}, {"learning_rate": 0.1, "hidden": [8, 8]})
    assert result.answer
    assert result.report == result.path / "report.html"
    assert "<html" in result.report.read_text(encoding="utf-8")


def test_a_cell_that_is_run_again_trains_only_what_has_changed(folder):
    calls = folder / "calls.txt"
    known = {"CALLS": str(calls), "SCALE": 1.0}
    quick = {**SECTIONS, "report": False}
    path = sweep.run(cell(TRAIN, **known), **quick).path
    assert len(calls.read_text().split()) == 4
    again = sweep.run(cell(TRAIN, **known), **{**quick, "seeds": 3})
    assert again.path == path
    assert len(calls.read_text().split()) == 6
    changed = sweep.run(cell(TRAIN, **{**known, "SCALE": 2.0}), **quick)
    assert changed.path != path
    assert changed.table["final_val_loss_mean"].tolist() == [0.1, 0.2]
    assert len(calls.read_text().split()) == 10


def test_a_function_whose_changes_cannot_be_seen_is_trained_anew_and_says_so(folder):
    text = "def train(trial):\n    trial.report(val_loss=DATA[0] + trial.setting['learning_rate'])\n"
    train = cell(text, DATA=np.zeros(200_000))
    first, second = (sweep.run(train, **{**SECTIONS, "report": False, "seeds": 1}) for _ in range(2))
    assert first.path != second.path
    assert second.notes[-1] == (
        "__main__:train is trained anew each time, as a change cannot be seen: `DATA` is an object of type ndarray, of "
        "1,600,000 bytes. Create that within the function."
    )
