"""The ending of a file tells its format, under the ending of a packer too."""

import pytest

from trainers.data.files.formats import ending_of, has_known_ending


@pytest.mark.parametrize(
    ("name", "ending", "is_known"),
    [
        ("a.csv", ".csv", True),
        ("a.b.CSV.GZ", ".csv", True),
        ("a.npz", ".npz", True),
        ("a.zip", "", True),
        ("a.tar.gz", ".tar", True),
        ("a.doc", ".doc", False),
        ("csv", "", False),
    ],
)
def test_the_last_ending_but_that_of_a_packer_counts(name, ending, is_known):
    assert (ending_of(name), has_known_ending(name)) == (ending, is_known)
