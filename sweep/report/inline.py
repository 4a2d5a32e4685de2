"""Makes a figure part of a page: its colours follow the page's dark mode, and its names do not clash with another's."""

from __future__ import annotations

import re

THEMED = {"#0072b2": "--c0", "#d55e00": "--c1", "#009e73": "--c2", "#cc79a7": "--c3", "#e69f00": "--c4",
          "#56b4e9": "--c5", "#777777": "--grey", "#b0b0b0": "--line"}  # fmt: skip
"""Colour of a figure -> the variable of the page that may replace it."""


def inline_svg(svg: str, name: str, description: str) -> str:
    """Turn an SVG file into an element of a page.

    Args:
        svg: the text of the file, its letters as text.
        name: different for each figure of the page.
        description: what a screen reader says.

    Returns:
        an ``svg`` element.

    >>> inline_svg('<?xml version="1.0"?><svg width="9pt"><path id="a" style="fill: #000000"/></svg>', "f", "A")
    '<svg role="img" aria-label="A"><path style="fill: currentColor"/></svg>'
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', body))
    names = {one for pair in used for one in pair if one}
    body = re.sub(r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in names else "", body)
    body = re.sub(r'href="#|url\(#', lambda found: f"{found[0]}{name}-", body)
    for colour, variable in THEMED.items():
        body = re.sub(f"{colour}", f"var({variable})", body, flags=re.IGNORECASE)
    # Letters have no colour of their own in the file: black is what is meant.
    body = re.sub(r"#000000|(?<=: )black", "currentColor", body)
    body = body.replace('<text style="', '<text fill="currentColor" style="')
    body = re.sub(r'^<svg([^>]*?) (?:height|width)="[^"]*"', r"<svg\1", body)
    body = re.sub(r'^<svg([^>]*?) (?:height|width)="[^"]*"', r"<svg\1", body)
    label = description.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    body = re.sub(r"^<svg", f'<svg role="img" aria-label="{label}"', body)
    return re.sub(r">\s*\n\s*<", "><", body).strip()
