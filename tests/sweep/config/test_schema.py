"""The JSON schema: what editors complete, and that it says the same as the program."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from sweep.config import json_schema
from trainers.optimizers import OPTIMIZERS

CONFIGS = Path(__file__).parents[3] / "configs"


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json_schema())


def test_the_shipped_schema_is_the_generated_one():
    assert json.loads((CONFIGS / "sweep.schema.json").read_text(encoding="utf-8")) == json_schema()


SHIPPED = sorted(path for folder in (CONFIGS, CONFIGS.parent / "examples") for path in folder.glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_sweep_file_fits_the_schema(validator, path):
    validator.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_hyperparameters_of_an_optimizer_of_ones_own_are_numbers(validator):
    head = {"data": {"name": "digits"}}
    path = "my_package.opt:mine"
    validator.validate({**head, "optimizers": {path: {"learning_rate": [0.1, 1], "warmth": {"uniform": [0, 1]}}}})
    validator.validate({**head, "optimizers": {path: None}})
    assert list(validator.iter_errors({**head, "optimizers": {path: {"warmth": "high"}}}))
    assert list(validator.iter_errors({**head, "optimizers": {path: {"batch_size": 0}}}))


def test_every_optimizer_and_each_of_its_hyperparameters_is_offered_with_a_description():
    definitions = json_schema()["$defs"]
    offered = definitions["Optimizers"]["properties"]
    assert list(offered) == list(OPTIMIZERS)
    for name, optimizer in OPTIMIZERS.items():
        assert offered[name]["description"]
        space = definitions[offered[name]["anyOf"][0]["$ref"].rpartition("/")[2]]
        for declared in optimizer.hyperparameters:
            assert declared.interval in space["properties"][declared.name]["description"]


def test_every_section_and_key_has_a_description():
    schema = json_schema()
    for definition in (schema, *schema["$defs"].values()):
        for name, described in definition["properties"].items():
            assert "description" in described or "$ref" in described, name


@pytest.mark.parametrize(
    "wrong",
    [
        {"optimizers": {"adam": {"beta1": 1.5}}},
        {"optimizers": {"sgd": {"beta1": 0.5}}},
        {"optimizers": {"adamm": {}}},
        {"space": {"batch_size": 0}},
        {"beta1": [0.5, 1.0]},
        {"data": {"name": "digits", "noise": 1}},
        {"search": {"method": "guess"}},
        {"trainer": {"epoch": 3}},
        {"seeds": []},
    ],
    ids=str,
)
def test_editors_mark_what_the_program_refuses(validator, wrong):
    assert list(validator.iter_errors({"data": {"name": "digits"}, **wrong}))


def test_the_flat_form_fits_the_schema(validator):
    validator.validate({"data": {"name": "moons", "noise": 0.1}, "optimizer": ["sgd", "adam"], "beta1": [0.5, 0.9]})


def test_editors_complete_dotted_keys_and_unions_of_our_networks(validator):
    head = {"data": {"name": "digits"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}
    validator.validate({**head, "space": {"network.hidden": [[8], [16]], "trainer.weight_decay": 0.1}})
    validator.validate({**head, "space": [{"network.hidden": [[8]]}, {"batch_size": [16, "full"]}]})
    assert list(validator.iter_errors({**head, "space": {"model.width": 8}}))
    assert list(validator.iter_errors({**head, "space": [{"batch_size": 0}]}))
