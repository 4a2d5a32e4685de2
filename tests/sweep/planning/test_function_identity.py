"""The identity of a function changes with all that changes what it does, and with nothing else."""

from __future__ import annotations

import importlib
import linecache
import os
import subprocess
import sys
import textwrap
import threading
from functools import partial
from itertools import count

import numpy as np
import pytest

from sweep.planning.function_identity import NotIdentifiableError, identify
from sweep.system.interpreter import python_command

CELLS = count()


def cell(text, name="train", **known):
    """Run a cell of a notebook, and return what it calls ``name``; ``known`` is what earlier cells have defined."""
    source = textwrap.dedent(text)
    file = f"<cell {next(CELLS)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space = {"__name__": "__main__", "np": np, **known}
    exec(compile(source, file, "exec"), space)
    return space[name]


def same(first, second, **known):
    return identify(cell(first, **known)) == identify(cell(second, **known))


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Write modules into the user's folder, first on the search path."""
    monkeypatch.syspath_prepend(tmp_path)
    written = []

    def write(*, has_init=True, **texts):
        for name, text in texts.items():
            file = tmp_path.joinpath(*name.split("__")).with_suffix(".py")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
            written.append(name.split("__")[0])
            if "__" in name and has_init:
                (file.parent / "__init__.py").touch()
        importlib.invalidate_caches()

    yield write
    for name in list(sys.modules):
        if name.split(".")[0] in written:
            del sys.modules[name]


BASE = """
    RATE = 0.1
    OTHER = 1

    def helper(x):
        return x * RATE

    def unrelated():
        return 1  # a remark

    def train(trial, power=2, *, scale=3):
        return helper(power) * scale
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("helper(power) * scale", "helper(power) + scale"),
        ("x * RATE", "x / RATE"),
        ("RATE = 0.1", "RATE = 0.2"),
        ("RATE = 0.1", "RATE = '0.1'"),
        ("power=2", "power=4"),
        ("scale=3", "scale=4"),
    ],
    ids=["source", "helper", "global value", "its type", "default", "keyword's default"],
)
def test_what_changes_the_numbers_changes_the_identity(old, new):
    assert same(BASE, BASE)
    assert not same(BASE, BASE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# a remark", "# another"),
        ("return 1 ", "return 2 "),
        ("OTHER = 1\n", "OTHER = 2\n"),
        ("    RATE = 0.1\n    OTHER = 1\n", "    OTHER = 1\n    RATE = 0.1\n"),
    ],
    ids=["comment elsewhere", "unused function", "unused global", "order of globals"],
)
def test_what_the_function_does_not_use_does_not_matter(old, new):
    assert same(BASE, BASE.replace(old, new))


def test_values_that_are_closed_over_and_functions_of_an_inner_scope_count():
    text = """
        def make(rate):
            def inner(x):
                return x * rate
            def train(trial):
                return [inner(x) for x in range(3)]
            return train
        train = make(0.1)
    """
    assert same(text, text)
    assert not same(text, text.replace("make(0.1)", "make(0.2)"))
    assert not same(text, text.replace("x * rate", "x + rate"))


def test_global_names_that_only_an_inner_function_reads_count():
    text = """
        RATE = 0.1
        def train(trial):
            def inner():
                return RATE
            return inner()
    """
    assert not same(text, text.replace("0.1", "0.2"))


def test_recursion_ends():
    text = """
        def even(n):
            return n == 0 or odd(n - 1)
        def odd(n):
            return n != 0 and even(n - 1)
        def train(trial):
            def inner(n):
                return inner(n - 1) if n else train
            return even(3), inner(2)
    """
    assert same(text, text)
    assert not same(text, text.replace("n != 0", "n > 0"))


def test_a_list_that_contains_itself_is_told():
    loop = []
    loop.append(loop)
    with pytest.raises(NotIdentifiableError, match=r"^`LOOP` is nested deeper than 100 levels, or contains itself$"):
        identify(cell("def train(trial):\n    return LOOP\n", LOOP=loop))


def test_lambdas_of_one_line_differ():
    one, other = cell("train = [lambda trial: 1, lambda trial: 2]\n")
    assert identify(one) != identify(other)
    assert same("train = lambda trial: 1", "train = lambda trial: 1")


METHODS = """
    class Base:
        factor = 2
        def scaled(self, x):
            return self.factor * x

    class Model(Base):
        _shift = 1
        def __init__(self, width):
            self.width = width
        @property
        def size(self):
            return self.width + 1
        @staticmethod
        def twice(x):
            return x * 2
        def train(self, trial):
            return self.scaled(self.size)
        def __call__(self, trial):
            return self.train(trial)
    model = Model(8)
