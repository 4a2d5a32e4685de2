"""One of several names, or a count or a word: what is taken, and what is offered instead of another value."""

from __future__ import annotations

import pytest

from tests.sweep.config.conftest import GOOD


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("resources: {workers: 0}", "`resources.workers` must be a whole number, 1 or more, or auto. Received: 0."),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))
