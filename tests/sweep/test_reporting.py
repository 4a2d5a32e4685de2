"""A script reports with one call, which loads nothing heavy and takes no time worth naming."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sweep import report
from sweep.reporting import ReportError, number, whole


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "reports.jsonl"
    monkeypatch.setenv("SWEEP_REPORT_FILE", str(file))
    return file


def lines(file: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_each_report_is_one_line_of_json_at_the_end_of_the_file(reports: Path) -> None:
    reports.write_text('{"val_loss": 9.0}\n', encoding="utf-8")
    report(val_loss=0.5)
    report(epoch=2, step=40, val_loss=0.25, accuracy=1)
    assert lines(reports)[1:] == [{"val_loss": 0.5}, {"epoch": 2, "step": 40, "val_loss": 0.25, "accuracy": 1.0}]


def test_arrays_and_tensors_of_one_number_are_numbers() -> None:
    torch = pytest.importorskip("torch")
    weight = torch.tensor(2.0, requires_grad=True)
    for value in (np.float32(2), np.array(2), np.int64(2), weight * 1, torch.tensor(2), Fraction(2), True + 1):
        assert number(value, "loss") == 2.0


@pytest.mark.parametrize(
    ("value", "received"),
    [
        ("0.5", "str, '0.5'"),
        (np.array("0.5"), "ndarray, array('0.5'"),
        (np.array([0.5]), "ndarray, shape (1,)"),
        (np.zeros((2, 3)), "ndarray, shape (2, 3)"),
        ([0.5], "list, [0.5]"),
        (None, "NoneType, None"),
        (10**400, "int, 1000"),
        (1j, "complex, 1j"),
    ],
)
def test_all_else_is_refused_in_a_sentence(reports: Path, value: object, received: str) -> None:
    with pytest.raises(ReportError) as raised:
        report(val_loss=value)
    assert str(raised.value).startswith(f"the metric `val_loss` must be a number. Received: {received}")
    assert not reports.exists()


def test_a_report_of_nothing_and_an_epoch_that_is_no_count_are_refused(reports: Path) -> None:
    with pytest.raises(ReportError, match="must have a metric or more"):
        report(epoch=1)
    with pytest.raises(ReportError, match=r"`epoch` must be a whole number from 0 to 2\*\*53. Received: 1.5."):
        report(epoch=1.5, val_loss=0.5)  # type: ignore[arg-type]
    assert whole(np.int64(3), "step") == 3
    assert not reports.exists()


def test_lines_of_several_threads_do_not_mix(reports: Path) -> None:
    def many(thread: int) -> None:
        for epoch in range(200):
            report(epoch=epoch, **{f"metric_{index}": thread for index in range(50)})

    threads = [threading.Thread(target=many, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = lines(reports)
    assert len(found) == 800
    assert all(len(set(line.values()) - {line["epoch"]}) <= 1 for line in found)


def test_without_a_sweep_the_report_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SWEEP_REPORT_FILE", raising=False)
    report(epoch=3, val_loss=0.5)
    assert capsys.readouterr().out == '{"epoch": 3, "val_loss": 0.5}\n'


CODE = """
import sys, time
start = time.perf_counter()
import sweep
sweep.report(val_loss=0.5)
took = time.perf_counter() - start
heavy = {"numpy", "ray", "mlflow", "pandas", "torch", "pydantic", "yaml", "matplotlib"} & set(sys.modules)
of_start = ("__editable__", "__main__", "_distutils_hack", "sitecustomize", "sweep")
outside = {name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names
print(took, sorted(heavy), [name for name in outside if not name.startswith(of_start)])
"""


def test_the_first_call_takes_under_50_ms_and_loads_nothing_heavy(reports: Path) -> None:
    found = []
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        took, loaded = done.stdout.split(maxsplit=1)
        assert loaded == "[] []\n"
        found.append(float(took))
    assert min(found) < 0.05


def test_a_call_takes_under_100_microseconds(reports: Path) -> None:
    def seconds() -> float:
        start = time.perf_counter()
        for epoch in range(100):
            report(epoch=epoch, val_loss=0.5, val_accuracy=0.75)
        return (time.perf_counter() - start) / 100

    assert min(seconds() for _ in range(10)) < 100e-6
