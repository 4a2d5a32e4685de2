"""No exception leaves the command line: one sentence, an exit code, and the traceback in a file."""

from __future__ import annotations

import errno
import re
import tempfile
from pathlib import Path

import pytest

from sweep import cli
from sweep.cli.unexpected import explain


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def raising(error):
    def app():
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "Received: MemoryError. Use fewer workers"),
        (OSError(errno.ENOSPC, "", "results/x"), "Received: No space left on device at `results/x`. Free some space"),
        (PermissionError(errno.EACCES, "", b"mlflow.db"), "Received: Permission denied at `mlflow.db`. Change its"),
        (OSError(errno.EROFS, "", 3), "Received: Read-only file system. Choose folders"),
        (BlockingIOError(errno.EAGAIN, ""), "`resources.executor: inline`"),
        (OSError(errno.ENODEV, ""), "Mend that, and run the same command again."),
        (ZeroDivisionError("division\n  by zero."), "Received: ZeroDivisionError: division by zero. What"),
        (RuntimeError(), "Received: RuntimeError. What a sweep has trained is kept; please report this."),
    ],
)
def test_an_error_that_nobody_expects_is_one_line_and_code_1(command, folder, monkeypatch, error, sentence):
    monkeypatch.setattr(cli, "app", raising(error))
    code, out, said = command("plan", "x.yaml")
    assert (code, out) == (1, "")
    assert said.count("\n") == 1
    assert sentence in said
    if not isinstance(error, MemoryError):
        kept = Path(re.search(r"The traceback is in `(.+)`\.$", said)[1])
        assert type(error).__name__ in kept.read_text()


@pytest.mark.parametrize(
    ("leaving", "code", "said"),
    [
        (SystemExit("a word"), 1, "error: a word\n"),
        (SystemExit(3), 3, ""),
        (SystemExit(), 0, ""),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_whoever_ends_the_process_is_heard(command, folder, monkeypatch, leaving, code, said):
    monkeypatch.setattr(cli, "app", raising(leaving))
    assert command() == (code, "", said)


def test_where_no_file_can_be_written_the_line_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="odd") as raised:
        raising(ValueError("odd"))()
    assert re.search(r"It arose in .*test_unexpected\.py, line \d+\.$", explain(raised.value))


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan"],
        ["plan", "\udcff"],
        ["plan", "a\0b"],
        ["plan", "x" * 5000],
        ["plan", "."],
        ["run", "/dev/null"],
        ["run", "/proc/self/mem"],
        ["check", "nofile"],
        ["check", "/dev/null", "--timeout", "x"],
        ["report", "/root/none"],
        ["report", "a\0b"],
        ["report", "x" * 5000],
        ["report", "--from-mlflow", "none"],
        ["compare", "a"],
        ["compare", "a\0", "b"],
        ["export", "\udcff"],
        ["export", "/dev/null"],
        ["lecture", "99"],
        ["score", "/dev/null"],
        ["score", "/dev"],
        ["score", "\0"],
        ["baseline", "show", "/dev/null"],
        ["baseline", "save", "\0"],
        ["submit", "nofile", "--address", "nonsense"],
        ["jobs", "--address", "http://127.0.0.1:1"],
        ["logs", "x", "--address", "::"],
        ["results", "x", "--address", "http://[::"],
        ["stop", "", "--address", ""],
        ["ui", "--port", "-1", "--uri", "sqlite:////proc/none/x.db"],
    ],
)
def test_odd_arguments_are_refused_in_words(command, folder, arguments):
    code, out, said = command(*arguments)
    assert code in (1, 2)
    assert "Traceback" not in out + said
    assert "please report this" not in said
