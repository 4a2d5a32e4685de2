"""Spells text for Markdown, in which names of the user's must not become HTML, links or other cells of a table."""

from __future__ import annotations

import re

TAG = re.compile(r"<(?=[A-Za-z/!?])")
"""Opens HTML, or an address; elsewhere ``<`` is a sign."""


def inline(text: object) -> str:
    r"""Spell text within a line; text between backticks stays code.

    >>> inline("`lr < 0.1` of <script>alert(1)</script>\n# a"), inline("![x](http://host)")
    ('`lr < 0.1` of &lt;script>alert(1)&lt;/script> # a', '![x\\]\\(http://host)')
    """
    return TAG.sub("&lt;", " ".join(str(text).splitlines())).replace("](", r"\]\(")


def cell(text: object) -> str:
    r"""Spell the text of a cell of a table.

    >>> cell("relu|<b>"), cell("a`b")
    ('relu\\|&lt;b>', 'a\\`b')
    """
    return inline(text).replace("|", r"\|").replace("`", r"\`")


def fenced(text: str, language: str = "") -> str:
    r"""Spell lines as a block of code, which no line of them ends.

    >>> print(fenced("a: |\n  ```\n  # b", "yaml"))
    ````yaml
    a: |
      ```
      # b
    ````
    """
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
