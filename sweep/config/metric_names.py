"""Checks the names of the metrics of our networks, as the file has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sweep.config.conditions import as_list
from sweep.config.metric import METRICS, SECONDS, column_of, read_metric
from sweep.config.problems import Problem
from trainers import metrics
from trainers.errors import did_you_mean
from trainers.imports import FORM
from trainers.metrics import split_name
from trainers.metrics.own import is_path, name_of


def name_problems(raw: Any) -> Iterator[Problem]:
    """Check the names of the metrics of our networks, as the file has them.

    Args:
        raw: the section, or the name of the metric alone.
    """
    section = read_metric(raw)
    if not isinstance(section, Mapping):
        return
    given = as_list(section.get("also", ()))
    also = [(index, one) for index, one in enumerate(given) if isinstance(one, str)] if isinstance(given, tuple) else []
    name = section.get("name", "val_loss")
    names = [*([name] if isinstance(name, str) else []), *(one for _, one in also)]
    paths = [one for one in dict.fromkeys(names) if is_path(one)]
    own = {name_of(path) for path in paths}
    seen: set[str] = set()
    if isinstance(name, str):
        yield from _deciding_problems(name, own, paths, ("name",) if isinstance(raw, Mapping) else ())
        # One of the user's own is named here and given by its path below.
        seen = {column_of(name)} if is_path(name) or split_name(name)[1] not in own else set()
    yield from _objective_problems(section.get("objectives", ()), own)
    for index, one in also:
        at = ("also", index)
        found = _path_problem(one, paths, at) if is_path(one) else _also_problem(one, own, at)
        if found is None and column_of(one) in seen:
            found = Problem("must name each metric once", "Leave it out here.", at, one)
        if found is not None:
            yield found
        seen.add(column_of(one))


def _deciding_problems(name: str, own: set[str], paths: list[str], at: tuple[str | int, ...]) -> Iterator[Problem]:
    part, measure = split_name(name)
    if is_path(name):
        found = _path_problem(name, paths, at)
    elif part == "test":
        rule = "must not be of the test part, which is used once, at the end, and decides nothing"
        found = Problem(rule, f"Give val_{measure}, and test_{measure} in `metric.also`.", at, name)
    elif part and (measure in metrics.METRICS or measure in own):
        found = None
    elif name in metrics.METRICS or name in own:
        rule = "must say of which part of the data it is, by `val_` or `train_`"
        found = Problem(rule, f"Give val_{name}.", at, name)
    else:
        found = _unknown(name, [*METRICS, *(f"val_{one}" for one in own)], "val_loss", at)
    if found is not None:
        yield found


def _objective_problems(objectives: Any, own: set[str]) -> Iterator[Problem]:
    """Check the names of the further objectives."""
    for index, one in enumerate(objectives if isinstance(objectives, list | tuple) else ()):
        name = one.get("name") if isinstance(one, Mapping) else one
        if isinstance(name, str) and name != SECONDS:
            yield from _deciding_problems(name, own, [], ("objectives", index, "name"))


def _also_problem(name: str, own: set[str], at: tuple[str, int]) -> Problem | None:
    measure = split_name(name)[1]
    known = {*metrics.METRICS, *own}
    return None if measure in known else _unknown(name, [*known, *METRICS], "roc_auc", at)


def _unknown(name: str, known: list[str], example: str, at: tuple[str | int, ...]) -> Problem:
    without = name.replace("neg_", "", 1)
    suggestion = f"Did you mean `{without}`?" if without in known else did_you_mean(name, known).strip()
    return Problem("must be a metric of docs/metrics.md", suggestion or f"Give one such as {example}.", at, name)


def _path_problem(path: str, paths: list[str], at: tuple[str | int, ...]) -> Problem | None:
    """What is wrong with the import path of a metric of the user's own, before it is imported."""
    name = name_of(path)
    if not FORM.fullmatch(path):
        return Problem("must name a module and a function in it", "Write such as my_metric:share_of_first.", at, path)
    if name in metrics.METRICS:
        rule = f"must not be called as the metric `{name}` that is known"
        return Problem(rule, "Give the function another name.", at, path)
    if any(name_of(earlier) == name for earlier in paths[: paths.index(path)]):
        rule = "must have a name of its own, by which its column is called"
        return Problem(rule, "Give one of the functions another name.", at, path)
    return None
