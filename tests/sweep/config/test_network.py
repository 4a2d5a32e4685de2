"""The network of a sweep: a dense one by its widths, or a module by its name."""

from __future__ import annotations

import pytest

from tests.sweep.config.conftest import GOOD


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("network: {hidden: [64, 0]}", "x.yaml:3:24: `network.hidden` must be 1 or more. Received: 0."),
        ("network: {hidden: 64}", "`network.hidden` must be a list. Received: 64. Give a value such as [64]."),
        ("network: {activation: rleu}", "Received: rleu. Did you mean `relu`?"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))
