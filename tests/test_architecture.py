"""The rules of the design that a reader relies on: who knows whom, who owns which library, and how a file looks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = sorted(path.relative_to(ROOT) for package in ("sweep", "trainers") for path in (ROOT / package).rglob("*.py"))

# From what knows least to what knows most: a folder imports only what stands before it.
ORDER = [
    *("trainers", "sweep.errors", "sweep.records", "sweep.reporting", "sweep.system", "sweep.config"),
    *("sweep.analysis", "sweep.planning", "sweep.running", "sweep.execution", "sweep.results", "sweep.tracking"),
    *("sweep.reports", "sweep.gates", "sweep.driver", "sweep.lecture", "sweep.service", "sweep.terminal"),
    *("sweep.integrations", "sweep.cli"),
]

OWNERS = {
    "keras": ["sweep/integrations/keras.py"],
    "lightning": ["sweep/integrations/lightning.py"],
    "matplotlib": ["sweep/reports/figures/"],
    "mlflow": ["sweep/tracking/"],
    "numba": ["trainers/compiled/"],
    "optuna": ["sweep/analysis/importance.py", "sweep/planning/search/"],
    "psycopg": ["sweep/tracking/"],
    "ray": ["sweep/execution/ray/", "sweep/integrations/tune.py", "sweep/service/"],
    "sklearn": [
        "sweep/analysis/classifier_curves.py",
        "trainers/data/bundled.py",
        "trainers/data/files/sklearn_sets.py",
        "trainers/data/leaks.py",
        "trainers/data/preparation.py",
        "trainers/metrics/probabilities.py",
    ],
    "sqlalchemy": ["sweep/tracking/"],
    "torch": [
        f"trainers/networks/{name}.py"
        for name in (
            "torch_module",
            "module_tile",
            "module_prediction",
            "own_module",
            "stacking",
            "look_over",
            "module_losses",
            "module_inputs",
        )
    ]
    # A state that a user's own training saves may hold tensors.
    + ["sweep/execution/sources/state.py"],
    "transformers": ["sweep/integrations/transformers.py"],
    "typer": ["sweep/cli/"],
    "yaml": ["sweep/config/"],
}

BOUNDARIES = [Path("sweep/cli/__init__.py"), Path("sweep/execution/boundary.py"), Path("trainers/user_code.py")]
"""Of a trial, of the command line, and of what else runs code of the user's own."""


POSIX = {
    "fcntl": [],
    "grp": [],
    "pwd": [],
    "resource": ["sweep/system/limits.py"],
    "termios": [],
}
"""Modules that only POSIX has -> where they may be imported; locks are filelock's."""

