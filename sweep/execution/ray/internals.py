"""The parts of Ray that its documentation does not name, each with what is done without it.

Tested with Ray 2.60.
"""

from __future__ import annotations

from typing import Any


def use_waiting_processes() -> bool:
    """Let Tune's actors take the worker processes that Ray has started already.

    Tune gives its actors an environment variable for PyTorch Lightning, which no process that waits has; each actor
    would start a process of its own while the waiting ones stay idle. Without the variable they match.

    Returns:
        False where Tune keeps the variable elsewhere; then each worker starts a process of its own, which takes a
        second longer.
    """
    try:
        from ray.tune.execution import class_cache
    except ImportError:
        return False
    variables: Any = getattr(class_cache, "DEFAULT_ENV_VARS", None)
    if not isinstance(variables, dict):
        return False
    variables.pop("PL_DISABLE_FORK", None)
    return True
