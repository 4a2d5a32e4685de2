"""Parses the conditions of `where` into expression trees that compare and calculate, and run nothing else."""

from __future__ import annotations

import ast
import json
import operator
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.config.problems import Problem
from sweep.records import Choice, Value
from trainers.errors import did_you_mean

LONGEST = 500
"""Characters of a condition."""

CALCULATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
ORDERS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
EQUALITIES: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {ast.Eq: operator.eq, ast.NotEq: operator.ne}

GRAMMAR = "names of hyperparameters, numbers and text in quotes, joined by + - * /, < <= > >= == !=, and, or, not"


@dataclass(frozen=True)
class Condition:
    """One condition on settings.

    Args:
        text: as written in the file.
        tree: the parsed expression.
        names: the hyperparameters that it names, in order.
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]

    def holds(self, setting: Mapping[str, Value]) -> bool:
        """Whether a setting meets the condition; one that lacks a name of the condition does.

        Lists, mappings, true, false and null equal their JSON text, whatever their label is.

        Args:
            setting: hyperparameter -> value.

        Raises:
            ValueError: if text is ordered or used in arithmetic, a number is divided by 0, or one is too large.

        >>> condition = parse_condition("beta1 < beta2")
        >>> [condition.holds({"beta1": beta1, "beta2": 0.9}) for beta1 in (0.5, 0.9)], condition.holds({"beta1": 0.5})
        ([True, False], True)
        >>> parse_condition("hidden == '[8, 8]'").holds({"hidden": Choice("1: [8,8]", [8, 8])})
        True
        """
        return not setting.keys() >= set(self.names) or bool(_evaluate(self.tree, setting))


def parse_condition(text: str) -> Condition:
    """Parse a condition; nothing of it is ever run as Python.

    Args:
        text: such as ``batch_size * epochs <= 10000``.

    Raises:
        ValueError: with the rule that the text breaks, continuing "... must".

    >>> parse_condition("model.width >= 64 or optimizer == 'sgd'").names
    ('model.width', 'optimizer')
    >>> parse_condition("beta1 << 2")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: hold only names of hyperparameters, numbers and text in quotes, joined by + - * /, ..., not `beta1 << 2`
    """
    if len(text) > LONGEST:
        raise ValueError(f"have at most {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError(f"be an expression of {GRAMMAR}") from None
    names: dict[str, None] = {}
    _check(tree, names)
    if not _is_comparison(tree):
        raise ValueError("compare something, such as by <")
    return Condition(text, tree, tuple(names))


def as_list(raw: Any) -> Any:
    """Read a list of conditions; a single one is a list of one."""
    return (raw,) if isinstance(raw, str) else tuple(raw) if isinstance(raw, list) else raw


def condition_problems(conditions: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    """Check that each condition is one, and names only hyperparameters of the sweep.

    Args:
        conditions: as written in the file.
        known: the names of all hyperparameters.
    """
    for index, text in enumerate(conditions):
        try:
            condition = parse_condition(text)
        except ValueError as error:
            yield Problem(f"must {error}", "Write such as `beta1 < beta2`.", (index,), text)
            continue
        for name in condition.names:
            if name not in known:
                hint = did_you_mean(name, known).strip() or f"Name one of {', '.join(known)}."
                yield Problem(f"must name hyperparameters of the sweep, not `{name}`", hint, (index,), text)


def _is_comparison(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return all(map(_is_comparison, node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _is_comparison(node.operand)
    return isinstance(node, ast.Compare)


def _check(node: ast.expr, names: dict[str, None]) -> None:
    """Refuse every node that is not in the grammar, and collect the names."""
    match node:
        case ast.Name() | ast.Attribute():
            names[_name(node)] = None
        case ast.Constant(value=bool() | int() | float() | str()):
            pass
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not()):
            _check(node.operand, names)
        case ast.BinOp() if type(node.op) in CALCULATIONS:
            _check(node.left, names)
            _check(node.right, names)
        case ast.BoolOp():
            for value in node.values:
                _check(value, names)
        case ast.Compare() if all(type(op) in (*ORDERS, *EQUALITIES) for op in node.ops):
            for value in (node.left, *node.comparators):
                _check(value, names)
        case _:
            raise ValueError(f"hold only {GRAMMAR}, not {_described(node)}")


def _described(node: ast.expr) -> str:
    """What a refused node is, for a message."""
    known = {ast.Call: "a call", ast.Subscript: "an index", ast.Lambda: "a lambda", ast.ListComp: "a comprehension"}
    return known.get(type(node), f"`{ast.unparse(node)[:40]}`")


def _name(node: ast.expr) -> str:
    """The dotted name of a hyperparameter, such as ``model.width``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    raise ValueError(f"hold only {GRAMMAR}, not {_described(node)}")


def _evaluate(node: ast.expr, setting: Mapping[str, Value]) -> Any:
    """Calculate an expression that `_check` has accepted, for a setting that has all its names."""
    match node:
        case ast.Constant():
            return node.value
        case ast.UnaryOp(op=ast.Not()):
            return not _evaluate(node.operand, setting)
        case ast.UnaryOp():
            value = _number(node.operand, setting)
            return -value if isinstance(node.op, ast.USub) else value
        case ast.BinOp():
            left, right = _number(node.left, setting), _number(node.right, setting)
            if isinstance(node.op, ast.Div) and right == 0:
                raise ValueError(f"`{ast.unparse(node)}` divides by 0")
            try:
                return CALCULATIONS[type(node.op)](left, right)
            except OverflowError:
                raise ValueError(f"`{ast.unparse(node)[:40]}` is too large") from None
        case ast.BoolOp():
            outcomes = (bool(_evaluate(value, setting)) for value in node.values)
            return all(outcomes) if isinstance(node.op, ast.And) else any(outcomes)
        case ast.Compare():
            sides = [node.left, *node.comparators]
            return all(map(_compare, node.ops, sides, sides[1:], [setting] * len(node.ops)))
        case _:
            return setting[_name(node)]


def _compare(op: ast.cmpop, left: ast.expr, right: ast.expr, setting: Mapping[str, Value]) -> bool:
    if type(op) in EQUALITIES:
        sides = _evaluate(left, setting), _evaluate(right, setting)
        if any(isinstance(side, Choice) for side in sides):
            sides = _text(sides[0]), _text(sides[1])
        return EQUALITIES[type(op)](*sides)
    return ORDERS[type(op)](_number(left, setting), _number(right, setting))


def _text(value: Value) -> str:
    """The JSON text of a value without spaces, by which lists, mappings, true, false and null are compared."""
    if isinstance(value, Choice):
        value = json.dumps(value.value, ensure_ascii=False, default=list)
    return "".join(value.split()) if isinstance(value, str) else json.dumps(value)


def _number(node: ast.expr, setting: Mapping[str, Value]) -> Any:
    value = _evaluate(node, setting)
    if isinstance(value, str):
        raise ValueError(f"`{ast.unparse(node)}` is text, {value!r}, where a number is needed")
    return value
