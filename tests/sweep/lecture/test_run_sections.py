"""Running sections: their files, their settings, what is refused, and the page."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import matplotlib.image
import pytest
from typer.testing import CliRunner

from sweep.cli import app
from sweep.errors import ConfigError, DataError, ResultsError, SweepError, UsageError
from sweep.lecture import run_sections as running
from sweep.lecture.formulas import formula
from sweep.lecture.html_page import Part, page
from sweep.lecture.run_sections import run_all, run_section
from sweep.lecture.section_config import check_settings, read_settings, shipped_file
from sweep.lecture.section_registry import SECTIONS

CONFIGS = Path(__file__).parents[3] / "sweep" / "lecture" / "configs"


def test_each_section_has_a_file_in_the_folder_that_asks_a_question_and_nothing_else_lies_there():
    assert {path.stem for path in CONFIGS.iterdir()} == set(SECTIONS)
    for name in SECTIONS:
        assert shipped_file(name).read_bytes() == (CONFIGS / f"{name}.yaml").read_bytes()
        first, second, *_ = (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert re.fullmatch(r"# .*\?", first)
        assert second == f"section: {name}"


def test_a_section_writes_its_picture_twice_and_its_data(tmp_path):
    result = run_section("bias-correction", folder=tmp_path)
    png, svg, table = result.files
    assert png == tmp_path / "bias-correction" / "bias-correction.png"
    assert matplotlib.image.imread(png).shape[2] == 4
    assert svg.read_text(encoding="utf-8").lstrip().startswith("<?xml")
    with table.open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 365


def test_the_same_section_writes_the_same_files_again(tmp_path):
    first, second = (run_section("bias-correction", folder=tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in first.files] == [path.read_bytes() for path in second.files]


def test_overrides_and_own_files_change_the_settings(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("section: bias-correction\nbeta: 0.5\nmerged_at: 0.01\ndays: 40\nseed: 1\n", encoding="utf-8")
    from_file = run_section(str(own), folder=tmp_path)
    from_override = run_section("bias-correction", ["beta=0.5", "days=40", "seed=1"], tmp_path)
    assert from_file.outcome.sentence == from_override.outcome.sentence
    # 0.5^7 is the first power below 1 %.
    assert "on day 7" in from_file.outcome.sentence


def test_the_users_own_temperatures_are_averaged(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("date,low,high\n" + "".join(f"d{day},{day},20\n" for day in range(60)), encoding="utf-8")
    result = run_section("averages", [f"path={file}", "column=high", "betas=[0.5]", "streamed=1000"], tmp_path)
    text = (tmp_path / "averages" / "averages.csv").read_text(encoding="utf-8")
    assert {round(float(row["beta_0.5"]), 9) for row in csv.DictReader(text.splitlines())} == {20.0}
    assert result.outcome.chart.panels[0].title == "high of mine.csv"


def test_a_year_of_zeros_is_averaged_without_a_warning(tmp_path):
    file = tmp_path / "zeros.csv"
    file.write_text("t\n" + "0\n" * 40, encoding="utf-8")
    assert "merges" in run_section("bias-correction", [f"path={file}"], tmp_path).outcome.sentence
    assert (
        "changes 1 times less" in run_section("averages", [f"path={file}", "streamed=1000"], tmp_path).outcome.sentence
    )


@pytest.mark.parametrize(
    ("text", "overrides", "error"),
    [
        ("", (), r"`path` must be a CSV file\. Received: .*cannot be read"),
        ("a,b\nx,y\n", (), r"`path` must have a column of numbers\. Received: a, b\."),
        ("low,high\n1,2\n3,4\n", ("column=hihg",), r"must be one of low, high\. Received: hihg\. Did you mean `high`"),
        ("low\n1\n\n", (), r"two or more values"),
        ("low,high\n1,2\n,4\n5,6\n", (), r"no gaps\. Received: 3 rows in `low`, 1 of them empty"),
    ],
)
def test_temperatures_that_cannot_be_averaged_are_refused(tmp_path, text, overrides, error):
    file = tmp_path / "mine.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=error):
        run_section("averages", [f"path={file}", *overrides], tmp_path)


def test_a_missing_file_of_temperatures_is_refused(tmp_path):
    with pytest.raises(DataError, match="which does not exist"):
        run_section("averages", ["path=nowhere.csv"], tmp_path)


@pytest.mark.parametrize(
    ("name", "overrides", "error"),
    [
        ("momentun", (), r"not a section of the lecture\. Did you mean `momentum`\? Known: mini-batches, "),
        ("momentum", ("bata=1",), r"`bata` is not a known key\. Did you mean `betas`"),
        ("momentum", ("steps=0",), r"`steps` must be 1 or more\. Received: 0\."),
        ("adam", ("optimizers=[adan]",), r"must be one of .*Received: adan\. Did you mean `adam`"),
        ("adam", ("surface=rosenbrok",), r"Did you mean `rosenbrock`"),
        ("decay", ("schedules.cosine.kind=cosin",), r"Did you mean `cosine`"),
        ("averages", ("betas=[1.0]",), r"`betas` must be below 1\. Received: 1\.0\."),
        ("momentum", ("steps",), r"must be a dotted key, `=` and a value"),
        ("nowhere.yaml", (), r"there is no such file"),
    ],
)
def test_mistakes_are_refused_with_the_way_out_and_nothing_is_written(tmp_path, name, overrides, error):
    with pytest.raises(UsageError, match=error) as raised:
        run_section(name, overrides, tmp_path)
    assert raised.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_does_not_say_its_section_is_refused(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("section: momentun\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"`section` must be one of .*Received: momentun\. Did you mean `momentum`"):
        run_section(str(own), folder=tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ResultsError, match="`--output` must be a folder that can be written"):
        run_section("bias-correction", folder=tmp_path / "file")


def test_all_writes_one_page_and_the_files_of_each_section(tmp_path, monkeypatch):
    quick = {name: SECTIONS[name] for name in ("bias-correction", "rmsprop")}
    monkeypatch.setattr(running, "SECTIONS", quick)
    begun = []
    path = run_all(tmp_path, begun.append)
    assert path == tmp_path / "index.html"
    assert begun == list(quick.values())
    assert (tmp_path / "rmsprop" / "rmsprop.png").exists()
    assert path.read_text(encoding="utf-8").count("<section id=") == 2


def test_the_page_needs_nothing_else_and_shows_every_panel_number_and_setting(outcome_of):
    names = ("mini-batches", "bias-correction", "decay")
    parts = [Part(SECTIONS[name], outcome_of(name), shipped_file(name).read_text(encoding="utf-8")) for name in names]
    text = page(parts)
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", text)
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
    assert text.count("<img ") == sum(len(part.outcome.chart.panels) for part in parts)
    assert text.count('alt="') == text.count("<img ")
    for part in parts:
        assert f'<section id="{part.section.name}">' in text
        assert f'href="#{part.section.name}"' in text


@pytest.mark.parametrize("name", SECTIONS)
def test_no_formula_is_left_in_plain_letters(outcome_of, name):
    shown = " ".join(formula(text) for text in outcome_of(name).formulas)
    assert not re.search(r"\b(alpha|beta|epsilon|theta|kappa|sqrt|vhat|shat)\b(?!;)|[_^{}]", shown)


def test_without_a_section_they_are_listed():
    result = CliRunner().invoke(app, ["lecture"])
    assert result.exit_code == 0
    assert [name for name in SECTIONS if name not in result.output] == []
    assert "sweep lecture all" in " ".join(result.output.split())


def test_the_command_prints_the_numbers_a_sentence_and_the_path(tmp_path):
    result = CliRunner().invoke(app, ["lecture", "bias-correction", "beta=0.9", "--output", str(tmp_path)])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "5  Bias correction"
    # 0.9^t < 0.01 first at t = 44.
    assert "beta^t says day 44." in " ".join(lines)
    assert f"picture  {tmp_path / 'bias-correction' / 'bias-correction.png'}" in lines


def test_all_takes_no_changes():
    result = CliRunner().invoke(app, ["lecture", "all", "seed=1"])
    assert isinstance(result.exception, SweepError)
    assert "Name the section to change" in str(result.exception)


def test_the_lecture_answers_without_ray_mlflow_or_torch(tmp_path):
    import subprocess
    import sys

    code = (
        "import sys\nfrom pathlib import Path\nfrom sweep.lecture import run_section\n"
        f"run_section('bias-correction', (), Path({str(tmp_path)!r}))\n"
        "print(sorted({'ray', 'mlflow', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_of_a_settings_file_is_described(name):
    model = SECTIONS[name].settings
    assert [key for key, field in model.model_fields.items() if not field.description] == []
    assert check_settings(read_settings(shipped_file(name)), model)
