"""A broken rule keeps its place, its value and its way out on the way through pydantic."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, ValidationError

from sweep.config.problems import Problem, refuse


def refusing(*problems: Problem) -> type[BaseModel]:
    """A model whose field ``inner.field`` is refused for these reasons, whatever it holds."""

    def refused(raw: Any) -> Any:
        refuse(problems)

    class Inner(BaseModel):
        field: Annotated[Any, BeforeValidator(refused)]

    class Outer(BaseModel):
        inner: Inner

    return Outer


def errors(*problems: Problem) -> list[Any]:
    with pytest.raises(ValidationError) as found:
        refusing(*problems).model_validate({"inner": {"field": 1}})
    return found.value.errors()


def test_a_problem_is_placed_below_the_value_that_is_validated():
    (error,) = errors(Problem("must be small", "Give 1.", ("list", 2), 7))
    assert error["loc"] == ("inner", "field", "list", 2)
    assert (error["msg"], error["input"]) == ("must be small", 7)
    assert error["ctx"] == {"rule": "must be small", "hint": "Give 1.", "is_key": False, "at": None}


def test_an_absolute_problem_says_its_place_from_the_top_of_the_file():
    (error,) = errors(Problem("is needed", "Give it.", ("space", "beta1"), absolute=True, is_key=True))
    assert error["ctx"]["at"] == ("space", "beta1")
    assert error["ctx"]["is_key"] is True
    # Pydantic's own place would be where the rule was checked.
    assert error["loc"] == ("inner", "field")


def test_all_problems_are_told_at_once_in_their_order():
    found = errors(Problem("is first", "Mend it.", (0,)), Problem("is second", "Mend it.", (1,)))
    assert [(error["loc"][-1], error["msg"]) for error in found] == [(0, "is first"), (1, "is second")]


@pytest.mark.parametrize("rule", ["must be `{exact: true}`", "must not hold {", "must not be {0} or {way_out}"])
def test_braces_in_a_rule_are_shown_as_they_are(rule):
    (error,) = errors(Problem(rule, "Give {another}."))
    assert error["ctx"]["rule"] == rule
    assert error["ctx"]["hint"] == "Give {another}."
