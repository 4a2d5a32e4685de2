"""Packed files are unpacked in memory, and damaged, locked or too large ones are refused."""

import bz2
import gzip
import io
import lzma
import zipfile

import pandas as pd
import pytest

from trainers.data.files import read_table
from trainers.data.files.unpacking import unpacked

TEXT = "a,b\n" + "1,2\n" * 20_000


@pytest.mark.parametrize("name", ["sqlite.csv.zst", "sqlite.csv.bz2", "sqlite.csv.xz", "sqlite.zip"])
def test_what_the_tools_of_the_command_line_pack_is_read(written, name):
    table = read_table(str(written / name))
    pd.testing.assert_frame_equal(table.frame, read_table(str(written / "sqlite.csv")).frame)
    assert table.name == name


def test_what_duckdb_packs_is_read(written):
    table = read_table(str(written / "duckdb.csv.gz"))
    assert table.frame.id.tolist() == [9007199254740993, 9007199254740995, 3, 4]
    assert "separator `|`" in table.notes[0]


def test_files_of_other_formats_may_be_packed_too(written, read):
    assert read("a.parquet.gz", gzip.compress((written / "polars.parquet").read_bytes())).names[0] == "id"
    assert read("a.ndjson.xz", lzma.compress((written / "polars.ndjson").read_bytes())).names[0] == "id"


def test_gzip_of_several_members_is_read_to_its_end(read):
    assert len(read("a.csv.gz", gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n")).frame) == 2


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_a_file_that_was_cut_is_refused(read, refusal, ending, pack):
    with refusal(f"a.csv.{ending}` must be a whole .{ending} file"):
        read(f"a.csv.{ending}", pack(TEXT.encode())[:-12])


def test_zstd_and_zip_that_were_cut_are_refused(read, refusal, written):
    for name in ("sqlite.csv.zst", "sqlite.zip"):
        with refusal("must be a whole"):
            read(name, (written / name).read_bytes()[:-8])


def test_an_archive_of_several_files_or_with_a_password_is_refused(written, refusal):
    with refusal("two.zip` must hold one file", "2 (`sqlite.csv`, `sqlite.txt`)"):
        read_table(str(written / "two.zip"))
    with refusal("locked.zip` must not have a password"):
        read_table(str(written / "locked.zip"))


def test_what_macos_adds_to_an_archive_does_not_count(read):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("folder/", "folder/a.csv", "__MACOSX/folder/._a.csv", "folder/.DS_Store"):
            archive.writestr(name, TEXT)
    assert len(read("a.zip", packed.getvalue()).frame) == 20_000


def test_an_archive_of_an_unknown_format_is_refused(read, refusal):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.doc", TEXT)
    with refusal("must end in one of", "a.zip` with `a.doc`"):
        read("a.zip", packed.getvalue())


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zip"])
def test_what_unpacks_to_more_than_the_memory_is_refused_before_it_is_unpacked(content, refusal, ending):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(10_000_000))
    packs = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zip": lambda data: packed.getvalue()}
    with refusal(f"a.csv{ending}", "at most 1 MB, unpacked", "or more"):
        unpacked(content(packs[ending](bytes(10_000_000)), f"a.csv{ending}"), limit=1_000_000)
