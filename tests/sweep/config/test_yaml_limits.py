"""A file that would become too large, too deep or an object is refused at once, with its place."""

from __future__ import annotations

import time

import pytest

from sweep.config.document import read_document, read_value
from sweep.config.yaml_limits import DEEPEST, MOST_VALUES
from sweep.errors import ConfigError

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 10))
HOSTILE = {
    # 1 for the mapping, and for each of a0 to a9 a key and 11, 111, ... 11,111,111,111 values: a5 is too many.
    "aliases": (BOMB, "hostile.yaml:6:"),
    "aliases of merges": (MERGES, "hostile.yaml:"),
    "aliases of words": ("a: &a x\nb: [" + "*a, " * 300_000 + "]\n", "hostile.yaml:2:"),
    "depth": ("data: " + "[" * 20_000 + "]" * 20_000, f"hostile.yaml:1:{6 + DEEPEST}: lists and mappings must not be"),
    "depth of a long file": ("a: " + "[" * 900_000, f"hostile.yaml:1:{3 + DEEPEST}: lists and mappings must not be"),
    "depth of mappings": ("{a: " * 900 + "}" * 900, "lists and mappings must not be deeper than 50"),
    "a long list": ("a: [" + "1," * (MOST_VALUES + 1) + "]", "must have 250,000 values or fewer"),
    "a long mapping": ("\n".join(f"{n}:" for n in range(MOST_VALUES)), "must have 250,000 values or fewer"),
    "a tag": (
        "data: !!python/object/apply:os.system ['touch pwned']\n",
        "hostile.yaml:1:7: the tag tag:yaml.org,2002:",
    ),
    "a tag of its own": ("data: !mine {a: 1}\n", "hostile.yaml:1:7: the tag !mine is not known. Write a plain value."),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_at_once_with_its_place(tmp_path, kind):
    text, said = HOSTILE[kind]
    (tmp_path / "hostile.yaml").write_text(text)
    begin = time.process_time()
    with pytest.raises(ConfigError) as refused:
        read_document(tmp_path / "hostile.yaml")
    assert said in str(refused.value)
    assert len(str(refused.value)) < 1000
    assert time.process_time() - begin < 5


def test_an_override_has_the_same_limits():
    with pytest.raises(ConfigError, match=r"^override: lists and mappings must not be deeper than 50"):
        read_value("[" * 100 + "]" * 100, "override")
    with pytest.raises(ConfigError, match=r"^override: the file must have 250,000 values or fewer, each alias counted"):
        read_value("[" + "1," * (MOST_VALUES + 1) + "]", "override")


def test_what_is_within_the_limits_is_read():
    assert read_value("[" * DEEPEST + "]" * DEEPEST, "override") is not None
    assert read_value("{a: &a [1, 2], b: *a, c: !!str 3, d: ! x}", "x") == {
        "a": [1, 2],
        "b": [1, 2],
        "c": "3",
        "d": "x",
    }


def test_each_alias_counts_with_all_that_it_stands_for():
    # 1 + 11 (a key and 10 + 1 values) + ...: 27,000 aliases of 10 values are 270,000.
    text = "{a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9], b: [" + "*a, " * 26_000 + "]}"
    with pytest.raises(ConfigError, match="each alias counted"):
        read_value(text, "override")
    assert len(read_value(text.replace("*a, " * 26_000, "*a, " * 24_000), "override")["b"]) == 24_000
