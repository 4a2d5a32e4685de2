"""A configuration file, right and wrong: what is read, and each sentence that says what to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweep.config import SweepConfig, load_config
from sweep.config.schema import known_keys
from sweep.errors import ConfigError

GOOD = "data: {name: digits}\noptimizers: {sgd: {learning_rate: 0.1}}\n"


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load(text: str, *overrides: str) -> SweepConfig:
        Path("x.yaml").write_text(text, encoding="utf-8")
        return load_config("x.yaml", overrides)

    return load


@pytest.fixture
def refusal(load):
    def refusal(text: str, *overrides: str) -> list[str]:
        with pytest.raises(ConfigError) as refused:
            load(text, *overrides)
        return str(refused.value).splitlines()

    return refusal


def test_what_is_left_out_takes_its_default(load):
    config = load(GOOD)
    assert config.name == "x"
    assert config.experiment == "x"
    assert config.seeds == (0,)
    assert (config.metric.name, config.metric.mode) == ("val_loss", "min")
    assert config.trainer.epochs == 10
    assert config.resources.workers == "auto"


def test_a_better_accuracy_is_a_higher_one(load):
    assert load(GOOD + "metric: {name: val_accuracy}").metric.mode == "max"


def test_a_number_of_seeds_counts_from_zero(load):
    assert load(GOOD + "seeds: 3").seeds == (0, 1, 2)
    assert load(GOOD + "seeds: [7, 5]").seeds == (7, 5)


def test_a_synthetic_set_writes_its_defaults_out(load):
    data = load(GOOD, "data={name: spirals, examples: 30}").data
    assert (data.source.examples, data.source.noise, data.source.classes) == (30, 0.02, 2)


def test_a_file_of_the_user_is_named_by_its_path(load):
    source = load(GOOD, "data={path: houses.csv, target: price, task: regression}").data.source
    assert (source.path, source.target, source.task) == ("houses.csv", "price", "regression")


def test_an_optimizer_may_take_everything_from_what_is_shared(load):
    config = load("data: {name: iris}\noptimizers:\n  sgd:\n  adam: {}\nspace: {learning_rate: [0.1, 1e-3]}")
    assert [space.optimizer for space in config.spaces] == ["sgd", "adam"]
    assert all(space.domains["learning_rate"] == (0.1, 0.001) for space in config.spaces)


def test_what_an_optimizer_gives_itself_wins_over_what_is_shared(load):
    config = load(GOOD + "space: {learning_rate: 0.5, batch_size: 32}")
    assert config.spaces[0].domains == {"learning_rate": (0.1,), "batch_size": (32,)}


def test_the_flat_form_is_the_nested_form(load):
    flat = load("data: {name: iris}\noptimizer: [sgd, adam]\nlearning_rate: 0.1\nbeta1: [0.8, 0.9]\n")
    nested = load("data: {name: iris}\nspace: {optimizer: [sgd, adam], learning_rate: 0.1, beta1: [0.8, 0.9]}\n")
    assert flat.as_mapping() == nested.as_mapping()
    assert [space.optimizer for space in flat.spaces] == ["sgd", "adam"]


def test_overrides_win_over_the_file_and_the_last_over_the_first(load):
    config = load(GOOD, "trainer.epochs=5", "optimizers.sgd.learning_rate=[1e-2, 0.1]", "trainer.epochs=7")
    assert config.trainer.epochs == 7
    assert config.spaces[0].domains["learning_rate"] == (0.01, 0.1)


def test_an_override_can_name_what_the_file_leaves_out(load):
    config = load(GOOD, "optimizers.adam.learning_rate=0.01", "tracking.uri=http://a=b")
    assert [space.optimizer for space in config.spaces] == ["sgd", "adam"]
    assert config.tracking.uri == "http://a=b"


def test_the_complete_configuration_loads_again(load, tmp_path):
    text = """
data: {name: moons, noise: 0.3}
optimizers: {sgd: {learning_rate: [0.1, 1]}, adam:}
space:
  learning_rate: 0.01
  batch_size: [1, full]
  epochs: [2, 3]
  decay: [constant, {kind: staircase, boundaries: [1], values: [1, 0.5]}, {kind: exponential, rate: [0.5, 0.9]}]
