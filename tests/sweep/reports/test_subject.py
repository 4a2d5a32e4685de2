"""A report names what it is about, and the time of a trial as what it is."""

from sweep.reports.subject import Subject, quoted


def test_seconds_that_a_pack_shares_are_named_so():
    subject = Subject("a", "", "", (), ())
    assert subject.seconds == "seconds (share of the pack's)"
    assert Subject("a", "", "", (), (), are_seconds_shared=False).seconds == "seconds"


def test_a_folder_with_a_space_is_one_word_of_a_shell(tmp_path):
    assert quoted(tmp_path / "my sweep").endswith("my sweep'")
