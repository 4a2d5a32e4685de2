"""Copies a local results folder to a URL such as ``s3://bucket/results`` while it grows, and back."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pyarrow as pa

from sweep.errors import ResultsError
from sweep.errors.masking import hide_parts, without_secrets
from sweep.system.files import TEMPORARY, replacing
from sweep.system.folder_lock import HOLDER, LOCK
from sweep.system.locations import file_path

SYNC_SECONDS = 10.0
"""Copy interval while a sweep runs, which bounds how much a machine failure can lose."""

ANSWER_SECONDS = 30.0
"""Timeout of the first request to a store; some libraries would retry for many minutes."""

WORKING_FOLDER = "results"
"""Local folder of results whose destination is a URL."""

NOT_COPIED = (LOCK, HOLDER)

STORE_ERRORS = (OSError, ValueError, ImportError, pa.ArrowException)
"""Exceptions raised by the libraries of the stores."""

Answer = TypeVar("Answer")


def is_url(root: str | Path) -> bool:
    """Whether the location of the results is a URL and not a folder.

    >>> is_url("s3://bucket/results"), is_url("results"), is_url("C:/results")
    (True, False, False)
    """
    return re.match(r"[a-z][a-z0-9+.-]+://", str(root)) is not None


def local_root(root: str | Path) -> Path:
    """Return the local folder in which results are written.

    >>> local_root("file:///shared/results").as_posix(), local_root("s3://bucket/results").as_posix()
    ('/shared/results', 'results')

    Raises:
        ResultsError: if a file URL names another machine.
    """
    if not is_url(root):
        return Path(root)
    if urlsplit(str(root)).scheme != "file":
        return Path(WORKING_FOLDER)
    folder = file_path(str(root))
    if folder is None:
        raise ResultsError(
            f"`results` must be a folder of this machine where it begins with file://. Received: {root}. "
            "Give its path, with three slashes after `file:`."
        )
    return folder


def open_mirror(root: str | Path, name: str) -> Mirror | None:
    """Open the mirror of the folder ``name`` below a URL; None for a folder on this machine.

    Raises:
        ResultsError: if the URL's scheme is unknown, or the store does not answer.
    """
    if not is_url(root) or urlsplit(str(root)).scheme == "file":
        return None
    filesystem, base = _open(str(root))
    return Mirror(filesystem, str(PurePosixPath(base) / name), str(root))


def require_store(root: str) -> None:
    """Check that a store is writable by writing and deleting a small file.

    Raises:
        ResultsError: if it is not writable.
    """
    filesystem, base = _open(root)
    probe = str(PurePosixPath(base) / f".probe{TEMPORARY}")

    def write_probe() -> None:
        filesystem.create_dir(base, recursive=True)
        with filesystem.open_output_stream(probe) as stream:
            stream.write(b"sweep")
        filesystem.delete_file(probe)

    _with_timeout(root, write_probe)


class Mirror:
    """Copies a folder to a store and back.

    Args:
        filesystem: file system of the store.
        base: path of the folder in it.
        url: URL as given by the user.
    """

    def __init__(self, filesystem: Any, base: str, url: str) -> None:
        self._filesystem = filesystem
        self._base = base
        self._url = url
        self._sent: dict[str, tuple[int, int]] = {}
        self._send_lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def restore(self, folder: Path) -> None:
        """Download files that the store has and ``folder`` lacks, as when resuming on another machine.

        Raises:
            ResultsError: if the store cannot be read.
        """
        from pyarrow import fs

        def fetch() -> None:
            selector = fs.FileSelector(self._base, recursive=True, allow_not_found=True)
            for found in self._filesystem.get_file_info(selector):
                name = str(PurePosixPath(found.path.lstrip("/")).relative_to(self._base.lstrip("/")))
                if found.type != fs.FileType.File or name.endswith(TEMPORARY):
                    continue
                target = folder / name
                if target.exists():
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with self._filesystem.open_input_stream(found.path) as stream, replacing(target) as temporary:
                    temporary.write_bytes(stream.read())
                self._sent[name] = target.stat().st_size, target.stat().st_mtime_ns

        _translate_errors(self._url, fetch)

    def follow(self, folder: Path) -> None:
        """Copy changes every few seconds until `finish`; failures are retried the next time."""

        def copy() -> None:
            while not self._ended.wait(SYNC_SECONDS):
                self.send(folder)

        self._thread = threading.Thread(target=copy, name="results-mirror", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """End `follow`."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def send(self, folder: Path) -> str | None:
        """Copy ``folder`` to the store; on failure, return the reason in one sentence."""
        try:
            with self._send_lock:
                self._send(folder)
        except STORE_ERRORS as error:
            reason = hide_parts(_reason(error), self._url)
            return (
                f"The results are not all at {without_secrets(self._url)} ({reason}); they are in `{folder}`, "
                "and the same command sends them."
            )
        return None

    def _send(self, folder: Path) -> None:
        present = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if name in NOT_COPIED or name.endswith(TEMPORARY) or not path.is_file():
                continue
            try:
                status = path.stat()
                content = path.read_bytes() if self._sent.get(name) != (status.st_size, status.st_mtime_ns) else None
            except FileNotFoundError:
                # The file was replaced or deleted meanwhile.
                continue
            present[name] = status.st_size, status.st_mtime_ns
            if content is None:
                continue
            target = str(PurePosixPath(self._base) / name)
            self._filesystem.create_dir(str(PurePosixPath(target).parent), recursive=True)
            with self._filesystem.open_output_stream(target) as stream:
                stream.write(content)
        # Deletions come last, so that an interruption leaves too many files rather than too few.
        for name in self._sent.keys() - present.keys():
            self._filesystem.delete_file(str(PurePosixPath(self._base) / name))
        self._sent = present


def _open(url: str) -> tuple[Any, str]:
    """Open the file system of a URL: one of pyarrow's, or else one of fsspec's."""
    from pyarrow import fs

    def find() -> tuple[Any, str]:
        try:
            filesystem, path = fs.FileSystem.from_uri(url)
        except pa.ArrowInvalid:
            import fsspec

            found, path = fsspec.core.url_to_fs(url)
            filesystem = fs.PyFileSystem(fs.FSSpecHandler(found))
        return filesystem, path

    return _with_timeout(url, find)


def _with_timeout(url: str, call: Callable[[], Answer]) -> Answer:
    answers: list[Answer] = []
    errors: list[ResultsError] = []

    def ask() -> None:
        try:
            answers.append(_translate_errors(url, call))
        except ResultsError as error:
            errors.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    if errors:
        raise errors[0]
    if not answers:
        raise _store_error(url, f"no answer within {ANSWER_SECONDS:g} s")
    return answers[0]


def _translate_errors(url: str, call: Callable[[], Answer]) -> Answer:
    try:
        return call()
    except STORE_ERRORS as error:
        raise _store_error(url, hide_parts(_reason(error), url)) from error


def _store_error(url: str, reason: str) -> ResultsError:
    return ResultsError(
        f"`results` must be a folder or a URL that can be written ({reason}). Received: {without_secrets(url)}. "
        "Check the URL and the credentials, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for s3://, or give a "
        "folder."
    )


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    aws = re.search(r"AWS Error [A-Z_]+[^:]*: ([^;(]*)", text)
    return (aws[1] if aws else text.split("; ")[0])[:160].strip().rstrip(".")
