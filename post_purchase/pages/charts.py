"""Charts, drawn while the pages are written: leather's SVG in the page's own colors, which follow light and dark.

leather sets every style as an attribute, which a content policy without inline styles lets through.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import leather
from leather import theme
from leather.shapes.base import Shape
from leather.utils import Y
from markupsafe import Markup

from post_purchase.source import Figures

WIDTH, HEIGHT = 560, 300
INK, FAINT, RULE = "var(--ink)", "var(--faint)", "var(--rule)"
SERIES = ["var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)", "var(--series-5)"]
FONT = "inherit"


def dress() -> None:
    """leather's look is a module of constants."""
    theme.background_color = "none"
    theme.margin = 0.02
    theme.default_series_colors = SERIES
    for part in ("title", "legend", "axis_title", "tick"):
        setattr(theme, f"{part}_font_family", FONT)
    for part in ("legend", "axis_title", "tick"):
        setattr(theme, f"{part}_font_size", 13)
        setattr(theme, f"{part}_font_char_height", 14)
        setattr(theme, f"{part}_font_char_width", 7)
    theme.legend_color = INK
    theme.axis_title_color = theme.label_color = FAINT
    theme.tick_color = RULE
    theme.zero_color = FAINT


class Intervals(Shape):  # type: ignore[misc]
    """A point with its interval, and up to two thresholds, one row per item: leather has dots and bars alone.

    The series' points carry the bounds: x is the value, y the item, and `bounds` the interval and thresholds of each.
    """

    def __init__(self, bounds: Sequence[tuple[float, float]], color: str = SERIES[0]) -> None:
        self.bounds = bounds
        self.color = color

    def validate_series(self, series: Any) -> None:
        if series.data_type(Y) is not leather.data_types.Text:
            raise ValueError("Intervals stand beside names.")

    def to_svg(
        self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, palette: Iterator[str]
    ) -> ET.Element:
        group = ET.Element("g", {"class": "series intervals"})
        for point, (lower, upper) in zip(series.data(), self.bounds, strict=True):
            start, end = y_scale.project_interval(point.y, height, 0)
            middle = str(round((start + end) / 2, 2))
            left, right, at = (round(x_scale.project(value, 0, width), 2) for value in (lower, upper, point.x))
            ET.SubElement(
                group,
                "line",
                {
                    "x1": str(left),
                    "x2": str(right),
                    "y1": middle,
                    "y2": middle,
                    "stroke": self.color,
                    "stroke-width": "3",
                },
            )
            ET.SubElement(group, "circle", {"cx": str(at), "cy": middle, "r": "5", "fill": self.color})
        return group


def finished(chart: leather.Chart, label: str, width: int, height: int) -> Markup:
    """The chart as an image that scales and says what it shows."""
    root = ET.Element("svg", {"viewBox": f"0 0 {width} {height}", "role": "img", "aria-label": label, "class": "chart"})
    root.append(chart.to_svg_group(width, height))
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - ElementTree escapes what it is given


def intervals(
    rows: Sequence[tuple[str, float, float, float]],
    label: str,
    formatter: Callable[[Any, int, Any], str],
    zero: bool = True,
) -> Markup:
    """One row per name: value, lower and upper bound; the first row stands on top."""
    dress()
    rows = list(reversed(rows))
    chart = leather.Chart()
    series = leather.Series([(value, name) for name, value, _, _ in rows])
    chart.add_series(series, Intervals([(lower, upper) for _, _, lower, upper in rows]))
    low, high = min(row[2] for row in rows), max(row[3] for row in rows)
    low = min(0.0, low) if zero else low
    if high == low:
        high = low + 1
    chart.add_x_scale(low, high + (high - low) * 0.02)
    chart.add_x_axis(tick_formatter=formatter)
    return finished(chart, label, WIDTH, 60 + 34 * len(rows))


def curves(
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]], label: str, x_name: str, figures: Figures
) -> Markup:
    """Lines from nothing to a share, with a dot where each is known."""
    dress()
    chart = leather.Chart()
    for name, points in lines:
        chart.add_line(list(points), name=name)
    longest = max(x for _, points in lines for x, _ in points)
    chart.add_x_scale(0, longest)
    chart.add_y_scale(0, 1)
    chart.add_y_axis(ticks=[0, 0.25, 0.5, 0.75, 1], tick_formatter=figures.tick_of_share)
    chart.add_x_axis(name=x_name, tick_formatter=figures.tick)
    return finished(chart, label, WIDTH, HEIGHT)


def curve_of_shares(points: Sequence[tuple[float, float]], label: str, x_name: str, figures: Figures) -> Markup:
    """One line of shares, from nothing up to a little above the largest."""
    dress()
    chart = leather.Chart()
    chart.add_line(list(points))
    chart.add_y_scale(0, min(1.0, max(0.01, 1.15 * max(y for _, y in points))))
    chart.add_y_axis(tick_formatter=figures.tick_of_share)
    chart.add_x_axis(name=x_name, tick_formatter=figures.tick)
    return finished(chart, label, WIDTH, 240)
