"""The page of the lecture: complete in itself, with every panel, number and setting."""

from __future__ import annotations

import re

from sweep.lecture.html_page import Part, page
from sweep.lecture.section_config import shipped_file
from sweep.lecture.section_registry import SECTIONS


def test_the_page_needs_nothing_else_and_shows_every_panel_number_and_setting(outcome_of):
    names = ("mini-batches", "bias-correction", "decay")
    parts = [Part(SECTIONS[name], outcome_of(name), shipped_file(name).read_text(encoding="utf-8")) for name in names]
    text = page(parts)
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", text)
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
    assert text.count("<img ") == sum(len(part.outcome.panels) for part in parts)
    assert text.count('alt="') == text.count("<img ")
    for part in parts:
        assert f'<section id="{part.section.name}">' in text
        assert f'href="#{part.section.name}"' in text
