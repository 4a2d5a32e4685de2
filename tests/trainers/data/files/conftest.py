"""Files that other tools wrote, files written by a test, and the sentence of a refusal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trainers.data.files import FileOptions, Table, read_table
from trainers.data.files.content import Content
from trainers.errors import DataError


@pytest.fixture
def written() -> Path:
    """The folder of files that other tools wrote; its README says how."""
    return Path(__file__).parent / "written"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Table]:
    """Write a file and read it: ``read("a.csv", text or bytes, separator=...)``."""

    def write_and_read(name: str, content: str | bytes, **options: Any) -> Table:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(str(path), FileOptions(**options))

    return write_and_read


@pytest.fixture
def refusal() -> Callable[..., contextlib.AbstractContextManager[None]]:
    """Expect a `DataError` of one line that contains some text."""

    @contextlib.contextmanager
    def expect(*parts: str) -> Iterator[None]:
        with pytest.raises(DataError) as caught:
            yield
        said = str(caught.value)
        assert [part for part in parts if part not in said] == [], said
        assert "\n" not in said

    return expect


@pytest.fixture
def content(tmp_path: Path) -> Callable[[bytes], Content]:
    """A file of some bytes, as readers take it."""

    def make(data: bytes, name: str = "a.csv") -> Content:
        path = tmp_path / name
        path.write_bytes(data)
        return Content(name=name, origin=name, shown=name, path=path)

    return make
