"""Arrays that a user's own function returns become a data set, and anything else is refused in one sentence."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.errors import DataError, UserCodeError
from trainers.imports import make_importable


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Write a module ``own_code`` and let it be imported."""
    monkeypatch.setattr(sys, "path", [*sys.path])

    def write(text):
        sys.modules.pop("own_code", None)
        (tmp_path / "own_code.py").write_text(text)
        make_importable(str(tmp_path))

    yield write
    sys.modules.pop("own_code", None)


def test_own_arrays_become_a_data_set(own):
    own("import numpy as np\ndef load(n):\n    return np.arange(2.0 * n).reshape(n, 2), np.arange(n) % 3")
    loaded = load(DataSource(module="own_code:load", kwargs={"n": 6}))
    assert loaded.task == "multiclass"
    assert loaded.targets.tolist() == [0, 1, 2, 0, 1, 2]
    np.testing.assert_array_equal(loaded.inputs[1], [2.0, 3.0])


@pytest.mark.parametrize(
    ("targets", "task", "expected", "classes"),
    [
        # A hundred labels are amounts unless they are said to be classes, and few are classes unless said otherwise.
        ("np.arange(300) % 100", "auto", "regression", 0),
        ("np.arange(300) % 100", "classification", "multiclass", 100),
        ("(np.arange(300) % 100).astype(float)", "classification", "multiclass", 100),
        ("np.arange(300) % 5 + 1", "auto", "multiclass", 5),
        ("np.arange(300) % 5 + 1", "regression", "regression", 0),
        ("np.array(['ja', 'nein'] * 150, dtype=object)", "auto", "binary", 2),
        ("['ja', 'nein', 'None'] * 100", "auto", "multiclass", 3),
    ],
)
def test_the_task_of_own_arrays_follows_from_the_targets_unless_it_is_said(own, targets, task, expected, classes):
    own(f"import numpy as np\ndef load():\n    return np.arange(600.0).reshape(300, 2), {targets}")
    loaded = load(DataSource(module="own_code:load", task=task))
    assert (loaded.task, len(loaded.classes)) == (expected, classes)


def test_one_hot_targets_of_a_module_say_argmax(own):
    own("import numpy as np\ndef load():\n    return np.arange(12.0).reshape(6, 2), np.eye(3)[[0, 1, 2] * 2]")
    with pytest.raises(DataError, match=r"its rows are one-hot\. .*Take `targets\.argmax\(axis=1\)`"):
        load(DataSource(module="own_code:load", task="classification"))


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("load = 3", UserCodeError, "must name a function"),
        ("def load(n): return n", UserCodeError, "takes the `kwargs`"),
        ("def load(): return 3", DataError, "must return two arrays (inputs, targets), a pandas"),
    ],
)
def test_what_loads_no_data_is_refused(own, text, error, sentence):
    own(text)
    with pytest.raises(error) as raised:
        load(DataSource(module="own_code:load"))
    assert sentence in str(raised.value)


def test_a_named_data_set_takes_no_column():
    with pytest.raises(DataError, match="`target` applies to a file or a module alone"):
        load(DataSource(name="iris", target="x"))
