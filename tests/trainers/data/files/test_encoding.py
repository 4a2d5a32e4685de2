"""The encoding of a file is told by its bytes, or a sentence asks for it."""

import pytest

from trainers.data.files.encoding import checked_encoding, encoding_of, other_encoding, undecodable
from trainers.errors import DataError

# ruff: noqa: RUF001
TEXTS = {
    "cp1252": "température;saison;vélos\n0,3;été;5\n-0,2;hiver;3\n",
    "cp1250": "město;počasí\nPlzeň;déšť\nPříbram;sníh\n",
    "cp1251": "город;население\nМосква;12\nСанкт-Петербург;5\nКазань;1\n",
    "cp1253": "πόλη;τιμή\nΑθήνα;1\nΘεσσαλονίκη;2\nΠάτρα;3\n",
    "cp1256": "مدينة,طقس\nالقاهرة,حار\nالرياض,جاف\n",
    "cp932": "都市,人口,天気\n東京,1400,晴れ\n大阪,270,雨\n",
    "gb18030": "城市,人口,天气\n北京,2100,晴\n上海,2400,雨\n",
    "cp949": "도시,인구,날씨\n서울,970,맑음\n부산,340,비\n",
    "big5": "城市,人口\n臺北,260\n高雄,270\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_the_encodings_of_other_scripts_are_told_apart(content, encoding):
    data = TEXTS[encoding].encode(encoding)
    found = encoding_of(content(data), data)
    assert (found, data.decode(found)) == (encoding, TEXTS[encoding])


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32"),
     ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("ascii", "utf-8")],
)  # fmt: skip
def test_unicode_is_known_by_its_mark_or_its_form(content, encoding, found):
    data = "name,value\nabc,1\n".encode(encoding)
    assert encoding_of(content(data), data) == found


def test_half_a_character_at_the_end_of_the_sample_is_no_error(content):
    data = "naïve".encode()
    assert encoding_of(content(data), data[:3]) == "utf-8"


def test_a_few_bytes_are_western(content):
    assert other_encoding(content("a,b\n1,é\n".encode("cp1252"))) == "cp1252"


def test_bytes_of_no_encoding_are_refused_with_their_line(content):
    with pytest.raises(DataError, match="the byte 0x81 in line 2, which is neither UTF-8 nor cp1252"):
        other_encoding(content(b"a,b\n1,\x81\n"))


def test_a_name_must_be_one_of_a_text_encoding():
    assert (checked_encoding("UTF8"), checked_encoding("Latin-1")) == ("utf-8-sig", "iso8859-1")
    for name in ("klingon", "hex", "rot13", ""):
        with pytest.raises(DataError, match="`encoding` must be one that Python knows"):
            checked_encoding(name)


def test_what_cannot_be_decoded_is_named_with_its_line(content):
    assert undecodable(content("a\né\n".encode()), "utf-8") is None
    assert undecodable(content(b"a\n\xe9\n"), "utf-8") == "the byte 0xe9 in line 2"
    assert undecodable(content(b"a\n\xc3"), "utf-8") == "half a character at its end, in line 2"
