"""Reading YAML: numbers, duplicate keys, places, and files that are not what they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweep.config.document import read_document
from sweep.errors import ConfigError


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "x.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_value_and_key_has_its_line_and_column(tmp_path):
    document = read_document(write(tmp_path, "a: 1\nb:\n  c: [10, 20]\n"))
    assert str(document.place(("b", "c"), of_key=True)).endswith("x.yaml:3:3")
    assert str(document.place(("b", "c"))).endswith("x.yaml:3:6")
    assert str(document.place(("b", "c", 1))).endswith("x.yaml:3:11")


def test_what_is_not_there_is_placed_at_what_is_around_it(tmp_path):
    document = read_document(write(tmp_path, "a: 1\nb:\n  c: 2\n"))
    assert str(document.place(("b", "missing"))).endswith("x.yaml:3:3")


def test_merged_mappings_give_way_to_own_keys(tmp_path):
    document = read_document(write(tmp_path, "a: &base {x: 1, y: 2}\nb:\n  <<: *base\n  y: 3\n"))
    assert document.values["b"] == {"x": 1, "y": 3}


def test_a_moved_value_keeps_its_place_and_its_name(tmp_path):
    document = read_document(write(tmp_path, "a: 1\nbeta1: [0.5, 0.9]\n"))
    document.move_into("space", "beta1")
    assert document.values == {"a": 1, "space": {"beta1": [0.5, 0.9]}}
    assert document.name(("space", "beta1", 1)) == "beta1"
    assert str(document.place(("space", "beta1", 1))).endswith("x.yaml:2:14")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.yaml: the file is empty."),
        ("# nothing\n", "x.yaml: the file is empty."),
        ("- a\n- b\n", "x.yaml:1:1: the file must hold sections such as `data:` and `optimizers:`. Received: a list."),
        ("word", "Received: 'word'."),
        ("data:\n\tname: digits\n", "x.yaml:2:1: this is not valid YAML"),
        ("data:\n\tname: digits\n", "Indent with spaces, not with tabs."),
        ("a: [1,\n", "x.yaml:2:1: this is not valid YAML"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1: this is not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: `a` is given twice, first at line 1. Keep one of the two."),
        ("s:\n  k: 1\n  k: 2\n", "x.yaml:3:3: `s.k` is given twice, first at line 2."),
        ("a: &x [*x]\n", "x.yaml:1:4: this alias contains itself."),
        ("a: !python/name:os.system x\n", "x.yaml:1:4: the tag"),
        ("a: !!int x\n", "Received: x."),
        ("? [1]\n: 2\n", "x.yaml:1:3: a key must be a word."),
        (b"a: \xff\n", "x.yaml: the file must be UTF-8 text. Received: byte 0xff at offset 3. Save it as UTF-8."),
        (b"a: \x01\n", "x.yaml: the file must be text. Received: character 0x1 at offset 3."),
    ],
)
def test_what_is_not_a_mapping_in_yaml_is_refused_with_its_place(tmp_path, text, message):
    with pytest.raises(ConfigError) as refused:
        read_document(write(tmp_path, text))
    assert message in str(refused.value)


def test_all_duplicates_are_reported_at_once(tmp_path):
    with pytest.raises(ConfigError) as refused:
        read_document(write(tmp_path, "a: 1\na: 2\nb: {c: 1, c: 2}\n"))
    assert len(str(refused.value).splitlines()) == 2


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file"):
        read_document(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_document(tmp_path)


def test_a_long_file_is_read_as_a_short_one_is_and_a_very_long_one_is_refused(tmp_path):
    values = ["1e-3", "full", "yes", "07", ".5", "null", "3", "true", "[1, 2e1]", "'1e-3'"]
    short, long = tmp_path / "short.yaml", tmp_path / "long.yaml"
    short.write_text(f"values: [{', '.join(values)}]\n")
    long.write_text(f"values: [{', '.join(values)}]\n" + f"padding: [{', '.join(['0.001'] * 20_000)}]\n")
    one, other = read_document(short), read_document(long)
    assert one.values["values"] == other.values["values"]
    assert str(other.place(("values", 1))) == f"{long}:1:16" == str(one.place(("values", 1))).replace("short", "long")
    long.write_text(f"padding: [{', '.join(['0.001'] * 400_000)}]\n")
    with pytest.raises(ConfigError, match=r"2,000,000 bytes or fewer\. Received: 2,800,010 bytes\."):
        read_document(long)
