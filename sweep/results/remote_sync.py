"""Results at a URL, such as ``s3://bucket/results``: written in a folder here, which is copied there as it grows."""

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
"""How often what is new is copied while a sweep runs: so much is lost with the machine at most."""

ANSWER_SECONDS = 30.0
"""How long a store may take to answer the first question; some libraries would go on asking for many minutes."""

WORKING_FOLDER = "results"
"""Where the folder is kept here while its home is a URL."""

STAYS_HERE = (LOCK, HOLDER)

REFUSALS = (OSError, ValueError, ImportError, pa.ArrowException)
"""What the libraries of the stores raise."""

Answer = TypeVar("Answer")


def is_url(root: str | Path) -> bool:
    """Tell a URL from a folder.

    >>> is_url("s3://bucket/results"), is_url("results"), is_url("C:/results")
    (True, False, False)
    """
    return re.match(r"[a-z][a-z0-9+.-]+://", str(root)) is not None


def local_root(root: str | Path) -> Path:
    """Name the folder in which results are written here.

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


def mirror_of(root: str | Path, name: str) -> Mirror | None:
    """Open the home of the folder ``name`` below a URL; None for a folder of this machine.

    Raises:
        ResultsError: if the URL is of no known kind, or does not answer.
    """
    if not is_url(root) or urlsplit(str(root)).scheme == "file":
        return None
    filesystem, base = _open(str(root))
    return Mirror(filesystem, str(PurePosixPath(base) / name), str(root))


def require_store(root: str) -> None:
    """Write and delete a small file below a URL, so that a store that cannot be written is known at once.

    Raises:
        ResultsError: if it cannot.
    """
    filesystem, base = _open(root)
    probe = str(PurePosixPath(base) / f".probe{TEMPORARY}")

    def try_out() -> None:
        filesystem.create_dir(base, recursive=True)
        with filesystem.open_output_stream(probe) as stream:
            stream.write(b"sweep")
        filesystem.delete_file(probe)

    _in_time(root, try_out)


class Mirror:
    """Copies a folder to a store and back.

    Args:
        filesystem: of the store.
        base: path of the folder in it.
        url: as the user gave it.
    """

    def __init__(self, filesystem: Any, base: str, url: str) -> None:
        self._filesystem = filesystem
        self._base = base
        self._url = url
        self._sent: dict[str, tuple[int, int]] = {}
        self._one_at_a_time = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def restore(self, folder: Path) -> None:
        """Fetch what the store has and ``folder`` lacks, as on another machine.

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

        _told(self._url, fetch)

    def follow(self, folder: Path) -> None:
        """Copy what is new every few seconds, until `finish`; what fails is tried again the next time."""

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
        """Make the store hold what ``folder`` holds; returns why it does not, in one sentence."""
        try:
            with self._one_at_a_time:
                self._send(folder)
        except REFUSALS as error:
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
            if name in STAYS_HERE or name.endswith(TEMPORARY) or not path.is_file():
                continue
            try:
                status = path.stat()
                content = path.read_bytes() if self._sent.get(name) != (status.st_size, status.st_mtime_ns) else None
            except FileNotFoundError:
                # It was replaced or deleted meanwhile.
                continue
            present[name] = status.st_size, status.st_mtime_ns
            if content is None:
                continue
            target = str(PurePosixPath(self._base) / name)
            self._filesystem.create_dir(str(PurePosixPath(target).parent), recursive=True)
            with self._filesystem.open_output_stream(target) as stream:
                stream.write(content)
        # What was deleted goes last: a kill in between leaves files too many, never too few.
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

    return _in_time(url, find)


def _in_time(url: str, question: Callable[[], Answer]) -> Answer:
    answers: list[Answer] = []
    errors: list[ResultsError] = []

    def ask() -> None:
        try:
            answers.append(_told(url, question))
        except ResultsError as error:
            errors.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    if errors:
        raise errors[0]
    if not answers:
        raise _refusal(url, f"no answer within {ANSWER_SECONDS:g} s")
    return answers[0]


def _told(url: str, question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    except REFUSALS as error:
        raise _refusal(url, hide_parts(_reason(error), url)) from error


def _refusal(url: str, reason: str) -> ResultsError:
    return ResultsError(
        f"`results` must be a folder or a URL that can be written ({reason}). Received: {without_secrets(url)}. "
        "Check the URL and the credentials, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for s3://, or give a "
        "folder."
    )


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    aws = re.search(r"AWS Error [A-Z_]+[^:]*: ([^;(]*)", text)
    return (aws[1] if aws else text.split("; ")[0])[:160].strip().rstrip(".")
