"""The errors of training that a user can cause, each with a one-sentence message and a way out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


class DataError(ValueError):
    """A data set cannot be read or used; the message is one sentence for the user."""


class UserCodeError(ValueError):
    """A user's own code, named in a configuration, cannot be used; the message continues "`the.key` ..."."""


def did_you_mean(received: str, known: Iterable[str]) -> str:
    """Suggest the most similar known name, as the end of a message; empty if none is similar.

    **Variant.** Similar means a plausible typing error: `edit_distance` at most 1 for names of up to five letters,
    2 for longer ones and 3 for more than eleven; case, separators between words and a plural s are ignored. A larger
    distance would suggest a different name: ``adamax`` is not a misspelled ``adam``.

    >>> did_you_mean("digit", ["digits", "wine"]), did_you_mean("BatchSize", ["batch_size"])
    (' Did you mean `digits`?', ' Did you mean `batch_size`?')
    >>> did_you_mean("adamax", ["adam", "adamw"])
    ''
    """
    given = _letters(received)
    near: list[tuple[int, int, str]] = []
    for name in known:
        letters = _letters(name)
        most = _most_edits(given, letters)
        # The difference in length is a lower bound, which avoids computing the distance for most names.
        if abs(len(letters) - len(given)) <= most and (distance := edit_distance(given, letters)) <= most:
            # Among names with the same letters, the one with the most similar spelling comes first.
            near.append((distance, edit_distance(received, name), name))
    return f" Did you mean `{min(near, key=lambda found: found[:2])[2]}`?" if near else ""


def edit_distance(first: str, second: str) -> int:
    """Count the insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.

    **Variant.** Optimal string alignment: no letter is edited twice.

    >>> edit_distance("name", "nmae"), edit_distance("epoch", "epochs"), edit_distance("adamax", "adam")
    (1, 1, 2)

    Reference: Damerau (1964), A Technique for Computer Detection and Correction of Spelling Errors.
    """
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        above, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            distance = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, first[i - 2]) == (second[j - 2], b):
                distance = min(distance, above[j - 2] + 1)
            row.append(distance)
    return row[-1]


def _letters(name: str) -> str:
    letters = re.sub(r"[\s_.-]", "", name.lower())
    return letters.removesuffix("s") if len(letters) > 4 else letters


def _most_edits(received: str, name: str) -> int:
    shorter = min(len(received), len(name))
    if shorter < 3:
        # Any two names of two letters are one or two edits apart.
        return 0
    return 1 if shorter <= 5 else 2 if shorter <= 11 else 3


def listed(names: Sequence[str], most: int = 20) -> str:
    """List names in backticks, of many names the first ones.

    >>> listed(["a", "b", "c"], most=2)
    '`a`, `b` and 1 more'
    """
    shown = ", ".join(f"`{shortened(name)}`" for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def shortened(text: str, most: int = 60) -> str:
    """Shorten a text to one line for a message.

    >>> shortened("two" + chr(10) + "lines, and more than fits", most=14)
    'two lines, ...'
    """
    text = text.replace("\r", " ").replace("\n", " ").replace("\0", "\\0")
    return text if len(text) <= most else f"{text[: most - 3]}..."
