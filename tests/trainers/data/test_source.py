"""A data source names one set, and a field that does not apply to it is refused."""

import pytest

from trainers.data import DataSource, load, shape
from trainers.errors import DataError


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (DataSource(), "one of a name, a path and a module. Received: none."),
        (DataSource("iris", path="a.csv"), "one of a name, a path and a module. Received: name and path."),
        (DataSource("digit"), "`digit` is not a known data set. Did you mean `digits`?"),
        (DataSource("iris", target="y"), "`target` applies to a file or a module alone"),
        (DataSource("iris", task="regression"), "`task` applies to files and modules alone"),
        (DataSource("iris", examples=10), "`examples` applies to a synthetic set alone"),
        (DataSource(path="a.csv", noise=0.1), "`noise` applies to a synthetic set alone"),
        (DataSource("iris", features=("a",)), "`features` applies to a table alone"),
        (DataSource(path="a.npz", drop=("a",)), "`drop` applies to a table alone"),
        (DataSource(module="a:b", encode={"a": "target"}), "`encode` applies to a table alone"),
        (DataSource(path="a.npz", most_categories=3), "`most_categories` applies to a table alone"),
    ],
)
def test_a_source_that_contradicts_itself_is_refused(source, text):
    for function in (load, shape):
        with pytest.raises(DataError) as caught:
            function(source)
        assert text in str(caught.value)


def test_the_sizes_of_a_file_are_unknown_until_it_is_read():
    assert shape(DataSource(path="missing.csv", target="y")) is None
