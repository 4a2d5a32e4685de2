"""A file that a sweep names lies in the working folder or else beside the sweep's file, and `~` is expanded once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config import SweepConfig, load_config
from sweep.driver.prepare import prepare
from sweep.errors import ConfigError
from sweep.system.locations import with_home

ROWS = "x,y\n" + "".join(f"{row},{'ab'[row % 2]}\n" for row in range(20))
FILE = "data: {path: rows.csv, target: y}\noptimizers: {sgd: {learning_rate: 0.1}}\nbaseline: base.json\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("home", "sweeps"):
        (tmp_path / name).mkdir()
    Path("sweeps/x.yaml").write_text(FILE)
    return tmp_path


def test_the_working_folder_comes_first(folder):
    for place in ("rows.csv", "sweeps/rows.csv", "base.json", "sweeps/base.json"):
        Path(place).write_text(ROWS)
    config = load_config("sweeps/x.yaml")
    assert (config.data.path, config.baseline, config.found) == ("rows.csv", "base.json", ())


def test_what_is_not_there_is_found_beside_the_file_and_the_plan_says_so(folder):
    for place in ("sweeps/rows.csv", "sweeps/base.json"):
        Path(place).write_text(ROWS)
    config = load_config("sweeps/x.yaml")
    assert (config.data.path, config.baseline) == ("sweeps/rows.csv", "sweeps/base.json")
    said = "data.path rows.csv is sweeps/rows.csv, beside the sweep's file: the working folder has none"
    assert said in prepare(config).plan.choices
    assert SweepConfig.model_validate(config.as_mapping()).data.path == "sweeps/rows.csv"


def test_a_file_that_is_nowhere_is_refused_with_both_places_and_the_nearest_name(folder):
    Path("sweeps/row.csv").write_text(ROWS)
    with pytest.raises(Exception, match="the data file must exist") as refused:
        prepare(load_config("sweeps/x.yaml"))
    assert f"It is neither in `{folder}` nor in `{folder / 'sweeps'}`. Did you mean `row.csv`?" in str(refused.value)
    Path("sweeps/x.yaml").write_text(FILE.replace("rows.csv", "row.csv"))
    assert prepare(load_config("sweeps/x.yaml")).shape.examples == 20


def test_a_url_and_a_set_of_scikit_learn_are_looked_for_on_no_disk(folder):
    for path in ("memory://absent/rows.csv", "sklearn:wine"):
        Path("sweeps/x.yaml").write_text(FILE.replace("rows.csv, target: y", f"'{path}'"))
        config = load_config("sweeps/x.yaml")
        assert (config.data.path, config.found) == (path, ())
    assert prepare(config).shape.examples == 178
    with pytest.raises(Exception, match="must be reachable"):
        prepare(load_config("sweeps/x.yaml", ["data.path=memory://absent/rows.csv"]))


def test_a_folder_beside_the_file_is_found(folder):
    Path("sweeps/rows.csv").mkdir()
    assert load_config("sweeps/x.yaml").data.path == "sweeps/rows.csv"


def test_a_tilde_at_the_beginning_is_the_home_folder(folder):
    Path("home/rows.csv").write_text(ROWS)
    config = load_config("sweeps/x.yaml", ["data.path=~/rows.csv", "results=~/r", "baseline=~/b.json"])
    home = folder / "home"
    assert (config.data.path, config.results, config.baseline) == (
        str(home / "rows.csv"),
        str(home / "r"),
        str(home / "b.json"),
    )
    assert prepare(config).shape.examples == 20
    assert SweepConfig.model_validate(config.as_mapping()).as_mapping() == config.as_mapping()


def test_a_tilde_anywhere_else_is_part_of_a_name(folder):
    Path("~").mkdir()
    Path("~/rows~.csv").write_text(ROWS)
    config = load_config("sweeps/x.yaml", ["data.path=./~/rows~.csv"])
    assert prepare(config).shape.examples == 20


@given(st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=12))
def test_expanding_twice_is_expanding_once(name):
    assert with_home(with_home(name)) == with_home(name)
    if not name.startswith("~"):
        assert with_home(name) == name


@pytest.mark.parametrize("spelled", ["2024", "null", "true", "False", "1.50", "~", "1e3", ".inf", "007"])
@pytest.mark.parametrize("way", ["file", "override", "override of the section"])
def test_a_column_is_named_as_it_is_spelled_also_without_quotes(folder, spelled, way):
    Path("rows.csv").write_text(ROWS.replace("x,y", f"x,{spelled}"))
    target = spelled if way == "file" else "other"
    Path("x.yaml").write_text(FILE.replace("target: y", f"target: {target}"))
    section = f"data={{path: rows.csv, target: {spelled}}}"
    overrides = {"file": [], "override": [f"data.target={spelled}"], "override of the section": [section]}[way]
    config = load_config("x.yaml", overrides)
    assert config.data.target == spelled
    assert prepare(config).shape.examples == 20


def test_a_target_without_a_text_is_none(folder):
    Path("rows.csv").write_text(ROWS)
    Path("x.yaml").write_text("data:\n  path: rows.csv\n  target:\noptimizers: {sgd: {learning_rate: 0.1}}\n")
    with pytest.raises(Exception, match=r"must be named\. Received: none\. Columns: `x`, `y`\. Give one of them"):
        prepare(load_config("x.yaml"))


@pytest.mark.parametrize(("spelled", "what"), [("2024", "a number"), ("1.50", "a number"), ("true", "true or false")])
@pytest.mark.parametrize("key", ["question", "tracking.experiment", "results", "data.path"])
def test_other_text_that_yaml_reads_as_a_number_is_refused_with_the_line_in_quotes(folder, key, spelled, what):
    Path("rows.csv").write_text(ROWS)
    Path("x.yaml").write_text(FILE)
    with pytest.raises(ConfigError) as refused:
        load_config("x.yaml", [f"{key}={spelled}"])
    line = f'{key.rpartition(".")[2]}: "{spelled}"'
    assert f"must be text. Received: {spelled}, which is {what}. Put it into quotes: `{line}`." in str(refused.value)
    value = line.partition(": ")[2]
    assert load_config("x.yaml", [f"{key}={value}"]).origin == "x.yaml"
