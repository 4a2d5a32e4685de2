"""What a message offers as a way out is accepted when it is followed."""

from __future__ import annotations

import re

import pytest

from sweep.config import load_config
from sweep.config.schema import known_keys
from sweep.errors import ConfigError

MOONS = "data: {name: moons}\noptimizers: {adam: {learning_rate: 0.1}}\n"
FILE = "data: {path: x.csv, target: y}\noptimizers: {adam: {learning_rate: 0.1}}\n"
MODULE = "data: {module: 'a:b'}\nnetwork: {module: 'a:b'}\ntrainer: {backend: torch}\noptimizers: {sgd: {}}\n"
WRONG = ("[[]]", "[[a]]", "-7", "1e30", "x", "'5'", "''", "{a: b}", "{1: 2}", "true", "null", ".nan", "2024-01-01")


def lines_of(folder, text, override):
    path = folder / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        load_config(path, [override])
    except ConfigError as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize("text", [MOONS, FILE, MODULE], ids=["moons", "file", "module"])
def test_a_value_that_is_offered_is_taken(tmp_path, text):
    followed = set()
    # The spaces of all optimizers are made alike.
    keys = [key for key in known_keys() if not key.startswith("optimizers.") or key.startswith("optimizers.adam.")]
    for key in keys:
        for wrong in WRONG:
            for line in lines_of(tmp_path, text, f"{key}={wrong}"):
                offer = re.search(rf"`{re.escape(key)}` must .*Give (?:a value|one) such as (.*)\.$", line)
                if offer is None:
                    continue
                followed.add(key)
                rule = line.partition("` ")[2].partition(" Received:")[0]
                again = lines_of(tmp_path, text, f"{key}={offer[1]}")
                assert not [told for told in again if rule in told], (line, again)
    assert len(followed) > 30


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("report=yes", "`report` must be true or false. Received: yes. Write true."),
        ("tracking.enabled=Off", "Received: Off. Write false."),
        (
            "optimizers.sgd.momentum=0.9",
            "`optimizers.sgd.momentum` is not a hyperparameter of sgd. The optimizers momentum (an average of the "
            "gradients), heavy_ball (as in torch.optim.SGD) and nesterov take it as `beta1`.",
        ),
        ("seeds=[9223372036854775808]", "`seeds` must hold whole numbers up to 9223372036854775807."),
        ("seeds=1000001", "`seeds` must be a number of seeds up to 1,000,000. Received: 1000001."),
        (
            "seeds={selection: [9223372036854775807], report: 1}",
            "`seeds.report` must leave room below 9223372036854775807 for the seeds that follow. Received: 1.",
        ),
    ],
)
def test_the_sentence(tmp_path, override, sentence):
    told = lines_of(tmp_path, MOONS, override)
    assert any(sentence in line for line in told), told
