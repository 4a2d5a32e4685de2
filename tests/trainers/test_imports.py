"""What a user's own code may be called, and what is said when it is not there."""

from __future__ import annotations

import pytest

from trainers.errors import UserCodeError
from trainers.imports import import_attribute, source_digest


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
