"""Dotted keys of the file vary in a space like any hyperparameter, each value by the rules of its section."""

from __future__ import annotations

import pytest
import yaml

from sweep.config.dumping import as_yaml
from sweep.records import Choice
from tests.sweep.config.conftest import GOOD


def test_lists_have_labels_and_numbers_are_those_of_the_section(load):
    (space,) = load(GOOD, "space={network.hidden: [[64], []], trainer.weight_decay: [0, 0.1]}").spaces
    hidden = space.domains["network.hidden"]
    assert [(str(value), value.value) for value in hidden] == [("[64]", [64]), ("[]", [])]
    assert all(isinstance(value, Choice) for value in hidden)
    assert space.domains["trainer.weight_decay"] == (0.0, 0.1)
    assert type(space.domains["trainer.weight_decay"][0]) is float


def test_a_dotted_key_of_the_command_line_is_one_key(load):
    config = load(
        GOOD, "space.network.hidden=[[8],[16]]", "space.decay={kind: exponential, rate: 0.9}", "space.decay.rate=0.5"
    )
    assert [value.value for value in config.spaces[0].domains["network.hidden"]] == [[8], [16]]
    (decay,) = config.spaces[0].decays
    assert decay.rate == (0.5,)
    own = "trainer: {function: 'm:train'}\nmetric: {name: loss}\nspace: {model.width: 4}\n"
    assert load(own, "space.model.width=[1,2]").space.parts == ({"model.width": (1, 2)},)


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        (
            "{network.hidden: [[8], [16, 0]]}",
            "`space.network.hidden` must be 1 or more. Received: 0. Give a value such as",
        ),
        ("{network.hidden: [8]}", "`space.network.hidden` must be a list. Received: 8. Give a value such as [64]."),
        (
            "{network.activation: [rely]}",
            "`space.network.activation` must be one of relu, tanh, sigmoid. Received: rely.",
        ),
        ("{network.hiden: [[8]]}", "`space.network.hiden` is not a known key. Did you mean `network.hidden`?"),
        ("{network.kwargs.width: 8}", "`space.network.kwargs.width` is not a known key."),
        ("{trainer.epochs: [5, 10]}", "`space.trainer.epochs` is called `epochs` in a space. Give `space.epochs`."),
        ("{trainer.backend: [numpy, torch]}", "`space.trainer.backend` must be the same for all trials of a sweep."),
        ("{trainer.dtype: bfloat16}", "`space.trainer.dtype` must be float32 or float64 for the backend numpy."),
        ("{data.validation: [0.1, 1.5]}", "`space.data.validation` must be below 1. Received: 1.5."),
        (
            "{data.noise: 1}",
            "`space.data.noise` is not a known key. Known: data.validation, data.test, data.normalise, data.augment, data.name.",
        ),
        ("{trainer.weight_decay: {log_uniform: [0.1, 1]}}", "as `search.method` is grid. Received: {log_uniform:"),
        ("{network: {hidden: [8]}}", "`space.network` is a section of the file. Name a key of it with a dot, such as"),
        ("[{model.width: 8}]", "`space.model.width` is not a known key. Known: network.hidden, network.activation,"),
        ("[{learning_rat: 1}, {beta1: 3}]", "`space.learning_rat` is not a known key. Did you mean"),
        ("[{learning_rate: 1}, 4]", "`space` must be a section of keys and values, or a list of such. Received: 4."),
    ],
)
def test_each_mistake_is_one_sentence_with_the_key_of_the_space(refusal, space, sentence):
    told = refusal(GOOD, f"space={space}")
    assert sentence in told[0]


def test_the_place_of_a_wrong_value_is_its_own(refusal):
    text = GOOD + "space:\n  - {network.hidden: [[8]]}\n  - network.hidden: [[8],\n      [16, x]]\n"
    assert refusal(text) == [
        "x.yaml:6:12: `space.network.hidden` must be a whole number. Received: x. Give a value such as [64]."
    ]


def test_a_part_of_a_union_without_a_key_has_the_value_of_the_section(load):
    first, second, third = load(
        GOOD + "network: {hidden: [32, 16]}\n",
        "space=[{network.hidden: [[8]]}, {trainer.weight_decay: 0.1}, {network.hidden: [[1, 2, 3, 4, 5, 6]]}]",
    ).spaces
    assert [space.domains["network.hidden"][0].value for space in (first, second, third)] == [
        [8],
        [32, 16],
        [1, 2, 3, 4, 5, 6],
    ]
    # Labels that MLflow would cut are numbered, the same in all parts.
    assert [str(space.domains["network.hidden"][0]) for space in (first, second, third)] == [
        "1: [8]",
        "2: [32,16]",
        "3: [1,2,3,4,5,6]",
    ]
    assert [space.domains["trainer.weight_decay"] for space in (first, second, third)] == [(0.0,), (0.1,), (0.0,)]


def test_an_argument_of_a_module_that_the_file_does_not_give_varies_too(load):
    text = "data: {name: iris}\nnetwork: {module: 'm:net', kwargs: {width: 4}}\ntrainer: {backend: torch}\n"
    text += "optimizers: {sgd: {learning_rate: 0.1}}\n"
    first, second = load(text, "space=[{network.kwargs.width: [8, 16]}, {network.kwargs.drop: [null, 0.5]}]").spaces
    assert first.domains["network.kwargs.width"] == (8, 16)
    assert "network.kwargs.drop" not in first.domains
    assert second.domains["network.kwargs.width"] == (4,)
    assert [getattr(value, "value", value) for value in second.domains["network.kwargs.drop"]] == [None, 0.5]


@pytest.mark.parametrize(
    "space",
    [
        "{network.hidden: [[8], [16, 16]], batch_size: 32}",
        "{network.hidden: [[8]]}",
        "[{learning_rate: [0.1, 0.2]}, {trainer.weight_decay: {range: [0, 0.2, 0.1]}, learning_rate: 0.3}]",
    ],
)
def test_what_is_written_is_the_same_sweep(load, space):
    config = load(GOOD, f"space={space}")
    again = load(as_yaml(config))
    assert [space.domains for space in again.spaces] == [space.domains for space in config.spaces]
    assert yaml.safe_load(as_yaml(again)) == yaml.safe_load(as_yaml(config))


def test_a_condition_compares_a_list_with_its_text_and_ignores_its_label(load):
    config = load(GOOD, "space.network.hidden=[[8],[128,128,64]]", "where=[\"network.hidden == '[128, 128,64]'\"]")
    (condition,) = config.conditions
    hidden = config.spaces[0].domains["network.hidden"]
    assert str(hidden[1]) == "2: [128,128,64]"
    assert [condition.holds({"network.hidden": value}) for value in hidden] == [False, True]


def test_a_dotted_key_has_a_role(load):
    config = load(GOOD, "space.network.activation=[tanh,relu]", "roles={scientific: network.activation}")
    assert config.scientific == "network.activation"
