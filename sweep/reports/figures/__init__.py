"""Draws figures from plain records and tables; the only package that imports matplotlib."""

from sweep.reports.figures.charts import draw_chart, draw_panels
from sweep.reports.figures.style import Picture

__all__ = ["Picture", "draw_chart", "draw_panels"]
