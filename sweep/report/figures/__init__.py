"""Draws figures from plain records and tables; the only package that imports matplotlib."""

from sweep.report.figures.charts import draw_chart, draw_panels
from sweep.report.figures.style import Picture

__all__ = ["Picture", "draw_chart", "draw_panels"]
