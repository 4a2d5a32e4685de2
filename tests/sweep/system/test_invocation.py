"""A command that is shown works where it is typed."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from sweep.system import invocation
from sweep.system.invocation import command, program


def install(folder: Path) -> Path:
    """An installation in ``folder/.venv``, of which only the names matter."""
    script = folder / ".venv" / "bin" / "sweep"
    script.parent.mkdir(parents=True)
    script.write_text('#!/bin/sh\necho ran "$@"\n')
    script.chmod(0o755)
    return script


def test_a_program_that_is_not_on_the_path_is_shown_by_its_file(tmp_path, monkeypatch):
    script = install(tmp_path)
    monkeypatch.setattr(sys, "executable", str(script.with_name("python")))
    monkeypatch.chdir(tmp_path)
    shown = command("report", "my results")
    assert shown == ".venv/bin/sweep report 'my results'"
    assert subprocess.run(shown, shell=True, capture_output=True, text=True).stdout == "ran report my results\n"


def test_a_program_on_the_path_is_shown_by_its_name_unless_another_comes_first(tmp_path, monkeypatch):
    script, other = install(tmp_path / "own"), install(tmp_path / "other")
    monkeypatch.setattr(sys, "executable", str(script.with_name("python")))
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{other.parent}")
    assert program() == "sweep"
    monkeypatch.setenv("PATH", f"{other.parent}{os.pathsep}{script.parent}")
    assert program() == str(script)


def test_no_way_out_spells_a_command_that_the_user_s_shell_may_not_find():
    package = Path(invocation.__file__).parents[1]
    typed = re.compile(r"(?:\bwith|\bor) `sweep |`sweep [a-z ]+` (?:lists|shows|runs)")
    found = []
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise | ast.Return) or (
                isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            ):
                texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
                found += [f"{path.name}: {text}" for text in texts if isinstance(text, str) and typed.search(text)]
    assert found == []
