"""Compiles a loop over arrays with numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compile_loop(loop: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function at its first call for each combination of argument types.

    The project's own loops are cached on disk; a user's file may be in a read-only folder or be reloaded.
    """
    is_own = loop.__module__.partition(".")[0] == __name__.partition(".")[0]
    # error_model="numpy": a division by zero is inf, not an exception whose check would keep the loop from vectorising.
    return njit(error_model="numpy", cache=is_own, nogil=True)(loop)
