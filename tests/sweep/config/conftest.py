"""Loads short sweep files as a user writes them, and shows what is said when one is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.config import SweepConfig, load_config
from sweep.errors import ConfigError

GOOD = "data: {name: digits}\noptimizers: {sgd: {learning_rate: 0.1}}\n"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SweepConfig]:
    """Load a text as the file ``x.yaml`` in the working folder, with overrides."""
    monkeypatch.chdir(tmp_path)

    def load(text: str, *overrides: str) -> SweepConfig:
        Path("x.yaml").write_text(text, encoding="utf-8")
        return load_config("x.yaml", overrides)

    return load


@pytest.fixture
def refusal(load: Callable[..., SweepConfig]) -> Callable[..., list[str]]:
    """The lines with which a text is refused."""

    def refusal(text: str, *overrides: str) -> list[str]:
        with pytest.raises(ConfigError) as refused:
            load(text, *overrides)
        return str(refused.value).splitlines()

    return refusal
