"""Paths, URLs and sets of scikit-learn are told apart, and messages show no secret."""

from pathlib import Path

import pytest

from trainers.data.files.location import file_name, is_url, local_path, shown, without_urls


@pytest.mark.parametrize(
    ("path", "local", "name"),
    [
        ("data/a.csv", Path("data/a.csv"), "a.csv"),
        ("a:b::c.csv", Path("a:b::c.csv"), "a:b::c.csv"),
        ("file:///data/a%20b.csv", Path("/data/a b.csv"), "a b.csv"),
        ("folder/", Path("folder"), "folder"),
        ("s3://bucket/a%20b.csv", None, "a b.csv"),
        ("https://ada:pw@host/x/a.csv.gz?b=c/d.json#e", None, "a.csv.gz"),
        ("simplecache::s3://bucket/a.csv", None, "a.csv"),
        ("zip://inner.csv::https://host/a.zip", None, "inner.csv"),
        ("https://ada:pw@host", None, "host"),
        ("sklearn:wine", None, "sklearn:wine"),
    ],
)
def test_a_path_says_where_it_lies_and_what_it_is_called(path, local, name):
    assert (local_path(path), file_name(path)) == (local, name)
    assert is_url(path) is (local is None and not path.startswith("sklearn:"))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("s3://key:sec/ret@bucket/a.csv", "s3://***@bucket/a.csv"),
        ("https://host/a.csv?sig=secret&x=1", "https://host/a.csv?***"),
        ("zip://a.csv::https://t:secret@host/a.zip", "zip://a.csv::https://***@host/a.zip"),
        ("data/a@b?c.csv", "data/a@b?c.csv"),
    ],
)
def test_messages_show_neither_user_nor_password_nor_query(path, said):
    assert shown(path) == said
    assert without_urls(f"error at '{path}'") == f"error at '{said}'"
