"""The language of a text in Latin script is told by its letters, and so is its encoding."""

import pytest

from trainers.data.files.latin_script import latin_encoding, telling_word

# ruff: noqa: RUF001


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "température, été, Noël, à côté"),
        ("cp1252", "größe, Müllerstraße, Äußere"),
        ("cp1252", "København, Århus, Ræbild"),
        ("cp1252", "Þingvellir, Ísafjörður, Akureyri"),
        ("cp1252", "João, Camões, José"),
        ("cp1250", "Zażółć, gęślą, jaźń"),
        ("cp1250", "Příbram, Plzeň, déšť"),
        ("cp1250", "Győr, tükörfúrógép, ököl"),
        ("cp1250", "Bucureşti, Constanţa, Timişoara"),
        ("cp1254", "Iğdır, Şanlıurfa, Türkiye"),
        ("cp1257", "Kėdainiai, Panevėžys, šalis"),
        ("iso8859_2", "Łódź, Świdnica, źrebię"),
        ("cp850", "größe, Müller, Öffnung, über, süß"),
        ("mac_roman", "größe, Müller, Öffnung, über, süß"),
    ],
)
def test_an_encoding_is_told_by_the_letters_of_a_language(encoding, text):
    assert latin_encoding(text.encode(encoding)) == encoding


def test_a_text_of_several_languages_is_not_told():
    assert latin_encoding("größe, señor, Þór, Škoda, œuvre".encode("cp1252")) is None


def test_a_few_letters_do_not_prove_a_seldom_encoding():
    assert latin_encoding(b"1,\x81\n") is None


def test_the_first_word_beyond_ascii_is_shown():
    assert telling_word("name\nAnna Bö\nÅse") == "Bö"
    assert telling_word("name\n5 °") == ""
