"""Roles and seeds are read as a user writes them, and each mistake gets one sentence."""

from __future__ import annotations

import pytest

from sweep.config import load_config
from sweep.errors import ConfigError

SWEEP = "data: {name: iris}\noptimizers: {sgd: {learning_rate: [0.1, 0.2]}, adam: {learning_rate: 0.01}}\n"


@pytest.fixture
def load(tmp_path):
    def load(text: str):
        path = tmp_path / "x.yaml"
        path.write_text(SWEEP + text)
        return load_config(path)

    return load


@pytest.mark.parametrize(
    ("seeds", "selection", "report"),
    [
        ("3", (0, 1, 2), ()),
        ("[4, 2]", (4, 2), ()),
        ("{selection: 3, report: 2}", (0, 1, 2), (3, 4)),
        ("{selection: [5, 2], report: 2}", (5, 2), (6, 7)),
        ("{selection: 2, report: [9, 7]}", (0, 1), (9, 7)),
    ],
)
def test_report_seeds_follow_those_that_pick(load, seeds, selection, report):
    config = load(f"seeds: {seeds}")
    assert (config.selection_seeds, config.report_seeds) == (selection, report)


def test_the_resolved_configuration_gives_the_same_seeds_and_roles_again(load, tmp_path):
    from sweep.config.dumping import as_yaml

    config = load("seeds: {selection: [5, 2], report: 2}\nroles: {nuisance: [learning_rate], budget: any}")
    (tmp_path / "again.yaml").write_text(as_yaml(config))
    again = load_config(tmp_path / "again.yaml")
    assert (again.seeds, again.roles) == (config.seeds, config.roles)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "seeds: {selection: 3, report: [2, 9]}",
            "x.yaml:3:31: `seeds.report` must hold seeds that `seeds.selection` does not, or the report is not fresh. "
            "Received: [2]. Drop 2 from one of the two.",
        ),
        ("seeds: {selection: 0, report: 2}", "`seeds.selection` must be a number of seeds, 1 or more, or a list"),
        ("seeds: {selection: 1, report: x}", "x.yaml:3:31: `seeds.report` must be a number of seeds, 1 or more"),
        ("seeds: {selection: 1}", "`seeds.report` is needed."),
        ("seeds: {selektion: 1, report: 2}", "`seeds.selektion` is not a known key. Did you mean `seeds.selection`?"),
        ("roles: {scientific: wibble}", "`roles.scientific` must be a hyperparameter of the sweep, one of optimizer,"),
        (
            "roles: {nuisance: [learning_rate, optimizer]}",
            "`roles.nuisance` must not repeat what `roles.scientific` holds. Received: optimizer. "
            "Give each hyperparameter one role.",
        ),
        ("roles: {budget: most}", "`roles.budget` must be one of any, equal. Received: most."),
        ("roles: {fixed: batch_size}", "`roles.fixed` must be a list. Received: batch_size."),
    ],
)
def test_a_mistake_is_told_in_one_sentence(load, text, said):
    with pytest.raises(ConfigError) as refused:
        load(text)
    assert said in str(refused.value)
