"""Estimates the width of text in a drawing and fits text to a width, without access to the browser's layout."""

from __future__ import annotations

FONT = 11.5
"""Size of all text; a drawing is as wide as a phone's page, where no text gets smaller than this."""

BOLD = 1.15
"""Ratio of the width of bold text to regular text."""

WIDTHS = (
    ("ijl'|.,:;! I[]()/\\", 0.42),
    ('ftr-J"', 0.46),
    ("`{}*?_FL", 0.64),
    ("wGOQD&+=<>~#^\u00b1HNUX", 0.85),
    ("mMW@%\u2026\u2014", 1.02),
)
"""Characters that are narrower or wider than most, and the ratio of width to font size, rounded up, in DejaVu Sans,
the widest of the fonts that browsers use for ``system-ui``."""

SMALL, LARGE, WIDE = 0.65, 0.74, 1.05
"""Widths of other characters: lower case and digits, upper case, and scripts with wide characters."""

_WIDTHS = {letter: width for letters, width in WIDTHS for letter in letters}


def width_of(words: str, size: float = FONT, *, is_bold: bool = False) -> float:
    """Upper bound of the width of a text.

    >>> width_of("wide") > width_of("will")
    True
    """
    return size * (BOLD if is_bold else 1.0) * sum(map(_letter, words))


def _letter(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if ord(letter) > 0x2E7F:
        return WIDE
    return SMALL if letter.islower() or letter.isdigit() else LARGE


def shortened(words: str, width: float, *, is_bold: bool = False) -> str:
    """Shorten a text to a width by omitting its middle, because names differ at their ends.

    >>> shortened("momentum lr=0.01 beta1=0.9", 120.0)
    'momentu\u2026a1=0.9'
    """
    if width_of(words, is_bold=is_bold) <= width:
        return words
    for kept in range(len(words) - 1, 1, -1):
        first = (kept + 1) // 2
        short = f"{words[:first].rstrip()}\u2026{words[len(words) - (kept - first) :].lstrip()}"
        if width_of(short, is_bold=is_bold) <= width:
            return short
    return "\u2026"


def wrapped(words: str, width: float, *, is_bold: bool = True) -> list[str]:
    """Wrap a text into lines that fit a width.

    >>> wrapped("Which is better, and by how much", 140)
    ['Which is better,', 'and by how much']
    """
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, is_bold=is_bold) <= width:
            lines[-1] = longer
        else:
            lines.append(shortened(word, width, is_bold=is_bold))
    return lines or [""]
