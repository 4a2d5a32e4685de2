"""Reports an unexpected exception in one sentence, and saves the traceback to a file."""

from __future__ import annotations

import errno
import os
import tempfile
import traceback

WAYS_OUT = {
    errno.ENOSPC: "Free some space there, or choose other folders by `results` and TMPDIR.",
    errno.EDQUOT: "Free some space there, or choose other folders by `results` and TMPDIR.",
    errno.EACCES: "Change its permissions, or choose other folders by `results`, TMPDIR and HOME.",
    errno.EPERM: "Change its permissions, or choose other folders by `results`, TMPDIR and HOME.",
    errno.EROFS: "Choose folders that can be written by `results`, TMPDIR and HOME.",
    errno.EMFILE: "Raise the limit with `ulimit -n 4096`.",
    errno.ENOENT: "Make it, or name folders that exist by `results`, TMPDIR and HOME.",
    errno.EAGAIN: "Raise the limit of processes with `ulimit -u`, or train with `resources.executor: inline`.",
    errno.ENOMEM: "Use fewer workers, a smaller network or smaller batches.",
}


def explain(error: BaseException) -> str:
    """Describe an error without a message of its own in one sentence.

    Args:
        error: the raised exception.

    >>> explain(MemoryError()).partition(". ")[0]
    'the memory of this machine must hold what is trained and read'
    """
    if isinstance(error, MemoryError):
        return (
            f"the memory of this machine must hold what is trained and read. Received: {_reason(error)}. "
            f"{WAYS_OUT[errno.ENOMEM]}"
        )
    kept = _keep(error)
    if isinstance(error, OSError) and error.errno is not None:
        place = f" at `{os.fsdecode(error.filename)}`" if isinstance(error.filename, str | bytes) else ""
        return (
            f"the system must let the command use its files and processes. "
            f"Received: {os.strerror(error.errno)}{place}. "
            f"{WAYS_OUT.get(error.errno, 'Mend that, and run the same command again.')}{kept}"
        )
    return (
        f"the command ended for a reason that it does not know. Received: {_reason(error)}. "
        f"What a sweep has trained is kept; please report this.{kept}"
    )


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _keep(error: BaseException) -> str:
    """Write the traceback to a temporary file; return a sentence with its path, or with the error's origin."""
    try:
        number, path = tempfile.mkstemp(prefix="sweep-traceback-", suffix=".txt")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(traceback.format_exception(error))
    except OSError:
        frames = traceback.extract_tb(error.__traceback__)
        return f" It arose in {frames[-1].filename}, line {frames[-1].lineno}." if frames else ""
    return f" The traceback is in `{path}`."
