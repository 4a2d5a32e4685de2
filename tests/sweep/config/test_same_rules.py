"""What the sweep file refuses, the Python classes refuse, by the same rule and with the same way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweep.config import load_config
from sweep.errors import ConfigError
from trainers.data import DataSource, load
from trainers.optimizers import OPTIMIZERS
from trainers.pack import ModuleSpec, NetworkSpec, Pack, Target, TrialSpec
from trainers.schedules import Schedule

IRIS = load(DataSource("iris"))
SGD = (TrialSpec("sgd", {"learning_rate": 0.1}),)
FILE: dict[str, Any] = {"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}


def pack(**options: Any) -> Pack:
    return Pack(IRIS, SGD, **options)


FIELDS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], dict[str, Any]]]] = {
    # What is varied -> the class, and the keys of the file.
    "epochs": (lambda v: pack(epochs=v), lambda v: {"trainer": {"epochs": v}}),
    "weight_decay": (lambda v: pack(weight_decay=v), lambda v: {"trainer": {"weight_decay": v}}),
    "dtype": (lambda v: pack(dtype=v), lambda v: {"trainer": {"dtype": v}}),
    "backend": (lambda v: pack(backend=v), lambda v: {"trainer": {"backend": v}}),
    "validation": (lambda v: pack(validation=v), lambda v: {"data": {"name": "iris", "validation": v}}),
    "normalise": (lambda v: pack(normalise=v), lambda v: {"data": {"name": "iris", "normalise": v}}),
    "hidden": (lambda v: NetworkSpec((8, v)), lambda v: {"network": {"hidden": [8, v]}}),
    "activation": (lambda v: NetworkSpec((), v), lambda v: {"network": {"activation": v}}),
    "init": (lambda v: NetworkSpec((), "relu", v), lambda v: {"network": {"init": v}}),
    "module": (ModuleSpec, lambda v: {"network": {"module": v}, "trainer": {"backend": "torch"}}),
    "mode": (lambda v: Target("val_loss", v, 0.1), lambda v: {"metric": {"name": "val_loss", "mode": v}}),
    "value": (lambda v: Target("val_loss", "min", v), lambda v: {"trainer": {"target": v}}),
    "kind": (Schedule, lambda v: {"space": {"decay": {"kind": v, "rate": 0.5}}}),
    **{
        f"{kind} rate": (
            lambda v, kind=kind: Schedule(kind, rate=v),
            lambda v, kind=kind: {"space": {"decay": {"kind": kind, "rate": v}}},
        )
        for kind in ("inverse_time", "exponential", "inverse_sqrt", "staircase", "cosine", "one_cycle")
    },
    **{
        name: (
            lambda v, name=name: Schedule("inverse_time", rate=0.5, **{name: v}),
            lambda v, name=name: {"space": {"decay": {"kind": "inverse_time", "rate": 0.5, name: v}}},
        )
        for name in ("by", "interval", "start", "warmup")
    },
    **{
        name: (
            lambda v, name=name: Schedule("reduce_on_plateau", **{name: v}),
            lambda v, name=name: {"space": {"decay": {"kind": "reduce_on_plateau", name: v}}},
        )
        for name in ("patience", "threshold")
    },
    "boundaries": (
        lambda v: Schedule("staircase", boundaries=(2, v), values=(1.0, 0.5, 0.1)),
        lambda v: {"space": {"decay": {"kind": "staircase", "boundaries": [2, v], "values": [1.0, 0.5, 0.1]}}},
    ),
    "values": (
        lambda v: Schedule("staircase", boundaries=(2,), values=(1.0, v)),
        lambda v: {"space": {"decay": {"kind": "staircase", "boundaries": [2], "values": [1.0, v]}}},
    ),
    **{
        f"{name} {declared.name}": (
            lambda v, name=name, key=declared.name: TrialSpec(name, {"learning_rate": 0.1, key: v}),
            lambda v, name=name, key=declared.name: {"optimizers": {name: {"learning_rate": 0.1, key: v}}},
        )
        for name, optimizer in OPTIMIZERS.items()
        for declared in optimizer.hyperparameters
    },
}

VALUES = st.one_of(
    st.sampled_from([0, 1, -1, 0.0, 0.5, 1.0, -0.5, 2.5, 1e-9, 1e6, 10**6 + 1, 10**10, True, False]),
    st.sampled_from(
        ["Torch", "gelu", "float16", "bfloat16", "He", "Standard", "cosines", "maximum", "epochs", "", "x"]
    ),
    st.sampled_from([float("nan"), float("inf"), float("-inf")]),
    st.integers(-(10**12), 10**12),
    st.floats(-1e12, 1e12),
)


def of_the_file(folder: Path, keys: dict[str, Any]) -> list[str]:
    """The sentences with which the file is refused, without their places and keys."""
    path = folder / "case.yaml"
    path.write_text(yaml.safe_dump({**FILE, **keys}))
    try:
        load_config(path)
    except ConfigError as error:
        return [line.partition("` ")[2] for line in str(error).splitlines()]
    return []


def of_the_class(make: Callable[[Any], Any], value: Any) -> str | None:
    try:
        make(value)
    except ValueError as error:
        return str(error).partition("` ")[2]
    return None


def parts(sentence: str) -> tuple[str, str]:
    """The rule and the way out; between them a file shows YAML and Python its own spelling."""
    found = re.fullmatch(r"(.*?)(?:\. Received: .*?)?\. ((?:Give|Did|Leave|Sort|The first|Write) .*)", sentence)
    assert found, sentence
    return found[1], found[2]


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
def test_what_the_file_refuses_the_class_refuses_in_the_same_words(name: str, value: Any, tmp_path: Path) -> None:
    make, keys = FIELDS[name]
    file, python = of_the_file(tmp_path, keys(value)), of_the_class(make, value)
    if name == "module" and isinstance(value, str) and value:
        # A file's module is looked for too.
        return
    assert bool(file) == (python is not None), (file, python)
    is_of_the_other_kind = isinstance(value, str) and "number" in (python or "")
    if python is not None and not is_of_the_other_kind and "must be text" not in python:
        # Of quotes, too many or too few, a file says more; else both say the same.
        said = [parts(sentence) for sentence in file]
        rule, way_out = parts(python)
        assert (rule, way_out.replace("`backend='torch'`", "`trainer.backend: torch`")) in said


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("activation", "gelu", "must be one of relu, tanh, sigmoid"),
        ("backend", "Torch", "must be one of numpy, torch"),
        ("dtype", "float16", "must be one of float32, float64, bfloat16"),
        ("weight_decay", -1, "must be 0 or more"),
        ("interval", 0, "must be a whole number, 1 or more"),
        ("warmup", -1, "must be a whole number, 0 or more"),
        ("inverse_time rate", -1, "must be a number, 0 or more"),
    ],
)
def test_a_word_or_number_that_python_took_silently_is_refused(
    name: str, value: Any, rule: str, tmp_path: Path
) -> None:
    make, keys = FIELDS[name]
    python, (file,) = of_the_class(make, value), of_the_file(tmp_path, keys(value))
    assert python is not None
    assert parts(python)[0] == parts(file)[0] == rule
