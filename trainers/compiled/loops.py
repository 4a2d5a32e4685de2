"""How a loop over arrays is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compile_loop(loop: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function at its first call for each kind of arguments; that of the project's own loops is kept on disk.

    A user's own file may lie where nothing can be written, or be loaded anew while Python runs.
    """
    is_own = loop.__module__.partition(".")[0] == __name__.partition(".")[0]
    # error_model="numpy": a division by zero is inf, not an exception whose check would keep the loop from vectorising.
    return njit(error_model="numpy", cache=is_own, nogil=True)(loop)
