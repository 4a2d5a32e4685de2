"""A file that is not there is refused with the places that were searched and the nearest name."""

from pathlib import Path

from trainers.data.files import missing_file


def test_names_of_all_formats_are_suggested(tmp_path):
    (tmp_path / "houses.tsv.gz").touch()
    (tmp_path / "house.doc").touch()
    assert "Did you mean `houses.tsv.gz`?" in str(missing_file(Path("house.tsv.gz"), [tmp_path]))
    said = str(missing_file(tmp_path / "absent" / "a.csv", []))
    assert "There is no folder" in said
    said = str(missing_file(Path("b.csv"), [tmp_path, tmp_path / "other"]))
    assert f"It is neither in `{tmp_path}` nor in `{tmp_path / 'other'}`. Check the path." in said
