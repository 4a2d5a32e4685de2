"""Running sections: their files, their settings, what is refused, and the page."""

from __future__ import annotations

import csv

import matplotlib.image
import pytest
from typer.testing import CliRunner

from sweep.cli import app
from sweep.errors import ConfigError, ResultsError, SweepError, UsageError
from sweep.lecture import run_sections as running
from sweep.lecture.run_sections import run_all, run_section
from sweep.lecture.section_registry import SECTIONS


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
