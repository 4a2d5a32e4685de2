"""Formats pydantic validation errors as one sentence each, with the location, the rule and a fix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sweep.config import synonyms
from sweep.config.document import Document, Keys
from sweep.config.holdout import KINDS
from sweep.config.models import SweepConfig
from sweep.config.own_training import trainer_kind
from sweep.config.quotes import at_fault, broken_rule, needless_quotes
from sweep.config.scheduler import METHODS
from sweep.config.schema import FLAT_KEYS, known_keys
from sweep.config.spaces import HYPERPARAMETERS
from sweep.config.yaml_words import dump_value
from sweep.errors.masking import hide_in
from trainers.errors import did_you_mean
from trainers.optimizers import OPTIMIZERS, declaration_of

TAGS = {
    "data": ("bundled", "synthetic", "file", "module"),
    "network": ("dense", "module"),
    "trainer": ("network", "function", "command"),
    "scheduler": tuple(METHODS),
}
HOLDOUTS = ("fraction", *KINDS.values())
HELD_OUT = (("data", "validation"), ("data", "test"), ("space", "data.validation"), ("space", "data.test"))
"""Keys that say what is held out, in which a variant follows."""

DOTTED = {"network": "network.hidden", "trainer": "trainer.weight_decay", "data": "data.normalise"}
"""Sections whose keys may vary in a space, each with such a key."""

RULES: Mapping[str, str] = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of names and values",
    "too_short": "must have {min_length} or more entries",
    "model_type": "must be a section of keys and values",
    "model_attributes_type": "must be a section of keys and values",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be {le} or less",
}
SPOKEN = {
    word: f"Write {truth}." for truth, words in (("true", ("yes", "on")), ("false", ("no", "off"))) for word in words
}
"""Hints for the words that YAML 1.1 reads as booleans."""


def render(error: ValidationError, document: Document, model: type[BaseModel] = SweepConfig) -> str:
    """Format all validation errors, one line each, in file order.

    Args:
        error: the validation errors.
        document: the validated document.
        model: the model that it was validated against.
    """
    known = known_keys(model)
    lines = []
    found = _without_consequences(error.errors(include_url=False))
    paths = [_path(at_fault(details)) for details in found]
    faults = {path: (details["input"], broken_rule(details)) for path, details in zip(paths, found, strict=True)}
    quoted = needless_quotes(faults, document, model)
    for path, details in zip(paths, found, strict=True):
        context = details.get("ctx", {})
        of_key = details["type"] in ("extra_forbidden",) or bool(context.get("is_key"))
        place = document.place(path, of_key)
        sentence = _sentence(details["type"], context, path, details["input"], document, known)
        if path in quoted:
            sentence = f"{sentence.partition(' Received: ')[0]} Received: {received(details['input'])}, which is text. "
            sentence += "Drop the quotes."
        lines.append(((place.line is None, place.line or 0, place.column or 0), f"{place}: {sentence}"))
    return "\n".join(dict.fromkeys(line for _, line in sorted(lines, key=lambda entry: entry[0])))


def _without_consequences(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """Drop that a list is too short where entries of it are wrong, which pydantic does not count."""
    paths = [details["loc"] for details in found]
    wrong = {path[:-1] for path in paths if path and isinstance(path[-1], int)}
    return [details for details in found if details["type"] != "too_short" or details["loc"] not in wrong]


def received(value: Any) -> str:
    """Format a value as YAML on one line of at most 80 characters.

    >>> received({"log_uniform": (0.1, None)})
    '{log_uniform: [0.1, null]}'
    """
    text = dump_value(hide_in(_plain(value)))
    return text if len(text) <= 80 else f"{text[:77]}..."


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _path(location: Keys) -> Keys:
    """Remove the tags of the variants of data, networks and holdouts that pydantic inserts into the path."""
    if len(location) > 1 and location[1] in TAGS.get(str(location[0]), ()):
        location = (location[0], *location[2:])
    if location[:2] in HELD_OUT:
        # In a space, the place in a list of values comes first.
        at = next((at for at, key in enumerate(location) if at > 1 and isinstance(key, str)), len(location))
        if at < len(location) and location[at] in HOLDOUTS:
            return (*location[:at], *location[at + 1 :])
    if location[:2] == ("data", "encode"):
        return (*location[:3], *location[4:])
    return location


Known = Mapping[str, Mapping[str, Any]]
"""Dotted key -> its schema."""


def _sentence(kind: str, context: Mapping[str, Any], path: Keys, value: Any, document: Document, known: Known) -> str:
    name = document.name(path)
    if path[0] == "gates" and len(path) > 1:
        # Gates are list entries without keys, so that the index identifies them.
        name = f"gates[{path[1]}]"
    if kind == "extra_forbidden":
        return _unknown_key(path, name, document, known)
    if kind == "missing":
        file = ", or a file as `data.path`" if path == ("data", "name") else ""
        return f"`{name}` is needed. Give {_example(path, known)}{file}."
    if kind == "rule":
        said = "" if context["is_key"] else f". Received: {received(value)}"
        return f"`{name}` {context['rule']}{said}. {context['hint']}"
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", context["expected"])
        suggestion = did_you_mean(value, words).strip() if isinstance(value, str) else ""
        rule, hint = f"must be one of {', '.join(words)}", suggestion or f"Give one such as {words[0]}."
    else:
        rule = RULES[kind].format(**{key: _number(bound) for key, bound in context.items()})
        hint = SPOKEN.get(str(value).lower(), "") if kind == "bool_type" else ""
        hint = hint or f"Give {_example(path, known)}."
    if kind == "string_type" and isinstance(value, bool | int | float):
        text = document.texts.get(path, received(value))
        what = "true or false" if isinstance(value, bool) else "a number"
        quoted = f'"{text}"' if isinstance(path[-1], int) else f'{path[-1]}: "{text}"'
        return f"`{name}` {rule}. Received: {text}, which is {what}. Put it into quotes: `{quoted}`."
    return f"`{name}` {rule}. Received: {received(value)}. {hint}"


def _number(bound: Any) -> Any:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound


def _example(path: Keys, known: Known) -> str:
    dotted = ".".join(key for key in path if isinstance(key, str))
    if dotted not in known:
        # Dotted keys of other sections may vary in a space.
        dotted = dotted.removeprefix("space.")
    schema = known.get(dotted, {})
    examples = schema.get("examples", [schema.get("default")])
    if examples[0] is None and any(key.startswith(f"{dotted}.") for key in known):
        return "keys below it, or leave it out"
    if examples[0] is None:
        return "one, or leave it out"
    return f"a value such as {received(examples[0])}"


def _unknown_key(path: Keys, name: str, document: Document, known: Known) -> str:
    """Report an unknown key, with a suggestion where one is plausible."""
    section = ".".join(key for key in path[:-1] if isinstance(key, str))
    key = str(path[-1])
    if special := _misplaced(path, document, known):
        return f"`{name}` {special}"
    siblings = {dotted.rpartition(".")[2]: dotted for dotted in known if dotted.rpartition(".")[0] == section}
    # Of two keys with the same last component, the one in `space` is suggested before that of an optimizer.
    anywhere = {dotted.rpartition(".")[2]: dotted for dotted in sorted(known, key=_in_space)}
    suggestion = _elsewhere(key, siblings, anywhere, known) or _nearest(key, siblings) or _nearest(key, anywhere)
    if not suggestion:
        top = "The sections are" if "data" in known else "The keys are"
        there = f"`{section}` takes" if section else top
        suggestion = f" {there} {', '.join(siblings)}."
    return f"`{name}` is not a known key.{suggestion}"


def _misplaced(path: Keys, document: Document, known: Known) -> str:
    """Explain why a key that is valid elsewhere is not valid here; empty if it is not such a key."""
    if len(path) == 1 and path[0] in FLAT_KEYS and "space" in known:
        return f"is given, and so is `space`, which may hold it. Keep `space.{path[0]}`."
    if path[0] == "data" and f"data.{path[-1]}" in known:
        data = document.values["data"]
        if "module" in data:
            return "is not for the data of a module, which takes `data.kwargs`. Keep one of the two."
        if "path" in data:
            return "is not for the data of a file, which has a `data.path`. Keep one of the two."
        return f"is not for the data set {data.get('name')}. Leave it out."
    if path[0] == "space" and path[-1] in DOTTED:
        return f"is a section of the file. Name a key of it with a dot, such as `{DOTTED[str(path[-1])]}`."
    if path[0] == "trainer" and f"trainer.{path[-1]}" in known:
        kind = trainer_kind(document.values["trainer"])
        if kind == "network":
            return "is for a training of your own, by `trainer.function` or `trainer.command`. Leave it out."
        return f"is not for a {kind} of your own, which has a `trainer.{kind}`. Leave it out."
    if path[0] == "scheduler" and f"scheduler.{path[-1]}" in known:
        method = str(document.values["scheduler"]["method"])
        takes = ", ".join(name for name in METHODS[method].model_fields if name != "method")
        return f"is not for the rule {method}, which takes {takes or 'no argument'}. Leave it out."
    if path[0] == "network" and f"network.{path[-1]}" in known:
        return "is not for the same network as `network.module`, which takes `network.kwargs`. Keep one of the two."
    return _misplaced_in_optimizers(path) if path[0] == "optimizers" else ""


def _misplaced_in_optimizers(path: Keys) -> str:
    if len(path) == 2:
        return f"is not a known optimizer.{_optimizer_meant(str(path[1]))} Known: {', '.join(OPTIMIZERS)}."
    if len(path) == 3 and path[1] in OPTIMIZERS:
        elsewhere = declaration_of(OPTIMIZERS[str(path[1])]).misplaced
        if path[2] in elsewhere:
            return f"is not a hyperparameter of {path[1]}. {elsewhere[str(path[2])]}"
    if path[-1] in HYPERPARAMETERS or ":" in str(path[1]):
        takes = ", ".join(declared.name for declared in OPTIMIZERS[str(path[1])].hyperparameters)
        return f"is not a hyperparameter of {path[1]}, which takes {takes}. Leave it out."
    return ""


def _optimizer_meant(name: str) -> str:
    ours = synonyms.OPTIMIZERS.get(name.lower().replace("-", "_"))
    return f" Did you mean `{ours}`?" if ours else did_you_mean(name, OPTIMIZERS)


def _elsewhere(key: str, siblings: Mapping[str, str], anywhere: Mapping[str, str], known: Known) -> str:
    """Suggest the key that other tools call ``key``, in this section if it is there."""
    ours = synonyms.KEYS.get(key.lower().replace("-", "_"), "")
    found = siblings.get(ours) or (ours if ours in known else anywhere.get(ours))
    return f" Did you mean `{found}`?" if found else ""


def _in_space(dotted: str) -> int:
    """Sort the keys of `optimizers` before the others, and those of `space` last."""
    return {"optimizers": 0, "space": 2}.get(dotted.partition(".")[0], 1)


def _nearest(key: str, dotted: Mapping[str, str]) -> str:
    suggestion = did_you_mean(key, dotted)
    found = re.search("`(.*)`", suggestion)
    return suggestion.replace(found[0], f"`{dotted[found[1]]}`") if found else ""
