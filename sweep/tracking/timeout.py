"""Calls another library with a timeout, and converts its exceptions to StoreError."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, TimeoutError

from sweep.tracking.store import StoreError


def call_with_timeout(seconds: float, action: Callable[[], None]) -> None:
    """Run ``action`` with a timeout; artifact libraries have many exception types and may wait for minutes.

    Args:
        seconds: timeout; an action that exceeds it continues in the background.
        action: the call.

    Raises:
        StoreError: if it failed or timed out; an immediate retry does not help.
    """
    threads = ThreadPoolExecutor(1, thread_name_prefix="mlflow-artifacts")
    future = threads.submit(action)
    threads.shutdown(wait=False)
    try:
        error = future.exception(seconds)
    except TimeoutError:
        raise StoreError(f"no answer within {seconds:g} s", permanent=True) from None
    if error is not None:
        raise StoreError(f"{type(error).__name__}: {error}", permanent=True) from error
