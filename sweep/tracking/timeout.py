"""Waits for a call into another library only so long, and tells as one error whatever went wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, TimeoutError

from sweep.tracking.store import StoreError


def within(seconds: float, action: Callable[[], None]) -> None:
    """Do ``action``, whose library has errors of its own for each of its stores, and may wait for minutes.

    Args:
        seconds: how long it may take; what takes longer is left to end by itself.
        action: what to do.

    Raises:
        StoreError: if it failed or took too long; trying again at once does not help.
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
