"""The picture: names as chips in rows and columns, by Streamlit's own Vega-Lite."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from idearc.text import short

_LINE, _HEADER = 54, 32  # pixels
_IS_WIDE = "width > 600"  # of the picture, in pixels
_NARROW, _WIDE = 13, 28  # letters that fit a third of a phone's width, and of a wide picture's


@dataclass(frozen=True)
class Chip:
    """A name at its place."""

    name: str
    row: str
    column: str
    is_filled: bool


# A colour for each row, then the ink on them: with a contrast of 4.5 : 1.
_FILLED = (["#5b54e0", "#0b7a75", "#b4540a"], "#ffffff")
_PALE = (["#dcdaf9", "#c6e5e2", "#f3d9c3"], "#1f2130")
_PALE_IN_THE_DARK = (["#2a2950", "#14393a", "#40291a"], "#d5d6e0")


def picture(
    chips: Sequence[Chip],
    rows: Sequence[str],
    columns: Sequence[str],
    meaning: str,
) -> None:
    """The chips at their rows and columns, in this order; `meaning` says in words what it shows.

    A row has a colour, and as many lines as its fullest cell has chips.
    """
    lines: list[str] = []
    values: list[dict[str, Any]] = []
    for row in rows:
        cells = [[one for one in chips if (one.row, one.column) == (row, at)] for at in columns]
        lines += [_line(row, place) for place in range(max(1, *map(len, cells)))]
        values += [_value(one, place) for cell in cells for place, one in enumerate(cell)]
    is_dark = st.context.theme.type == "dark"
    filled = _layers(True, *_FILLED, rows, len(columns))
    pale = _layers(False, *(_PALE_IN_THE_DARK if is_dark else _PALE), rows, len(columns))
    st.vega_lite_chart(
        {
            "description": meaning,
            "height": _LINE * len(lines) + _HEADER,
            "data": {"values": values},
            "encoding": {
                **_axes(lines, columns, is_dark),
                "tooltip": {"field": "name", "title": "Name"},
            },
            "layer": [*filled, *pale],
            "resolve": {"scale": {"color": "independent"}},
        },
        width="stretch",
    )


def _line(row: str, place: int) -> str:
    return f"{place}|{row}"


def _value(chip: Chip, place: int) -> dict[str, Any]:
    return {
        "name": short(chip.name),
        "narrow": _wrapped(chip.name, _NARROW),
        "wide": _wrapped(chip.name, _WIDE),
        "line": _line(chip.row, place),
        "row": chip.row,
        "column": chip.column,
        "is_filled": chip.is_filled,
    }


def _wrapped(name: str, letters: int) -> str:
    return "\n".join(textwrap.wrap(short(name), letters, max_lines=3, placeholder="…"))


def _axes(lines: Sequence[str], columns: Sequence[str], is_dark: bool) -> dict[str, Any]:
    ink = "#d5d6e0" if is_dark else "#44465a"
    axis = {"domain": False, "labelColor": ink, "ticks": False, "title": None}
    # The label of a row stands at its first line.
    label = "split(datum.label, '|')[0] == '0' ? split(datum.label, '|')[1] : ''"
    return {
        "x": {
            "field": "column",
            "type": "ordinal",
            "scale": {"domain": list(columns)},
            "axis": {**axis, "orient": "top", "labelAngle": 0},
        },
        "y": {
            "field": "line",
            "type": "ordinal",
            "scale": {"domain": list(lines)},
            "axis": {**axis, "labelExpr": label},
        },
    }


def _layers(
    is_filled: bool, colors: list[str], ink: str, rows: Sequence[str], columns: int
) -> list[dict[str, Any]]:
    """Of the filled chips, or of the pale ones: their shapes, then the texts on them."""
    of_kind = {"filter": f"datum.is_filled == {str(is_filled).lower()}"}
    scale = {"domain": list(rows), "range": colors[: len(rows)]}
    color = {"field": "row", "type": "nominal", "scale": scale, "legend": None}
    rect = {"type": "rect", "cornerRadius": 8, "width": {"band": 0.96}, "height": {"band": 0.9}}
    wrapped = f"({_IS_WIDE} ? datum.wide : datum.narrow)"
    lines = f"split({wrapped}, '\\n').length"
    text = {
        "type": "text",
        "text": {"expr": wrapped},
        "baseline": "middle",
        "color": ink,
        "dy": {"expr": f"-7 * ({lines} - 1)"},  # several lines begin above the middle
        "fontSize": 12,
        "limit": {"expr": f"width / {columns} - 8"},
        "lineBreak": "\n",
        "lineHeight": 14,
    }
    return [
        {"mark": rect, "transform": [of_kind], "encoding": {"color": color}},
        {"mark": text, "transform": [of_kind]},
    ]
