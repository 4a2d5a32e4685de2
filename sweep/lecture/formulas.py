"""Converts formulas and text in ASCII to HTML: Greek letters, roots, subscripts and superscripts."""

from __future__ import annotations

import html
import re

SYMBOLS = {
    **{name: f"&{name};" for name in ("alpha", "beta", "epsilon", "theta", "kappa", "pi")},
    "sum": "&Sigma;",
    "sqrt": "&radic;",
    **{f"{letter}hat": f"{letter}&#770;" for letter in "vsy"},
}
_WORD = re.compile(rf"(?<![A-Za-z0-9&])({'|'.join(SYMBOLS)})(?![A-Za-z])")
_SCRIPT = r"([_^])(\{[^{}]*\}|\([^()]*\)|[A-Za-z0-9]+)"
_ANY_SCRIPT = re.compile(_SCRIPT)
_LETTER_SCRIPT = re.compile(rf"(?<![A-Za-z])({'|'.join(SYMBOLS)}|[A-Za-z)]){_SCRIPT}")
_POWER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-])0*(\d+)")
_MINUS = re.compile(r"(?<![\w])-(?=[\s\w(])")


def formula(text: str) -> str:
    """Convert a formula to HTML.

    >>> formula("v_t = beta v_{t-1} + x^2 ")
    'v<sub>t</sub> = &beta; v<sub>t&minus;1</sub> + x<sup>2</sup> '
    """
    scripted = _ANY_SCRIPT.sub(lambda match: _tag(match[1], match[2]), html.escape(text, quote=False))
    return _letters(_MINUS.sub("&minus;", scripted)).replace(" ~ ", " &asymp; ")


def prose(text: str) -> str:
    """Convert a paragraph to HTML: text in backticks becomes code, and only single letters get sub- or superscripts.

    >>> prose("1e-08, 6.5e-05")
    '10<sup>&minus;8</sup>, 6.5&nbsp;&times;&nbsp;10<sup>&minus;5</sup>'
    >>> prose("the sum for `lr` is alpha - v_0 in heavy_ball")
    'the sum for <code>lr</code> is &alpha; &minus; v<sub>0</sub> in heavy_ball'
    """
    parts = html.escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else _words(part) for number, part in enumerate(parts))


def _words(text: str) -> str:
    scripted = _LETTER_SCRIPT.sub(lambda match: match[1] + _tag(match[2], match[3]), _POWER.sub(_power, text))
    return _letters(scripted, except_for="sum").replace(" - ", " &minus; ")


def _letters(text: str, except_for: str = "") -> str:
    return _WORD.sub(lambda match: match[1] if match[1] == except_for else SYMBOLS[match[1]], text)


def _power(match: re.Match[str]) -> str:
    """Format a number in scientific notation, for example 6e-05, as a power of ten."""
    digits, sign, exponent = match.groups()
    ten = "10" + _tag("^", f"{sign.strip('+')}{exponent}")
    return ten if digits == "1" else f"{digits}&nbsp;&times;&nbsp;{ten}"


def _tag(mark: str, inside: str) -> str:
    tag = "sub" if mark == "_" else "sup"
    return f"<{tag}>{inside.strip('{}').replace('-', '&minus;')}</{tag}>"