seeds: [3, 4]
"""
    mapping = load(text).as_mapping()
    assert SweepConfig.model_validate(mapping).as_mapping() == mapping


def test_a_configuration_is_frozen(load):
    config = load(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        config.name = "other"


def test_places_of_later_errors_are_known(load):
    config = load(GOOD + "metric: {name: val_loss}")
    assert config.where("metric.name") == "x.yaml:3:16: "
    assert str(config.error("beta1", "is wrong.")) == "x.yaml:1:1: `beta1` is wrong."


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("trainer: {epoch: 5}", "x.yaml:3:11: `trainer.epoch` is not a known key. Did you mean `trainer.epochs`?"),
        (
            "trainer: {batchsize: 5}",
            "x.yaml:3:11: `trainer.batchsize` is not a known key. Did you mean `space.batch_size`?",
        ),
        ("trianer: {}", "x.yaml:3:1: `trianer` is not a known key. Did you mean `trainer`?"),
        (
            "network: {zzz: 1}",
            "x.yaml:3:11: `network.zzz` is not a known key. `network` takes hidden, activation, init, module, kwargs.",
        ),
        ("trainer: 5", "x.yaml:3:10: `trainer` must be a section of keys and values. Received: 5."),
        ("trainer: {epochs: five}", "x.yaml:3:19: `trainer.epochs` must be a whole number. Received: five."),
        (
            "trainer: {epochs: true}",
            "`trainer.epochs` must be a whole number. Received: true. Give a value such as 10.",
        ),
        ("trainer: {epochs: 1e1}", "`trainer.epochs` must be a whole number. Received: 10.0."),
        ("trainer: {epochs: 0}", "`trainer.epochs` must be 1 or more. Received: 0."),
        ("trainer: {epochs:}", "`trainer.epochs` must be a whole number. Received: null."),
        ("trainer: {weight_decay: .inf}", "`trainer.weight_decay` must be a finite number. Received: .inf."),
        ("trainer: {dtype: float16}", "`trainer.dtype` must be one of float32, float64, bfloat16. Received: float16."),
        (
            "trainer: {dtype: bfloat16}",
            "`trainer.dtype` must be float32 or float64 for the backend numpy. Received: bfloat16. Give float32, or",
        ),
        ("trainer: {stop_at_target: true}", "`trainer.stop_at_target` needs `trainer.target`, which is not given."),
        ("network: {hidden: [64, 0]}", "x.yaml:3:24: `network.hidden` must be 1 or more. Received: 0."),
        ("network: {hidden: 64}", "`network.hidden` must be a list. Received: 64. Give a value such as [64]."),
        ("network: {activation: rleu}", "Received: rleu. Did you mean `relu`?"),
        ("metric: {name: val_acuracy}", "Received: val_acuracy. Did you mean `val_accuracy`?"),
        (
            "metric: {name: val_r2}",
            "x.yaml:3:16: `metric.name` must suit the data, which is for classification. Received: val_r2.",
        ),
        ("seeds: 0", "x.yaml:3:8: `seeds` must be a number of seeds, 1 or more, or a list"),
        ("seeds: [1, 1]", "`seeds` must hold different numbers. Received: [1, 1]."),
        ("seeds: [1, -1]", "x.yaml:3:12: `seeds` must hold whole numbers, 0 or more. Received: -1."),
        ("seeds: true", "Received: true."),
        (
            "tracking: {store: sqlite:///a.db}",
            "`tracking.store` must start with postgresql://. Received: sqlite:///a.db.",
        ),
        (
            "tracking: {store: 'postgresql://ada:secret@db/mlflow'}",
            "`tracking.store` must not hold a password, as the configuration is kept. "
            "Received: postgresql://ada:***@db/mlflow. Put it into the variable PGPASSWORD or into ~/.pgpass.",
        ),
        ("tracking: {points: 5}", "`tracking.points` must be"),
        ("resources: {workers: 0}", "`resources.workers` must be a whole number, 1 or more, or auto. Received: 0."),
        ("name: a/b", "x.yaml:3:7: `name` must begin with a letter or digit"),
        ("results: ''", "`results` must not be empty. Received: ''."),
        ("search: {method: rando}", "`search.method` must be one of grid. Received: rando."),
        (
            "space: {batch_size: 0}",
            "`space.batch_size` must be a whole number, 1 or more, or full, or auto. Received: 0.",
        ),
        ("space: {batch_size: ful}", "Received: ful. Did you mean `full`?"),
        ("space: {batch_size: []}", "x.yaml:3:21: `space.batch_size` must not be an empty list. Received: []."),
        (
            "space: {decay: linear}",
            "`space.decay` must be one of constant, inverse_time, exponential, inverse_sqrt, staircase, cosine,",
        ),
        (
            "space: {decay: exponential}",
            "`space.decay` needs a rate for exponential. Write such as `decay: {kind: exponential, rate: 0.5}`",
        ),
        (
            "space: {decay: {kind: exponential, rate: 2}}",
            "x.yaml:3:42: `space.decay.rate` must lie in (0, 1] for the decay",
        ),
        ("space: {decay: {kind: constant, rate: 1}}", "`space.decay.rate` is not used by this constant decay"),
        ("space: {decay: {kind: staircase, values: [1, 2]}}", "`space.decay.values` is given without `boundaries`."),
        (
            "space: {decay: {kind: staircase, boundaries: [5, 5], values: [1, 2, 3]}}",
            "`space.decay.boundaries` must increase. Received: [5, 5].",
        ),
        (
            "space: {decay: {kind: staircase, boundaries: [5], values: [1, 2, 3]}}",
            "`space.decay.values` must have one entry more than `boundaries`, which has 1.",
        ),
        ("decay: exponential\ndecay_rate: 2", "x.yaml:4:13: `decay_rate` must lie in (0, 1] for the decay exponential"),
        ("space: {epochs: 3}\ntrainer: {epochs: 4}", "`space.epochs` is given, and so is `trainer.epochs`."),
        ("optimizer: [adam]", "x.yaml:3:1: `optimizer` is given, and so is `optimizers`. Keep one of the two."),
        ("beta1: 0.5\nspace: {beta1: 0.5}", "x.yaml:3:1: `beta1` is given, and so is `space`, which may hold it."),
        ("beta1: 1.5", "x.yaml:3:8: `beta1` must lie in [0, 1). Received: 1.5. Give a value such as 0.9."),
        (
            "weight_decay: 0.1",
            "x.yaml:3:1: `weight_decay` is decoupled and for adamw and lion, of which none is compared.",
        ),
        ("betta1: 0.5", "x.yaml:3:1: `betta1` is not a known key. Did you mean `space.beta1`?"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        (
            "{adam: {learning_rate: 0.1, beta1: 1.5}}",
            "x.yaml:2:48: `optimizers.adam.beta1` must lie in [0, 1). Received: 1.5.",
        ),
        ("{adam: {learning_rate: 0.1, beta2: 1}}", "`optimizers.adam.beta2` must lie in [0, 1). Received: 1."),
        ("{adam: {learning_rate: 0.1, beta2: -0.1}}", "Received: -0.1. Give a value such as 0.999."),
        ("{adam: {learning_rate: 0}}", "`optimizers.adam.learning_rate` must lie in (0, inf). Received: 0."),
        ("{adam: {learning_rate: [0.1, -1]}}", "x.yaml:2:42: `optimizers.adam.learning_rate` must lie in (0, inf)."),
        ("{adam: {learning_rate: [.nan]}}", "Received: .nan."),
        ("{adam: {learning_rate: .inf}}", "Received: .inf."),
        ("{adam: {learning_rate: true}}", "Received: true."),
        ("{adam: {learning_rate:}}", "Received: null."),
        ("{adam: {learning_rate: 1e-3x}}", "Received: 1e-3x."),
        ("{adam: {learning_rate: []}}", "`optimizers.adam.learning_rate` must not be an empty list."),
        (
            "{adam: {beta1: 0.9}}",
            "`optimizers.adam.learning_rate` is needed. Give a value such as 0.01, there or for all",
        ),
        (
            "{sgd: {learning_rate: 1, beta1: 0}}",
            "`optimizers.sgd.beta1` is not a hyperparameter of sgd, which takes learning_rate.",
        ),
        ("{adamm: {learning_rate: 1}}", "`optimizers.adamm` is not a known optimizer. Did you mean `adam`?"),
        ("[adam, sgd]", "x.yaml:2:13: `optimizers` must be a section of keys and values. Received: [adam, sgd]."),
        ("{}", "`optimizers` must name an optimizer or more."),
        (
            "{adam: {learning_rate: {log_uniform: [0.001, 0.1]}}}",
            "must be a value or a list of values, as `search.method` is grid. Received: {log_uniform: [0.001, 0.1]}.",
        ),
        ("{adam: {learning_rate: {log_uniform: [0.1, 0.1]}}}", "must have its lowest value first, below the highest."),
        ("{adam: {learning_rate: {log_uniform: 0.1}}}", "must be a list of the lowest and the highest value."),
        (
            "{adam: {learning_rate: {normal: [0, 1]}}}",
            "one of the distributions uniform, log_uniform, one_minus_log_uniform.",
        ),
        (
            "{adam: {learning_rate: 1, epsilon: {log_uniform: [0, 1]}}}",
            "must begin above 0, where the logarithm exists.",
        ),
    ],
)
def test_each_mistake_in_an_optimizer_is_one_sentence(refusal, space, sentence):
    (told,) = refusal(f"data: {{name: digits}}\noptimizers: {space}\n")
    assert sentence in told


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{name: digts}", "x.yaml:1:14: `data.name` must be one of digits, breast_cancer, wine"),
        ("{name: digts}", "Did you mean `digits`?"),
        ("{name: digits, noise: 1}", "x.yaml:1:22: `data.noise` is not for the data set digits. Leave it out."),
        ("{name: digits, path: x.csv}", "`data.name` is not for the data of a file, which has a `data.path`."),
        ("{name: moons, classes: 3}", "`data.classes` must be 2 for moons. Received: 3."),
        (
            "{name: blobs, classes: 9, examples: 17}",
            "`data.examples` must be 18 or more, two for each class. Received: 17.",
        ),
        ("{name: digits, validation: 1}", "`data.validation` must be below 1. Received: 1."),
        ("{name: digits, validation: 0}", "`data.validation` must be above 0. Received: 0."),
        ("{}", "`data.name` is needed. Give a value such as digits, or a file as `data.path`."),
        ("null", "`data` must be a section of keys and values. Received: null. Give a value such as {name: digits}."),
    ],
)
def test_each_mistake_in_the_data_is_one_sentence(refusal, data, sentence):
    (told,) = refusal(f"data: {data}\noptimizers: {{sgd: {{learning_rate: 1}}}}\n")
    assert sentence in told


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file(refusal):
    told = refusal("seeds: 0\noptimizers: {adam: {beta1: [2, 3]}, sgd:}\ntrainer: {epochs: 0}\nwibble: 1\n")
    assert [line.partition(": ")[0] for line in told] == [
        "x.yaml:1:1",
        "x.yaml:1:8",
        "x.yaml:2:29",
        "x.yaml:2:32",
        "x.yaml:3:19",
        "x.yaml:4:1",
    ]


def test_what_the_flat_form_lacks_is_told_once(refusal):
    (told,) = refusal("data: {name: iris}\noptimizer: [sgd, adam]\n")
    assert "`space.learning_rate` is needed. Give a value such as 0.01." in told


def test_a_wrong_shared_value_is_reported_once_and_not_once_per_optimizer(refusal):
    told = refusal("data: {name: iris}\noptimizer: [sgd, adam]\nlearning_rate: {uniform: [0.1, 1]}\n")
    assert len(told) == 1


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("trainer.epochs=x", "override `trainer.epochs=x`: `trainer.epochs` must be a whole number. Received: x."),
        (
            "trainer.epcohs=5",
            "override `trainer.epcohs=5`: `trainer.epcohs` is not a known key. Did you mean `trainer.epochs`?",
        ),
        ("trainer.epochs", "override `trainer.epochs`: it must be a dotted key, `=` and a value."),
        ("=5", "it must be a dotted key, `=` and a value."),
        ("data.name.x=3", "override `data.name.x=3`: `data.name` is a value and has no keys."),
        ("seeds=[1", "override `seeds=[1`: this is not valid YAML"),
        (
            "optimizers.adam.beta1=0.5",
            "override `optimizers.adam.beta1=0.5`: `optimizers.adam.learning_rate` is needed.",
        ),
    ],
)
def test_a_wrong_override_is_told_as_one(refusal, override, sentence):
    (told,) = refusal(GOOD, override)
    assert sentence in told


NONSENSE = [
    "null",
    "true",
    "x",
    "-1",
    ".nan",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "1" + "0" * 400,
    "{a: b}",
    "{uniform: [0, x]}",
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_no_nonsense_anywhere_ends_in_anything_but_our_sentences(load, nonsense):
    for key in known_keys():
        try:
            load(GOOD, f"{key}={nonsense}")
        except ConfigError as error:
            for line in str(error).splitlines():
                assert line.startswith(("override `", "x.yaml:"))
                assert not any(jargon in line for jargon in ("Input should", "validation error", "[type=", "tuple"))
