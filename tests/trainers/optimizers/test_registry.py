"""Optimizers of the user's own are found by name, and what is none is refused in a sentence."""

from __future__ import annotations

import pytest

from trainers.errors import UserCodeError
from trainers.optimizers import OPTIMIZERS
from trainers.optimizers.registry import own_optimizer


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
