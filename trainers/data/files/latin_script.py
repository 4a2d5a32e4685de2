"""Tells the encodings of languages that are written in Latin script by the letters that a language has."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

WESTERN = "cp1252"
"""What Windows writes in western Europe and America."""

# ruff: noqa: RUF001
_WEST = (
    "éèêëàâîïôùûüçœæÿ", "äöüßé", "áéíóúüñ", "áàâãéêíóôõúüç", "àèéìíòóù", "æøåéòôóâ", "åäöéü", "åäöšž", "áéíóúýþæöð",
    "éëïóöüèêá", "àèéíïòóúüç·", "äöõüšž",
)  # fmt: skip
_CENTRAL = (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüßé",
)  # fmt: skip
_TURKISH = ("çğıİöşüâîû",)
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž")

ALPHABETS = {
    "cp1254": _TURKISH,
    WESTERN: _WEST,
    "cp1250": _CENTRAL,
    "cp1257": _BALTIC,
    "iso8859_2": _CENTRAL,
    "cp850": _WEST,
    "mac_roman": _WEST,
    "cp852": _CENTRAL,
}
"""Encoding -> of each of its languages, the small letters beyond ASCII; the first that has all letters is taken.

Turkish is before Icelandic, whose letters stand in the same places, because Icelandic has vowels that Turkish has not.
"""

SELDOM = ("cp850", "mac_roman", "cp852")
"""Encodings of DOS and of old Macs, which a few letters do not prove."""

FEWEST = 6
"""Bytes beyond ASCII that are more than a few."""

_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHES = "’‘·"


def latin_encoding(sample: bytes) -> str | None:
    """Guess an encoding by the letters of a text: those of one language, and its words without other characters.

    Args:
        sample: lines in which not all is ASCII.

    Returns:
        None if no language has all the letters.

    >>> latin_encoding("Łódź, Kraków".encode("cp1250")), latin_encoding("Eskişehir, Türkiye".encode("cp1254"))
    ('cp1250', 'cp1254')
    """
    enough = sum(byte > 127 for byte in sample) >= FEWEST
    western = sample.decode(WESTERN, "replace")
    candidates = [
        name
        for name in ALPHABETS
        if (enough or name not in SELDOM) and (name == WESTERN or sample.decode(name, "replace") != western)
    ]
    return next((name for name in candidates if _fits(sample, name, ALPHABETS[name])), None)


def telling_word(text: str) -> str:
    r"""Return the first word that is not ASCII, by which a reader sees whether the encoding is the right one.

    >>> telling_word("name,city\nAnna,Łódź\n")
    'Łódź'
    """
    return next((word for word in _WORD.findall(text) if not word.isascii()), "")


def _fits(sample: bytes, name: str, alphabets: tuple[str, ...]) -> bool:
    try:
        text = unicodedata.normalize("NFC", sample.decode(name))
    except UnicodeDecodeError:
        return False
    if any("\x7f" <= sign <= "\x9f" for sign in text) or any(map(_breaks_word, text, text[1:], text[2:])):
        return False
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    # A capital after a small letter, as in `crÚe`, is another letter in another encoding.
    if any(
        before.islower() and after.isupper() and not after.isascii()
        for word in words
        for before, after in pairwise(word)
    ):
        return False
    letters = {letter for word in words for letter in word if not letter.isascii()}
    if not letters:
        return False
    return any(all(letter in alphabet or letter.lower() in alphabet for letter in letters) for alphabet in alphabets)


def _breaks_word(before: str, middle: str, after: str) -> bool:
    """Whether a sign that is no letter stands within a word."""
    is_sign = not middle.isascii() and not middle.isalpha() and middle not in _APOSTROPHES
    return is_sign and before.isalpha() and after.isalpha()
