"""Names from other tools lead to the keys here."""

from __future__ import annotations

import pytest

from sweep.config import load_config
from sweep.config.schema import known_keys
from sweep.config.synonyms import KEYS, OPTIMIZERS
from sweep.errors import ConfigError
from trainers import optimizers

HEAD = "data: {name: digits}\noptimizers: {adam: {learning_rate: 0.1}}\n"


@pytest.mark.parametrize("name", sorted(KEYS))
def test_each_leads_to_a_key_that_exists(tmp_path, name):
    path = tmp_path / "sweep.yaml"
    path.write_text(f"{HEAD}{name}: 1\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    found = str(raised.value).partition("Did you mean `")[2].partition("`")[0]
    assert found in known_keys()
    assert found == KEYS[name] or found.endswith(f".{KEYS[name]}")


def test_none_of_them_is_a_key_here():
    here = {key.rpartition(".")[2] for key in known_keys() if not key.startswith("optimizers.")}
    assert not here & set(KEYS)


def test_each_optimizer_leads_to_one_that_exists(tmp_path):
    assert set(OPTIMIZERS.values()) <= set(optimizers.OPTIMIZERS)
    assert not set(OPTIMIZERS) & set(optimizers.OPTIMIZERS)
    path = tmp_path / "sweep.yaml"
    path.write_text("data: {name: digits}\noptimizers: {gd: {learning_rate: 0.1}}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"`optimizers\.gd` is not a known optimizer\. Did you mean `sgd`\?"):
        load_config(path)


def test_the_section_at_hand_is_preferred(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text("data: {name: digits}\noptimizers: {adam: {lr: 0.1, learning_rate: 1}}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"Did you mean `optimizers\.adam\.learning_rate`\?"):
        load_config(path)
