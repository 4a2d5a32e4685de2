"""What travels with a submitted sweep: its file, its data, the user's modules and what they import, the project."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from sweep.config import load_config
from sweep.errors import DataError
from sweep.service import bundle
from sweep.service.bundle import gather

OPTIMIZERS = "optimizers: {sgd: {learning_rate: 0.1}}\n"
ROWS = "a,b,kind\n" + "".join(f"{number},{-number},{'xy'[number % 2]}\n" for number in range(40))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A user's working folder, and an empty one to fill."""
    user = tmp_path / "user"
    user.mkdir()
    monkeypatch.chdir(user)
    monkeypatch.setattr(sys, "path", [*sys.path])
    folder = tmp_path / "bundle"
    folder.mkdir()
    return user, folder


def write(user, text):
    file = user / "mine.yaml"
    file.write_text(text + OPTIMIZERS, encoding="utf-8")
    return file


def test_the_project_and_the_file_are_enough_to_plan_the_sweep_elsewhere(place):
    user, folder = place
    file = write(user, "data: {name: iris}\n")
    made = gather(load_config(file), file, folder)
    command = [sys.executable, "-m", "sweep", "plan", made.file, *made.overrides]
    done = subprocess.run(command, cwd=folder, env={"PATH": ""}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "plan hash" in done.stdout


def test_the_data_file_travels_and_the_sweep_reads_it_from_there(place, tmp_path):
    user, folder = place
    data = tmp_path / "elsewhere" / "rows.csv"
    data.parent.mkdir()
    data.write_text(ROWS, encoding="utf-8")
    file = write(user, f"data: {{path: {data}, target: kind}}\n")
    made = gather(load_config(file), file, folder)
    assert made.overrides == ("data.path=data/rows.csv",)
    assert (folder / "data/rows.csv").read_text(encoding="utf-8") == ROWS


def test_a_folder_of_data_travels_with_its_subfolders(place, tmp_path):
    user, folder = place
    for name in ("year=2023/a.parquet", "year=2024/b.parquet"):
        (tmp_path / "parts" / name).parent.mkdir(parents=True)
        (tmp_path / "parts" / name).write_text(name, encoding="utf-8")
    file = write(user, f"data: {{path: {tmp_path / 'parts'}, target: kind}}\n")
    made = gather(load_config(file), file, folder)
    assert made.overrides == ("data.path=data/parts",)
    assert (folder / "data/parts/year=2024/b.parquet").read_text(encoding="utf-8") == "year=2024/b.parquet"


@pytest.mark.parametrize("path", ["s3://bucket/rows.csv", "sklearn:wine"])
def test_what_is_on_no_disk_does_not_travel(place, path):
    user, folder = place
    file = write(user, f"data: {{path: '{path}', target: kind}}\n")
    assert gather(load_config(file), file, folder).overrides == ()
    assert not (folder / "data").exists()


def test_a_data_file_that_ray_would_not_take_is_refused_before_it_is_sent(place, monkeypatch):
    user, folder = place
    monkeypatch.setattr(bundle, "LARGEST_BYTES", 100)
    (user / "rows.csv").write_text(ROWS, encoding="utf-8")
    file = write(user, "data: {path: rows.csv, target: kind}\n")
    with pytest.raises(DataError, match=r"`data.path` must be at most .* Received: rows.csv"):
        gather(load_config(file), file, folder)


def test_a_module_travels_with_what_it_imports_from_the_working_folder(place):
    user, folder = place
    package = user / "package_of_ada"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "sets.py").write_text("from module_of_ada import arrays as load\n", encoding="utf-8")
    source = "import numpy as np\n\n\ndef arrays():\n    return np.eye(40, 2), np.arange(40) % 2\n"
    (user / "module_of_ada.py").write_text(source, encoding="utf-8")
    (user / "unused.py").write_text("", encoding="utf-8")
    file = write(user, "data: {module: 'package_of_ada.sets:load'}\n")
    config = load_config(file)
    from sweep import plan

    plan(config)
    gather(config, file, folder)
    for name in ("package_of_ada", "package_of_ada.sets", "module_of_ada"):
        del sys.modules[name]
    assert sorted(path.name for path in folder.iterdir()) == [
        "mine.yaml",
        "module_of_ada.py",
        "package_of_ada",
        "sweep",
        "trainers",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "sweep", "plan", "mine.yaml"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["random", "queue", "sweep"])
