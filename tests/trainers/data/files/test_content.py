"""The bytes of a file can be counted, found and read several times."""

from trainers.data.files.content import Content


def test_a_file_and_unpacked_bytes_are_alike(content):
    data = b"one\ntwo\0\nthree\0\0\n"
    unpacked = Content(name="a.csv", origin="a.csv.gz", shown="a.csv.gz", unpacked=data)
    for found in (content(data), unpacked):
        assert (found.size, found.head(3), found.ending) == (len(data), b"one", ".csv")
        assert found.counts(b"\0", b"e", b"x") == (3, 3, 0)
        assert (found.line_of(b"\0"), found.line_of(b"x")) == (2, None)
        with found.open() as stream:
            assert stream.read() == data
