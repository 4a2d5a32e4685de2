"""The wheel holds all that the package reads beside its code, and works where there is no checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("pyproject.toml", "README.md", "sweep", "trainers")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    # A copy: building leaves folders in the source, and old ones there would end up in the wheel.
    source = tmp_path_factory.mktemp("source")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        copy(
            ROOT / part,
            source / part,
            **({"ignore": shutil.ignore_patterns("__pycache__")} if copy == shutil.copytree else {}),
        )
    made = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*command, "-w", str(made), str(source)], check=True, capture_output=True)
    (found,) = made.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def sweep_of_the_wheel(wheel, tmp_path_factory):
    """Runs its command in an environment of its own, which borrows the libraries of this one but not this project."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False)
    scripts = "Scripts" if os.name == "nt" else "bin"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (packages / "borrowed.pth").write_text("\n".join(libraries), encoding="utf-8")
    python = environment / scripts / "python"

    def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-m", "sweep", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=280
        )

    return run


def test_the_wheel_holds_what_is_read_beside_the_code_and_nothing_of_the_checkout(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"sweep/py.typed", "trainers/py.typed"} <= names
    read = [
        *(ROOT / "sweep" / "lecture" / "configs").glob("*.yaml"),
        *(ROOT / "sweep" / "reports" / "templates").iterdir(),
    ]
    assert len(read) > 10
    assert {path.relative_to(ROOT).as_posix() for path in read if path.is_file()} <= names
    assert {name.split("/")[0] for name in names} <= {"sweep", "trainers"} | {
        name.split("/")[0] for name in names if ".dist-info/" in name
    }


def test_the_lecture_the_schema_and_a_report_come_out_of_the_wheel(sweep_of_the_wheel, tmp_path):
    (tmp_path / "small.yaml").write_text(
        "data: {name: iris}\ntrainer: {epochs: 2}\noptimizers: {sgd: {learning_rate: [0.1, 0.2]}}\nseeds: 2\n"
        "resources: {executor: inline}\ntracking: {enabled: false}\n"
    )
    where = sweep_of_the_wheel("schema", folder=tmp_path)
    assert where.returncode == 0, where.stderr
    assert json.loads(where.stdout)["title"]
    section = sweep_of_the_wheel("lecture", "averages", folder=tmp_path)
    assert section.returncode == 0, section.stderr
    ran = sweep_of_the_wheel("run", "small.yaml", folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    (report,) = (tmp_path / "results").glob("small-*/report.html")
    assert "<svg" in report.read_text(encoding="utf-8")
