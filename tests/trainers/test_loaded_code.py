"""What is loaded of a user's code is what its digest says, however its files change while Python runs."""

from __future__ import annotations

import importlib
import os
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trainers.imports import import_attribute, make_importable, source_digest
from trainers.loaded_code import forget_changed_code
from trainers.optimizers import OPTIMIZERS

FILES = ("my_top", "my_middle", "my_deep")
TEXTS = {
    "my_top": "import my_middle\nfrom my_middle import deep\nvalue = {}, my_middle.value, deep.value\n",
    "my_middle": "import my_deep as deep\nvalue = {}\n",
    "my_deep": "value = {}\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A user's folder, whose modules are forgotten at the end."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    make_importable(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder, name, number):
    # Of one second and one length: what Python's own cache of bytecode cannot tell apart.
    path = folder / f"{name}.py"
    path.write_text(TEXTS[name].format(number))
    os.utime(path, (1_000_000_000, 1_000_000_000))


CHANGES = st.lists(st.tuples(st.sampled_from(FILES), st.integers(0, 9), st.booleans()), min_size=1, max_size=6)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_a_plan_loads_what_the_files_say_and_digests_are_of_what_is_loaded(folder, changes):
    held, digests = dict.fromkeys(FILES, 0), {}
    for name in FILES:
        write(folder, name, 0)
    forget_changed_code()
    for name, number, planned in changes:
        write(folder, name, number)
        held[name] = number
        if planned:
            forget_changed_code()
            assert import_attribute("my_top:value") == tuple(held[name] for name in FILES)
        loaded = import_attribute("my_top:value")
        assert digests.setdefault(loaded, source_digest("my_top:value")) == source_digest("my_top:value")
    assert len(set(digests.values())) == len(digests)


def test_a_module_that_other_code_has_imported_before_it_changed_is_loaded_again(folder):
    for name in FILES:
        write(folder, name, 0)
    importlib.import_module("my_deep")
    write(folder, "my_deep", 7)
    assert import_attribute("my_top:value") == (0, 0, 7)


def test_unchanged_code_stays_the_same_object_and_is_run_once(folder):
    (folder / "my_counted.py").write_text("thing = object()\n")
    thing = import_attribute("my_counted:thing")
    forget_changed_code()
    assert import_attribute("my_counted:thing") is thing


def test_two_modules_share_what_both_import_also_after_a_change(folder):
    (folder / "my_deep.py").write_text("class Shared: pass\n")
    for name in ("my_first", "my_second"):
        (folder / f"{name}.py").write_text("from my_deep import Shared\n")
    assert import_attribute("my_first:Shared") is import_attribute("my_second:Shared")
    (folder / "my_first.py").write_text("from my_deep import Shared\nvalue = 2\n")
    forget_changed_code()
    assert import_attribute("my_first:Shared") is import_attribute("my_second:Shared")
    assert import_attribute("my_first:value") == 2


def test_a_module_of_a_package_is_not_taken_from_the_package_that_holds_its_old_form(folder):
    (folder / "my_space").mkdir()
    (folder / "my_space" / "net.py").write_text("value = 1\n")
    (folder / "my_user.py").write_text("from my_space import net\nvalue = net.value\n")
    assert import_attribute("my_user:value") == 1
    (folder / "my_space" / "net.py").write_text("value = 23\n")
    forget_changed_code()
    assert import_attribute("my_user:value") == 23


def test_a_changed_optimizer_of_the_user_s_is_made_anew(folder):
    text = "from trainers.optimizers import Lion\nclass Tiger(Lion):\n    name = '{}'\n"
    (folder / "my_opt.py").write_text(text.format("tiger"))
    assert OPTIMIZERS["my_opt:Tiger"].name == "tiger"
    (folder / "my_opt.py").write_text(text.format("leopard"))
    forget_changed_code()
    assert OPTIMIZERS["my_opt:Tiger"].name == "leopard"


def test_no_part_of_an_installed_package_is_loaded_anew_because_code_of_the_user_s_has_changed(folder):
    package = folder / "site-packages" / "installed_here"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from installed_here import part\n")
    (package / "part.py").write_text("value = 1\n")
    sys.path.insert(0, str(package.parent))
    import installed_here

    before = installed_here.part
    assert import_attribute("installed_here.part:value") == 1
    write(folder, "my_deep", 0)
    import_attribute("my_deep:value")
    write(folder, "my_deep", 1)
    forget_changed_code()
    assert import_attribute("installed_here.part:value") == 1
    assert installed_here.part is before
    assert sys.modules["installed_here.part"] is before
    # What was changed in place is loaded, as its digest says.
    (package / "part.py").write_text("value = 22\n")
    forget_changed_code()
    assert import_attribute("installed_here.part:value") == 22
