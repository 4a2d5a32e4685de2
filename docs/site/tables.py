"""Writes the tables of docs/optimizers.md from the declarations of optimizers and schedules.

Usage: python docs/site/tables.py
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from trainers.optimizers import OPTIMIZERS, Declaration, declaration_of
from trainers.schedules import RULES, warmup

PAGE = Path(__file__).parents[1] / "optimizers.md"
ELSEWHERE = ("torch", "Keras", "optax", "the lecture")
Row = tuple[str, ...]


def declarations() -> list[Declaration]:
    """The declarations of the project's optimizers, in registry order."""
    return [declaration_of(optimizer) for optimizer in OPTIMIZERS.values()]


def code(text: object) -> str:
    """Format text as inline code; None becomes an empty string."""
    return "" if text is None else f"`{text}`"


def equations() -> Iterator[Row]:
    """For each optimizer, its step, its defaults, and torch's defaults."""
    yield "optimizer", "one step here", "defaults here", "defaults of torch"
    for one in declarations():
        defaults = [code(f"{h.name}={h.default}") for h in one.hyperparameters if h.default is not None]
        if one.rows is not None:
            yield code(one.name), one.rows.step, ", ".join(defaults), one.rows.torch_defaults


def optimizers_elsewhere() -> Iterator[Row]:
    """Where the name of an optimizer means something else in other libraries."""
    yield "optimizer", *ELSEWHERE
    for one in declarations():
        if one.rows is not None:
            yield code(one.name), one.rows.torch, one.rows.keras, one.rows.optax, one.rows.lecture


def equal_cases() -> Iterator[Row]:
    """Settings that are bit-identical to another optimizer."""
    yield "a setting of", "with", "is exactly"
    for one in declarations():
        for case in one.equals:
            yield code(one.name), code(case.spelled), code(case.optimizer)


def imitations() -> Iterator[Row]:
    """For each optimizer, the special cases that it cannot be worse than if tuned well."""
    yield "general optimizer", "special case", "why"
    for one in declarations():
        for special, why in one.imitates.items():
            yield code(one.name), code(special), why


def multipliers() -> Iterator[Row]:
    """For each schedule, its formula, parameters, default rate, and unit of counting."""
    yield "schedule", "multiplier", "takes", "default rate", "counts"
    for rule in RULES.values():
        takes = ", ".join(map(code, rule.takes))
        default = None if rule.rate is None else rule.rate.default
        if rule.rows is not None:
            yield code(rule.name), rule.rows.multiplier, takes, code(default), code(rule.by if rule.takes else None)


def schedules_elsewhere() -> Iterator[Row]:
    """The names of each schedule in other libraries, and the differences."""
    yield "schedule", *ELSEWHERE
    for name, rows in {**{rule.name: rule.rows for rule in RULES.values()}, "warmup": warmup.ROWS}.items():
        if rows is not None and rows.torch:
            yield code(name), rows.torch, rows.keras, rows.optax, rows.lecture


TABLES: Mapping[str, Callable[[], Iterator[Row]]] = {
    "equations": equations,
    "optimizers elsewhere": optimizers_elsewhere,
    "equal cases": equal_cases,
    "imitations": imitations,
    "multipliers": multipliers,
    "schedules elsewhere": schedules_elsewhere,
}
"""The content between ``<!-- table: NAME -->`` and ``<!-- end of table -->``."""


def markdown(rows: Iterator[Row]) -> str:
    """Format rows as a Markdown table; the first row is the header."""
    head, *body = (f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |") for row in rows)
    return "\n".join((head, f"|{' --- |' * (head.count('|') - 1)}", *body))


def filled(page: str) -> str:
    """The page with its tables regenerated from the declarations."""

    def table(mark: re.Match[str]) -> str:
        return f"<!-- table: {mark[1]} -->\n\n{markdown(TABLES[mark[1]]())}\n\n<!-- end of table -->"

    return re.sub(r"<!-- table: ([\w ]+) -->\n(?:.*?)<!-- end of table -->", table, page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
