"""The space of a network's sweep may be a union, whose parts each have their own values."""

from __future__ import annotations

from tests.sweep.config.conftest import GOOD


def test_every_part_of_a_union_needs_an_optimizer(load, refusal):
    text = "data: {name: iris}\n"
    union = "[{optimizer: sgd, learning_rate: [0.1, 0.2]}, {optimizer: [sgd, adam], learning_rate: 0.01}]"
    spaces = load(text, f"space={union}").spaces
    assert [(space.optimizer, space.domains["learning_rate"]) for space in spaces] == [
        ("sgd", (0.1, 0.2)),
        ("sgd", (0.01,)),
        ("adam", (0.01,)),
    ]
    (told,) = refusal(text, "space=[{optimizer: sgd, learning_rate: 0.1}, {learning_rate: 0.2}]")
    assert "`space` must name an optimizer or more." in told
    second = "space:\n  - {optimizer: sgd, learning_rate: 0.1}\n  - {optimizer: adam}\n"
    (told,) = refusal(text + second)
    assert told.startswith("x.yaml:4:5: `space.learning_rate` is needed.")


def test_each_part_is_combined_with_the_optimizers(load):
    spaces = load(
        GOOD + "space: [{batch_size: [16, 32]}, {batch_size: full, decay: exponential, decay_rate: 0.9}]\n"
    ).spaces
    assert [(space.optimizer, space.domains["batch_size"]) for space in spaces] == [
        ("sgd", (16, 32)),
        ("sgd", ("full",)),
    ]
    assert all(space.domains["learning_rate"] == (0.1,) for space in spaces)
    assert [space.decays is None for space in spaces] == [True, False]
