"""How a loop over arrays is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

# error_model="numpy": a division by zero is inf, not an exception whose check would keep the loop from vectorising.
compile_loop: Callable[[Any], Any] = njit(error_model="numpy", cache=True, nogil=True)
