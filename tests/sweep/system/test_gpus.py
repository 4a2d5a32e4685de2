"""GPUs are found by the signs of their drivers, and by PyTorch's answer where there are any."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from types import SimpleNamespace

import pytest

from sweep.system import gpus as module
from sweep.system.gpus import QUESTION, Gpus, ask_torch, find_gpus

NVIDIA, ROCM, WSL2 = "proc/driver/nvidia/gpus", "dev/kfd", "dev/dxg"
FOUND = Gpus("cuda", 2, "A100")


@pytest.fixture
def system(monkeypatch):
    """Let this machine be another."""

    def system(name, machine):
        monkeypatch.setattr(sys, "platform", name)
        monkeypatch.setattr(module.platform, "machine", lambda: machine)

    system("linux", "x86_64")
    return system


def sign(root, path, cards=0):
    place = root / path
    place.mkdir(parents=True)
    for card in range(cards):
        (place / f"0000:0{card}:00.0").mkdir()


def refuse():
    raise AssertionError("PyTorch is not asked")


def test_where_there_is_no_sign_pytorch_is_not_asked(tmp_path, system):
    assert find_gpus(tmp_path, refuse) == Gpus("cpu", 0, "")
    system("darwin", "x86_64")
    assert find_gpus(tmp_path, refuse) == Gpus()


@pytest.mark.parametrize("path", [NVIDIA, ROCM, WSL2], ids=["NVIDIA", "ROCm", "WSL2"])
def test_where_there_is_a_sign_pytorch_s_answer_counts(tmp_path, system, path):
    sign(tmp_path, path, cards=4)
    assert find_gpus(tmp_path, lambda: FOUND) == FOUND
    # Such as a build of PyTorch for CPUs.
    assert find_gpus(tmp_path, Gpus) == Gpus()


def test_on_apple_s_machines_pytorch_is_asked(tmp_path, system):
    system("darwin", "arm64")
    apple = Gpus("mps", 1, "Apple GPU")
    assert find_gpus(tmp_path, lambda: apple) == apple
    assert find_gpus(tmp_path, lambda: None) == Gpus()


def test_without_pytorch_those_of_nvidia_s_driver_count(tmp_path, system):
    sign(tmp_path, ROCM)
    assert find_gpus(tmp_path, lambda: None) == Gpus()
    sign(tmp_path, NVIDIA, cards=3)
    assert find_gpus(tmp_path, lambda: None) == Gpus("cuda", 3)


TORCH = """
class cuda:
    device_count = staticmethod(lambda: {cuda})
    is_available = staticmethod(lambda: {cuda} > 0)
    get_device_name = staticmethod(lambda index: ["A100", "H100"][index])

class backends:
    class mps:
        is_available = staticmethod(lambda: {mps})
"""


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(0, False, Gpus()), (2, False, Gpus("cuda", 2, "A100")), (0, True, Gpus("mps", 1, "Apple GPU"))],
)
def test_pytorch_is_asked_in_a_process_of_its_own(tmp_path, monkeypatch, cuda, mps, expected):
    (tmp_path / "torch.py").write_text("print('a warning')\n" + TORCH.format(cuda=cuda, mps=mps))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(module, "find_spec", lambda name: name)
    assert ask_torch() == expected


def test_an_older_pytorch_without_apple_s_part_is_understood(tmp_path):
    (tmp_path / "torch.py").write_text(TORCH.format(cuda=0, mps=False).partition("class backends")[0] + "backends = 1")
    done = subprocess.run([sys.executable, "-c", QUESTION], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == 'gpus ["cpu", 0, ""]\n'


def test_a_pytorch_that_is_not_there_fails_or_hangs_gives_no_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    monkeypatch.setattr(module, "subprocess", SimpleNamespace())
    assert ask_torch() is None
    monkeypatch.undo()
    monkeypatch.setattr(module, "find_spec", lambda name: name)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "torch.py").write_text("raise OSError('no such library')")
    assert ask_torch() is None
    (tmp_path / "torch.py").write_text(textwrap.dedent("import time; time.sleep(60)"))
    monkeypatch.setattr(module, "ASK_SECONDS", 0.5)
    assert ask_torch() is None
