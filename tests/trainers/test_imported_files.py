"""What a user's module imports from the user's own folders is found without running it, and nothing else is."""

from __future__ import annotations

import os
import sys
import types
from importlib.machinery import ModuleSpec

import pytest

from trainers.imported_files import copy_modules, imported_files
from trainers.imports import make_importable, source_digest, source_files


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write files of a user's folder and let them be imported."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    make_importable(str(tmp_path))
    before = set(sys.modules)

    def write(files=(), **more):
        for name in set(sys.modules) - before:
            del sys.modules[name]
        for name, text in {**dict(files), **more}.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


HELPER = "factor = 2\n"


@pytest.mark.parametrize(
    ("text", "helper"),
    [
        ("import my_helper", "my_helper"),
        ("import numpy, my_helper as short", "my_helper"),
        ("from my_helper import factor", "my_helper"),
        ("from my_helper import *", "my_helper"),
        ("import my_package.inner.deep", "my_package/inner/deep"),
        ("from my_package.inner import deep", "my_package/inner/deep"),
        ("from my_package import *", "my_package/side"),
        ("if False:\n    import my_helper", "my_helper"),
        ("try:\n    import none_such\nexcept ImportError:\n    import my_helper", "my_helper"),
        ("def late():\n    import my_helper", "my_helper"),
        ("import importlib\nlate = lambda: importlib.import_module('my_helper')", "my_helper"),
        ("late = lambda: __import__('my_helper')", "my_helper"),
        ("import my_middle", "my_helper"),
    ],
)
def test_a_change_of_what_is_imported_in_any_way_is_another_identity(write, text, helper):
    files = {"my_package/inner/__init__": "#", "my_package/__init__": "#", "my_middle": "import my_helper"}
    helpers = {"my_helper": HELPER, "my_package/inner/deep": HELPER, "my_package/side": HELPER}
    write({**files, **helpers}, my_net=f"{text}\nmake = 3\n", my_unrelated=HELPER)
    before = source_digest("my_net:make")
    assert helper.replace("/", ".") in imported_files("my_net")
    write({helper: "factor = 3\n"})
    changed = source_digest("my_net:make")
    assert changed != before
    write(my_unrelated="factor = 3  # or so\n")
    assert source_digest("my_net:make") == changed


def test_relative_imports_are_found_and_the_packages_around_count(write):
    write(
        {
            "my_package/__init__": "from .side import factor",
            "my_package/side": HELPER,
            "my_package/top": HELPER,
            "my_package/inner/__init__": "",
            "my_package/inner/deep": "from . import near\nfrom ..top import factor\nmake = 3",
            "my_package/inner/near": HELPER,
        }
    )
    found = {"my_package", "my_package.side", "my_package.top", "my_package.inner.deep", "my_package.inner.near"}
    assert set(imported_files("my_package.inner.deep")) == {*found, "my_package.inner"}
    assert set(source_files("my_package.inner.deep:make")) == found


def test_libraries_and_data_are_not_the_user_s_code(write, tmp_path):
    write(my_net="import json, numpy, sys, trainers.loop\nfrom ray import tune\nmake = 3")
    (tmp_path / "my_net.csv").write_text("1,2")
    assert set(imported_files("my_net")) == {"my_net"}


def test_folders_without_init_are_packages_too(write):
    write({"my_space/inner/net": "from my_space.other import deep\nmake = 3", "my_space/other/deep": HELPER})
    assert set(imported_files("my_space.inner.net")) == {"my_space.inner.net", "my_space.other.deep"}


def test_circles_and_what_is_not_python_are_no_obstacle(write):
    write(
        my_net="import my_circle\nmake = 3", my_circle="import my_net\nif 0:\n    import my_broken", my_broken="a = = 1"
    )
    assert set(imported_files("my_net")) == {"my_net", "my_circle", "my_broken"}


def test_nothing_is_run(write):
    write(my_net="def make():\n    import my_loud", my_loud="raise SystemExit(3)")
    assert set(imported_files("my_net")) == {"my_net", "my_loud"}


def test_a_module_alone_has_the_digest_of_its_text(write):
    write(my_net="import numpy\nmake = 3\n")
    # sha256 of the two lines, by `printf 'import numpy\nmake = 3\n' | sha256sum`.
    assert source_digest("my_net:make") == "c02b64fe0e024fef"


def test_a_file_that_was_written_a_moment_ago_is_found(write, tmp_path):
    files = {"my_package/__init__": "", "my_net": "import my_late\nfrom my_package import late"}
    write(files)
    folders = {folder: folder.stat() for folder in (tmp_path, tmp_path / "my_package")}
    assert "my_late" not in imported_files("my_net")
    write({"my_package/late": HELPER}, my_late=HELPER)
    # As on a file system whose clock has not moved on since the folders were listed.
    for folder, before in folders.items():
        os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert {"my_late", "my_package.late"} <= set(imported_files("my_net"))


def test_modules_are_copied_under_their_names_and_a_compiled_one_stays_compiled(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("__init__.py", "plain.py", "fast.cpython-311-x86_64-linux-gnu.so"):
        (source / name).write_text(name)
    files = {"package": "__init__.py", "package.plain": "plain.py", "fast": "fast.cpython-311-x86_64-linux-gnu.so"}
    copy_modules({module: source / name for module, name in files.items()}, tmp_path / "copy")
    copied = {str(file.relative_to(tmp_path / "copy")) for file in (tmp_path / "copy").rglob("*") if file.is_file()}
    assert copied == {"package/__init__.py", "package/plain.py", "fast.so"}


def test_a_module_of_the_same_name_that_is_loaded_from_elsewhere_hides_nothing(write, monkeypatch):
    write({"my_package/__init__": "", "my_package/three": HELPER}, my_net="from my_package import three")
    other = types.ModuleType("my_package")
    other.__spec__ = ModuleSpec("my_package", None, is_package=True)
    monkeypatch.setitem(sys.modules, "my_package", other)
    assert set(imported_files("my_net")) == {"my_net", "my_package", "my_package.three"}
