"""What a user's own code may be called, and what is said when it is not there."""

from __future__ import annotations

import sys

import pytest

from trainers.errors import UserCodeError
from trainers.imports import import_attribute, make_importable, source_digest
from trainers.optimizers import OPTIMIZERS
from trainers.optimizers.registry import own_optimizer


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


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("own_code", "must name a module and what is in it"),
        ("own code:x", "must name a module and what is in it"),
        ("no_such_package.file:x", "cannot be imported (No module named 'no_such_package')"),
        ("own_code:valeu", "Did you mean `value`?"),
        ("own_code:zzz", "does not have. Received: own_code:zzz. Check the name."),
    ],
)
def test_what_is_not_there_is_one_sentence(own, path, sentence):
    own("value = 3")
    assert import_attribute("own_code:value") == 3
    with pytest.raises(UserCodeError) as raised:
        import_attribute(path)
    assert sentence in str(raised.value)


def test_a_module_that_is_not_python_is_said_to_be(own):
    own("value = = 3")
    with pytest.raises(UserCodeError, match="is not Python"):
        import_attribute("own_code:value")


def test_changed_code_has_another_digest(own):
    own("value = 3")
    before = source_digest("own_code:value")
    own("value = 3  # or so")
    assert source_digest("own_code:value") != before


def test_own_optimizers_are_found_by_name_and_are_none_of_the_names(own):
    own("from trainers.optimizers import Lion\nclass Tiger(Lion):\n    name = 'tiger'")
    path = "own_code:Tiger"
    assert OPTIMIZERS[path].name == "tiger"
    assert path not in list(OPTIMIZERS)
    with pytest.raises(KeyError):
        OPTIMIZERS["lionn"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mine = object()", "without name, hyperparameters, init, coefficients, update"),
        (
            "class mine:\n name, hyperparameters = 'm', ()\n init = coefficients = update = print",
            "`learning_rate` among",
        ),
        ("from trainers.optimizers import Adam as mine", "`name` that no other optimizer has"),
    ],
)
def test_what_is_no_optimizer_is_refused(own, text, sentence):
    own(text)
    with pytest.raises(UserCodeError) as raised:
        own_optimizer("own_code:mine", OPTIMIZERS)
    assert sentence in str(raised.value)
