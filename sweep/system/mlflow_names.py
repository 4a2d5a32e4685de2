"""Tells which names of parameters and metrics MLflow takes."""

from __future__ import annotations

import posixpath
import re

LONGEST_NAME = 250
"""Characters of a name."""

NAME = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_./ -]{{0,{LONGEST_NAME - 1}}}")
"""What MLflow takes, without the colon, which user-defined optimizers have."""


def is_mlflow_name(name: str) -> bool:
    """Whether MLflow takes a name, which it reads as a path in its shortest form.

    >>> [is_mlflow_name(name) for name in ("val/f1 macro", "a//b", "huber[delta=1.3]", "")]
    [True, False, False, False]
    """
    return NAME.fullmatch(name) is not None and posixpath.normpath(name) == name
