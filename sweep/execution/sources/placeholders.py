"""Fills the placeholders of a command's arguments, such as ``{learning_rate}``, with the values of a trial."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

OF_A_TRIAL = ("seed", "folder", "device")
"""Placeholders besides the hyperparameters."""

PATTERN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][\w./ -]*)\}")


def placeholders(arguments: Sequence[str]) -> list[str]:
    """Return the names in the placeholders, in order of first appearance; ``{{`` is a plain brace.

    >>> placeholders(["train.py", "--lr={learning_rate}", "{{literal}}", "{seed}"])
    ['learning_rate', 'seed']
    """
    found = (match[1] for argument in arguments for match in PATTERN.finditer(argument) if match[1])
    return list(dict.fromkeys(found))


def fill(arguments: Sequence[str], values: Mapping[str, Any]) -> list[str]:
    """Replace each placeholder by its value; a value stays within its argument, whatever it holds.

    Args:
        arguments: the command.
        values: name -> value, for each name of a placeholder.

    >>> fill(["--lr={lr}", "{{x}}"], {"lr": "1; rm {seed}"})
    ['--lr=1; rm {seed}', '{x}']
    """

    def text(match: re.Match[str]) -> str:
        return match[0][0] if match[1] is None else spelled(values[match[1]])

    return [PATTERN.sub(text, argument) for argument in arguments]


def spelled(value: Any) -> str:
    """Spell a value as an argument of a command: text as it is, all else as JSON.

    >>> spelled("a b"), spelled(0.1), spelled(True), spelled([64, 64])
    ('a b', '0.1', 'true', '[64, 64]')
    """
    return value if isinstance(value, str) else json.dumps(value)
