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