def test_a_file_that_hides_a_module_of_python_or_this_project_stays_behind(place, monkeypatch, name):
    user, folder = place
    (user / f"{name}.py").write_text("", encoding="utf-8")
    file = write(user, "data: {name: iris}\n")
    config = load_config(file)
    # As where Python has put the folder of a script first.
    own = ModuleType(name)
    own.__file__ = str(user / f"{name}.py")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, name, own)
        gather(config, file, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["mine.yaml", "sweep", "trainers"]


OWN = "trainer: {TRAINING, epochs: 2}\nmetric: {name: val_loss, mode: min}\nspace: {x: [1, 2]}\n"


def own(user, training):
    file = user / "own.yaml"
    file.write_text(OWN.replace("TRAINING", training), encoding="utf-8")
    return file


def names(folder):
    """What was copied besides the project."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if path.parts[0] not in ("sweep", "trainers"))


def test_a_function_travels_with_the_modules_that_it_imports_and_is_planned_elsewhere(place):
    user, folder = place
    package = user / "package_of_bob"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "inner" / "__init__.py").touch()
    (package / "inner" / "steps.py").write_text("SIZE = 1\n", encoding="utf-8")
    (package / "unused.py").touch()
    (user / "helper_of_bob.py").write_text("import numpy\n", encoding="utf-8")
    (package / "train.py").write_text(
        "import helper_of_bob\nfrom package_of_bob.inner.steps import SIZE\n\n\ndef train(trial):\n    pass\n",
        encoding="utf-8",
    )
    file = own(user, "function: 'package_of_bob.train:train'")
    made = gather(load_config(file), file, folder)
    assert made.overrides == ()
    assert names(folder) == [
        "helper_of_bob.py",
        "own.yaml",
        "package_of_bob/__init__.py",
        "package_of_bob/inner/__init__.py",
        "package_of_bob/inner/steps.py",
        "package_of_bob/train.py",
    ]
    # The modules are not loaded here.
    assert "package_of_bob.train" not in sys.modules
    command = [sys.executable, "-m", "sweep", "plan", made.file]
    done = subprocess.run(command, cwd=folder, env={"PATH": ""}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_command_travels_with_its_folder_but_without_results_and_hidden_files(place):
    user, folder = place
    for name in ("train.sh", "data/rows.csv", ".git/config", ".env", "results/old/plan.json", "mlruns/0/meta.yaml"):
        path = user / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ROWS, encoding="utf-8")
    for name in ("mlflow.db", "data/__pycache__/a.pyc", "outcome/old.json"):
        (user / name).parent.mkdir(parents=True, exist_ok=True)
        (user / name).touch()
    (user / "train.sh").chmod(0o755)
    file = own(user, "command: [./train.sh]")
    with file.open("a", encoding="utf-8") as stream:
        stream.write("results: outcome\n")
    gather(load_config(file), file, folder)
    assert names(folder) == ["data/rows.csv", "own.yaml", "results/old/plan.json", "train.sh"]
    assert (folder / "train.sh").stat().st_mode & 0o100


def test_a_command_s_folder_that_ray_would_not_take_is_refused_before_it_is_sent(place, monkeypatch):
    user, folder = place
    monkeypatch.setattr(bundle, "LARGEST_BYTES", 100)
    (user / "rows.csv").write_text(ROWS, encoding="utf-8")
    file = own(user, "command: [sh, -c, 'true']")
    with pytest.raises(DataError, match=r"the folder of a sweep's file must have at most .* Give the sweep its own"):
        gather(load_config(file), file, folder)