"""


@pytest.mark.parametrize("kind", ["train = model.train", "train = model", "def train(trial):\n    model.train(trial)"])
def test_methods_and_objects_have_the_identity_of_their_class_and_attributes(kind):
    text = textwrap.dedent(METHODS) + kind
    assert same(text, text)
    for old, new in [
        ("Model(8)", "Model(9)"),
        ("factor = 2", "factor = 3"),
        ("_shift = 1", "_shift = 2"),
        ("self.factor * x", "self.factor + x"),
        ("self.width + 1", "self.width + 2"),
        ("x * 2", "x * 3"),
    ]:
        assert not same(text, text.replace(old, new)), new


def test_an_object_that_hides_its_state_is_told():
    text = """
        class Model:
            def __getstate__(self):
                return {}
        model = Model()
        def train(trial):
            return model
    """
    with pytest.raises(NotIdentifiableError, match=r"^`model` is an object of type Model$"):
        identify(cell(text))


def test_partials_count_with_their_function_and_their_arguments():
    train = cell("def train(a, trial, b=0):\n    return a + b\n")
    other = cell("def train(a, trial, b=0):\n    return a - b\n")
    assert identify(partial(train, 1, b=2)) == identify(partial(train, 1, b=2))
    assert len({identify(one) for one in (partial(train, 1), partial(train, 2), partial(train, 1, b=2))}) == 3
    assert identify(partial(train, 1)) != identify(partial(other, 1))


def test_a_function_that_caches_counts_as_the_function():
    text = """
        from functools import lru_cache
        @lru_cache
        def load(n):
            return n * 2
        def train(trial):
            return load(1)
    """
    assert same(text, text)
    assert not same(text, text.replace("n * 2", "n * 3"))


def test_enumerations_and_paths_count_by_their_values():
    text = """
        from enum import Enum
        from pathlib import Path
        class Kind(Enum):
            TREE = 1
            NET = 2
        KIND, DATA = Kind.TREE, Path("data")
        def train(trial):
            return KIND, DATA
    """
    assert same(text, text)
    for old, new in [("TREE, Path", "NET, Path"), ("TREE = 1", "TREE = 3"), ('Path("data")', 'Path("dat")')]:
        assert not same(text, text.replace(old, new)), new


def test_arrays_count_by_content_type_and_shape_up_to_a_size():
    text = "def train(trial):\n    return DATA\n"
    small = np.arange(6.0)
    arrays = [small, small + 1, small.astype(np.float32), small.reshape(2, 3), small.tolist()]
    assert len({identify(cell(text, DATA=data)) for data in arrays}) == 5
    assert identify(cell(text, DATA=small)) == identify(cell(text, DATA=small.copy()))
    # 125,000 numbers of 8 bytes are a megabyte.
    identify(cell(text, DATA=np.zeros(125_000)))
    with pytest.raises(NotIdentifiableError, match=r"^`DATA` is an object of type ndarray, of 1,000,008 bytes$"):
        identify(cell(text, DATA=np.zeros(125_001)))
    with pytest.raises(NotIdentifiableError, match=r"^`DATA` is large$"):
        identify(cell(text, DATA=list(range(10_001))))


@pytest.mark.parametrize(
    "value", [threading.Lock(), iter([1]), np.array([object()])], ids=["lock", "iterator", "array"]
)
def test_a_value_that_cannot_be_compared_is_told_by_its_name(value):
    with pytest.raises(NotIdentifiableError, match=r"^`THING` is an object of type "):
        identify(cell("def train(trial):\n    return {'a': [THING]}\n", THING=value))


def test_a_method_of_an_object_that_changes_is_no_function_of_a_compiled_module():
    text = "def train(trial):\n    return draw()\n"
    identify(cell(text, draw=len))
    identify(cell(text, draw=np.exp))
    with pytest.raises(NotIdentifiableError):
        identify(cell(text, draw=np.random.default_rng(0).normal))


def test_of_an_installed_package_only_the_names_count():
    text = "def train(trial):\n    return fraction(1), textwrap\n"
    first = identify(cell(text, fraction=importlib.import_module("fractions").Fraction, textwrap=textwrap))
    # The same class and module once more, as after a reload.
    again = {name: sys.modules.pop(name) for name in ("fractions", "textwrap")}
    try:
        fresh = {name: importlib.import_module(name) for name in again}
        assert fresh["fractions"].Fraction is not again["fractions"].Fraction
        second = identify(cell(text, fraction=fresh["fractions"].Fraction, textwrap=fresh["textwrap"]))
    finally:
        sys.modules.update(again)
    assert second == first


@pytest.mark.parametrize(
    "text",
    [
        "import my_part\ndef train(trial):\n    return my_part.size()\n",
        "from my_part import size\ndef train(trial):\n    return size()\n",
        "def train(trial):\n    import my_part\n    return my_part.size()\n",
        "def train(trial):\n    from my_part import size\n    return size()\n",
        "def train(trial):\n    def inner():\n        import my_part\n    return inner()\n",
    ],
)
def test_a_module_of_the_user_counts_with_what_it_imports(modules, text):
    modules(my_part="from my_deeper import SIZE\n\ndef size():\n    return SIZE\n", my_deeper="SIZE = 1\n")
    first = identify(cell(text))
    for name in ("my_part", "my_deeper"):
        sys.modules.pop(name, None)
    modules(my_deeper="SIZE = 2\n")
    assert identify(cell(text)) != first


@pytest.mark.parametrize(
    "text",
    [
        "import my_package.inner\ndef train(trial):\n    return my_package.inner.SIZE\n",
        "def train(trial):\n    from my_package import inner\n    return inner.SIZE\n",
    ],
)
@pytest.mark.parametrize("has_init", [True, False])
def test_a_module_in_a_package_of_the_user_counts(modules, text, has_init):
    modules(has_init=has_init, my_package__inner="SIZE = 1\n")
    first = identify(cell(text))
    modules(has_init=has_init, my_package__inner="SIZE = 2\n")
    assert identify(cell(text)) != first


def test_a_relative_import_within_a_function_is_followed(modules):
    modules(
        my_package__inner="SIZE = 1\n",
        my_package__outer="def size():\n    from .inner import SIZE\n    return SIZE\n",
    )
    text = "from my_package.outer import size\ndef train(trial):\n    return size()\n"
    first = identify(cell(text))
    modules(my_package__inner="SIZE = 2\n")
    assert identify(cell(text)) != first


def test_another_process_finds_the_same_identity_with_and_without_the_source():
    code = (
        "from sweep.planning.function_identity import identify\n"
        "space = {'__name__': '__main__'}\n"
        'text = "def train(trial):\\n    def inner():\\n        return {1, None}, {%r, %r, %r}\\n    return inner()"\n'
        "exec(text % ('a', 'b', 'c'), space)\n"
        "WORDS = {'a', 'b', 'c', 'd'}\n"
        "space['train'].__defaults__ = (WORDS,)\n"
        "print(identify(space['train']))\n"
    )
    found = set()
    for seed in ("1", "2"):
        command = python_command(code, sys.path)
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        found.add(done.stdout)
    assert len(found) == 1
