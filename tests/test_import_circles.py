"""The packages of the trainers import each other in one direction, what stands inside functions included."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = {path.relative_to(ROOT): path for path in sorted((ROOT / "trainers").rglob("*.py"))}
MODULES = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in FILES}


def imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names that a file imports anywhere; what it imports for type checkers alone is left out."""
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        nodes.extend(ast.iter_child_nodes(node))


def module_of(dotted: str) -> str | None:
    """The module of the project that a dotted name is, or is in."""
    parts = dotted.split(".")
    return next((name for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in MODULES), None)


def arrows() -> dict[str, set[str]]:
    """Module -> the modules that it imports."""
    found = {}
    for path, file in FILES.items():
        name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        names = {module_of(dotted) for dotted in imported(ast.parse(file.read_text(encoding="utf-8")))}
        found[name] = {one for one in names if one is not None} - {name}
    return found


def rooms(modules: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same between folders, and the files that stand beside them."""
    found: dict[str, set[str]] = {}
    for name, others in modules.items():
        room = ".".join(name.split(".")[:2])
        found.setdefault(room, set()).update(".".join(other.split(".")[:2]) for other in others)
        found[room].discard(room)
    return found


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """What is left when all have been taken away that import nothing that is left: empty where there is no circle."""
    left = {name: set(others) for name, others in graph.items()}
    while free := [name for name, others in left.items() if not others & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def test_a_circle_would_be_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == ["a", "b", "c", "d"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_two_modules_of_the_trainers_need_each_other():
    assert circle(arrows()) == []


def test_no_two_folders_of_the_trainers_need_each_other():
    assert circle(rooms(arrows())) == []
