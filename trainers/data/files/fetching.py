"""Brings the file or folder behind a URL to this machine, by fsspec."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trainers.data.files.location import file_name, is_web, shown, without_urls
from trainers.errors import DataError

CONNECT_SECONDS = 15
"""A server that does not answer for so long is not there."""

SILENCE_SECONDS = 60
"""A server that is silent for so long while it sends has stopped."""


@contextmanager
def fetched(url: str) -> Iterator[Path]:
    """Copy a file, or a folder with all files in it, to a temporary folder for the time of the context.

    Args:
        url: as fsspec takes it.

    Yields:
        the copy, whose name is that of the original.

    Raises:
        DataError: if it cannot be fetched.
    """
    with tempfile.TemporaryDirectory(prefix="sweep-data-") as folder:
        target = Path(folder) / (file_name(url) or "data")
        try:
            _copy(url, target)
        except DataError:
            raise
        except _errors() as error:
            raise _unreachable(url, error) from error
        yield target


def _copy(url: str, target: Path) -> None:
    import fsspec

    system, path = fsspec.core.url_to_fs(url, **_options(url))
    # The file system of the web would read a page in order to look for links.
    if not is_web(url) and system.isdir(path):
        system.get(path.rstrip("/") + "/", f"{target}/", recursive=True)
    else:
        system.get_file(path, str(target))


def _options(url: str) -> dict[str, Any]:
    if not is_web(url):
        return {}
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
    return {"client_kwargs": {"timeout": timeout}}


def _errors() -> tuple[type[Exception], ...]:
    """What fsspec raises: errors of the system, and those of the libraries that it loads."""
    found: list[type[Exception]] = [OSError, ImportError, ValueError, RuntimeError]
    try:
        import aiohttp

        found.append(aiohttp.ClientError)
    except ImportError:
        pass
    try:
        from botocore.exceptions import BotoCoreError, ClientError

        found += [BotoCoreError, ClientError]
    except ImportError:
        pass
    return tuple(found)


def _unreachable(url: str, error: BaseException) -> DataError:
    text = without_urls(str(error).replace(url, shown(url)).strip())
    reason = (text.splitlines() or [""])[0].rstrip(".") or type(error).__name__
    if isinstance(error, FileNotFoundError):
        reason = "no such file"
    way_out = "Check the address"
    if isinstance(error, ImportError):
        way_out = "Install what is missing (for http: pip install aiohttp, for S3: pip install s3fs), or load a copy"
    return DataError(f"the data at `{shown(url)}` must be reachable. Received: {reason[:200]}. {way_out}.")
