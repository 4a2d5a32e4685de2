"""Finds the GPUs of this machine: NVIDIA's, AMD's through ROCm, Apple's, and those of WSL2."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sweep.system.limits import available_gpus

SIGNS = ("proc/driver/nvidia/gpus", "dev/kfd", "dev/dxg")
"""What exists where there is a driver of NVIDIA, of AMD's ROCm, or of WSL2."""

ASK_SECONDS = 60.0
"""How long PyTorch may take to load and answer."""

QUESTION = """
import json, torch
cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
mps = bool(getattr(torch.backends, "mps", None)) and torch.backends.mps.is_available()
name = torch.cuda.get_device_name(0) if cuda else "Apple GPU" if mps else ""
print("gpus", json.dumps(["cuda" if cuda else "mps" if mps else "cpu", cuda or int(mps), name]))
"""


@dataclass(frozen=True)
class Gpus:
    """The GPUs that a training on this machine can use.

    Args:
        device: what PyTorch calls them, ``cuda`` (of NVIDIA and AMD) or ``mps``; ``cpu`` if there are none.
        count: number of GPUs.
        name: name of the first; empty if unknown.
    """

    device: str = "cpu"
    count: int = 0
    name: str = ""


def find_gpus(root: Path = Path("/"), ask: Callable[[], Gpus | None] | None = None) -> Gpus:
    """Find the GPUs of this machine.

    PyTorch is asked, in a process of its own, only where there are signs of a GPU: importing it takes seconds.

    Args:
        root: folder that contains ``proc`` and ``dev``.
        ask: asks PyTorch; None if it cannot be asked.
    """
    is_apple = sys.platform == "darwin" and platform.machine() == "arm64"
    if not is_apple and not any((root / sign).exists() for sign in SIGNS):
        return Gpus()
    if (found := (ask or ask_torch)()) is not None:
        return found
    nvidia = available_gpus(root / SIGNS[0])
    return Gpus("cuda", nvidia) if nvidia else Gpus()


def ask_torch() -> Gpus | None:
    """Ask PyTorch for the GPUs; None if it is not installed or does not answer."""
    if find_spec("torch") is None:
        return None
    command = [sys.executable, "-c", QUESTION]
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=ASK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    for line in ended.stdout.splitlines():
        if line.startswith("gpus "):
            return Gpus(*json.loads(line.removeprefix("gpus ")))
    return None
