"""Finds out in which encoding a text file is written."""

from __future__ import annotations

import codecs

from trainers.data.files.content import Content
from trainers.data.files.latin_script import WESTERN, latin_encoding, telling_word
from trainers.errors import DataError, shortened

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order mark -> encoding; the one of UTF-32 begins with that of UTF-16."""

OTHERS = ("cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5", "cp949")
"""Encodings of other scripts, which charset-normalizer tells apart well; those of Latin script it does not."""

MOST_CHAOS = 0.2
"""Share of implausible neighbours in a text, of charset-normalizer, from which a guess is not sure."""

FEWEST = 6
"""Bytes beyond ASCII from which charset-normalizer can tell a script."""

SAMPLE = 100_000
"""Bytes of the lines that decide."""


def encoding_of(content: Content, sample: bytes) -> str:
    """Guess the encoding of a file by its first bytes.

    Args:
        content: the file.
        sample: its first bytes.

    Raises:
        DataError: if no encoding fits.
    """
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    if wide := _wide(sample):
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return other_encoding(content)
    return "utf-8"


def other_encoding(content: Content) -> str:
    """Guess the encoding of a file that is not UTF-8, by all of its lines that are not ASCII.

    **Variant.** That of another script if charset-normalizer is sure of it, else that of a language in Latin script
    that has all the letters, else Windows' western one, cp1252, or the one of central Europe, cp1250, if cp1252 lacks a
    byte.

    Raises:
        DataError: if neither fits.
    """
    from charset_normalizer import from_bytes

    telling = bytearray()
    with content.open() as lines:
        for line in lines:
            if not line.isascii():
                telling += line[:SAMPLE]
            if len(telling) >= SAMPLE:
                break
    found = list(from_bytes(bytes(telling), cp_isolation=[WESTERN, *OTHERS]))
    best = found[0] if found else None
    enough = sum(byte > 127 for byte in telling) >= FEWEST
    if enough and best is not None and best.encoding in OTHERS and best.chaos <= MOST_CHAOS:
        alike = [other for other in found if (other.coherence, other.chaos) == (best.coherence, best.chaos)]
        if best.coherence > 0 or len(alike) < 3:
            return str(best.encoding)
    if latin := latin_encoding(bytes(telling)):
        return latin
    for name in (WESTERN, "cp1250"):
        if _fits(bytes(telling), name):
            return name
    raise DataError(
        f"`{content.shown}` must be text in an encoding that can be told. Received: "
        f"{undecodable(content, 'utf-8')}, which is neither UTF-8 nor {WESTERN}. "
        "Give its `encoding`, such as cp1250, cp1254 or cp850, or save it as UTF-8."
    )


def checked_encoding(name: str) -> str:
    """Return the name of an encoding that a user gives, if Python knows it.

    Raises:
        DataError: otherwise.
    """
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
    except (LookupError, ValueError) as error:
        raise DataError(
            f"`encoding` must be one that Python knows. Received: {name}. Give one such as utf-8, cp1252 or utf-16."
        ) from error
    # A byte order mark is no part of the first column's name.
    return "utf-8-sig" if codec.name == "utf-8" else codec.name


def guess_shown(content: Content, encoding: str) -> str:
    """Show a word by which a reader sees whether a guess among encodings of single bytes is right; empty for others."""
    if encoding.startswith("utf"):
        return ""
    with content.open() as lines:
        words = (telling_word(line.decode(encoding, "replace")) for line in lines if not line.isascii())
        word = next(filter(None, words), "")
    if not word:
        return ""
    return f" by its letters, as in `{shortened(word)}` (`data.encoding` names another, such as cp1250 or cp1254)"


def undecodable(content: Content, encoding: str) -> str | None:
    """Describe the first byte of a file that an encoding does not have, with its line; None if there is none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with content.open() as lines:
        number = 0
        for number, line in enumerate(lines, 1):
            try:
                decoder.decode(line)
            except UnicodeDecodeError as error:
                byte = error.object[error.start] if error.start < len(error.object) else 0
                return f"the byte {byte:#04x} in line {number:,}"
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return f"half a character at its end, in line {number:,}"
    return None


def _fits(sample: bytes, name: str) -> bool:
    try:
        sample.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _wide(sample: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zeros in every second byte of a text that is mostly ASCII."""
    even, odd = sample[0:2000:2], sample[1:2000:2]
    if len(odd) < 4:
        return None
    zeros = (even.count(0) / len(even), odd.count(0) / len(odd))
    if zeros[0] < 0.02 and zeros[1] > 0.6:
        return "utf-16-le"
    return "utf-16-be" if zeros[1] < 0.02 and zeros[0] > 0.6 else None