POSIX_NAMES = {
    r"\bos\.(fork|killpg|setsid|getuid|geteuid|statvfs|register_at_fork)\b": ["sweep/system/process_group.py"],
    r"\bos\.sched_getaffinity\b": ["sweep/system/limits.py"],
    r"\bsignal\.(SIGHUP|SIGUSR\d|SIGALRM|pthread_sigmask|sigtimedwait)\b": ["sweep/system/signals.py"],
    r"\bsignal\.SIGKILL\b": ["sweep/system/process_group.py"],
    r"[\"']/proc\b": ["sweep/system/limits.py", "sweep/system/control_groups.py"],
}
"""What else only POSIX has, as it is written -> where it may stand."""


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, also inside functions; what it imports for type checkers alone is left out."""
    nodes: list[ast.AST] = [parse(path)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        nodes.extend(ast.iter_child_nodes(node))


def folder(module: str) -> str | None:
    """The entry of ``ORDER`` that a dotted name belongs to; None for the package itself and its ``__main__``."""
    return next((entry for entry in ORDER if module == entry or module.startswith(f"{entry}.")), None)


def module_of(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}


def modules_imported(path: Path) -> set[str]:
    """The modules of the project that a file imports."""
    names = set(imports(path))
    found = {name if name in MODULES else name.rpartition(".")[0] for name in names}
    return (found & MODULES.keys()) - {module_of(path)}


def outside(path: Path) -> set[str]:
    """Packages that a file imports from."""
    return {name.split(".")[0] for name in imports(path)}


def test_the_trainers_know_nothing_of_sweeps():
    assert [path for path in FILES if path.parts[0] == "trainers" and "sweep" in outside(path)] == []


def test_a_folder_imports_only_what_stands_before_it():
    wrong = []
    for name, path in MODULES.items():
        here = folder(name)
        if here is None:
            assert name in ("sweep", "sweep.__main__"), f"say in ORDER where {name} stands"
            continue
        for imported in modules_imported(path):
            there = folder(imported)
            if there is None or ORDER.index(there) > ORDER.index(here):
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


def test_there_are_no_circles_also_inside_functions():
    left = {name: modules_imported(path) for name, path in MODULES.items()}
    while free := [name for name, imported in left.items() if not imported & left.keys()]:
        for name in free:
            del left[name]
    # What is left is in a circle or imports one.
    while free := [name for name in left if not any(name in imported for imported in left.values())]:
        for name in free:
            del left[name]
    assert sorted(left) == []


def test_no_file_is_a_symbolic_link():
    environments = {".venv", ".compat"}
    links = [path for path in ROOT.glob("*/**/*") if path.is_symlink()]
    assert [path for path in links if not environments & set(path.parts)] == []


def test_each_heavy_library_has_one_owner():
    assert [
        f"{path} imports {library}"
        for path in FILES
        for library in outside(path) & OWNERS.keys()
        if not any(str(path).startswith(owner) for owner in OWNERS[library])
    ] == []


def test_a_file_has_at_most_300_lines():
    assert [path for path in FILES if len((ROOT / path).read_text(encoding="utf-8").splitlines()) > 300] == []


def test_a_file_opens_with_one_sentence():
    openings = {path: (ast.get_docstring(parse(path)) or "").partition("\n\n")[0] for path in FILES}
    assert [path for path, said in openings.items() if not said.endswith(".") or ". " in said] == []


def test_no_module_is_called_after_what_it_is_not():
    assert [path for path in FILES if {"utils", "helpers", "common", "manager"} & set(path.with_suffix("").parts)] == []


def test_only_where_code_of_the_user_runs_or_a_command_ends_is_any_error_taken():
    assert [path for path in FILES for handler in handlers(path) if takes_all(handler)] == BOUNDARIES


def handlers(path: Path) -> list[ast.ExceptHandler]:
    return [node for node in ast.walk(parse(path)) if isinstance(node, ast.ExceptHandler)]


def takes_all(handler: ast.ExceptHandler) -> bool:
    """Whether it takes every error; what only cleans up and raises again does not."""
    wide = handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")
    return wide and ast.unparse(handler.body[-1]) != "raise"


def test_randomness_comes_from_a_generator_that_is_passed_in():
    given = {"Generator", "SeedSequence", "default_rng", "PCG64", "Philox"}
    attributes = {
        path: {ast.unparse(node) for node in ast.walk(parse(path)) if isinstance(node, ast.Attribute)} for path in FILES
    }
    drawn = {path: {name[10:] for name in names if name.startswith("np.random.")} for path, names in attributes.items()}
    assert [path for path in FILES if drawn[path] - given or "random" in outside(path)] == []


def test_what_only_posix_has_stands_in_one_module_a_need():
    imported = [
        f"{path} imports {name}"
        for path in FILES
        for name in outside(path) & POSIX.keys()
        if str(path) not in POSIX[name]
    ]
    written = [
        f"{path} has {found[0]}"
        for path in FILES
        for pattern, owners in POSIX_NAMES.items()
        for found in re.finditer(pattern, (ROOT / path).read_text(encoding="utf-8"))
        if str(path) not in owners
    ]
    assert imported + written == []


def test_every_module_of_40_lines_has_its_tests_at_the_same_path():
    modules = [
        path for path in FILES if path.name != "__init__.py" and len((ROOT / path).read_text().splitlines()) >= 40
    ]
    missing = [str(path) for path in modules if not (ROOT / "tests" / path.parent / f"test_{path.name}").exists()]
    assert missing == []


def test_no_call_passes_more_than_six_arguments_by_their_place():
    calls = [(path, node) for path in FILES for node in ast.walk(parse(path)) if isinstance(node, ast.Call)]
    assert [f"{path}:{call.lineno}" for path, call in calls if len(call.args) > 6] == []
