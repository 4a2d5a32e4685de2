"""Renders the doctests of docstrings as code: Markdown would parse their prompts as block quotes."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

DOCTEST = re.compile(r"^>>> .*(?:\n.+)*", flags=re.MULTILINE)


class Doctests(Extension):
    """Puts each doctest into a code fence; mkdocstrings instantiates this class."""

    def on_object(self, *, obj: Object, **kwargs: Any) -> None:
        """Change the docstring of an object that has been read."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """The text with a code fence around each doctest; a doctest ends at an empty line."""
    return DOCTEST.sub(lambda found: f"```pycon\n{found[0]}\n```", text)
