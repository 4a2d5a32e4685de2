"""The network of a sweep: a dense one by its widths, or a module by its name."""

from __future__ import annotations

import pytest

from sweep.config.network import ModuleNetwork, NetworkConfig
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


def test_a_network_is_dense_unless_it_names_a_module(load):
    assert load(GOOD).network == NetworkConfig(hidden=(64,), activation="relu", init="he")
    assert load(GOOD, "network={hidden: [], init: xavier}").network == NetworkConfig(hidden=(), init="xavier")
    named = load(GOOD, "network={module: 'a.b:c', kwargs: {channels: 3}}", "trainer.backend=torch").network
    assert named == ModuleNetwork(module="a.b:c", kwargs={"channels": 3})


def test_a_module_is_for_torch_and_takes_no_widths(refusal):
    (told,) = refusal(GOOD + "network: {module: 'a.b:c'}")
    assert "`trainer.backend` must be torch for a network that is a `module`. Received: numpy. Give `trainer.b" in told
    (told,) = refusal(GOOD + "network: {module: 'a.b:c', hidden: [3]}\ntrainer: {backend: torch}")
    assert told.startswith("x.yaml:3:28: `network.hidden` ")
