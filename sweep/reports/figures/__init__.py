"""Draws figures from plain records and tables; the only package that imports matplotlib."""

from sweep.reports.figures.panels import draw_png, draw_themed, draw_together
from sweep.reports.figures.style import Picture

__all__ = ["Picture", "draw_png", "draw_themed", "draw_together"]
