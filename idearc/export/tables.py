"""What was found as tables: for spreadsheets, and for programs. Texts stay texts in both."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from idearc.export.report import label_of, texts_of, yes
from idearc.snapshot import Part, Snapshot
from idearc.web import Pages, as_address

# What begins a formula, where a cell begins: also after what others take for the end of a cell, as
# a spreadsheet does whose country writes semicolons between them, and takes quotes for its own.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(rf'(^|[;\t\r\n])(?=["\s]*[{re.escape(FORMULA_SIGNS)}]|[\t\r])')

# Of Excel: https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d
_CELL, _SHEET_NAME = 32_767, 31  # characters
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_NO_XML = re.compile("[\ufffe\uffff]")
_WIDEST = 48  # digits of a column
_LINE, _HIGHEST = 15, 409  # points: of a line, and of a row


def csv_of(part: Part) -> bytes:
    """The findings of a job as CSV, in UTF-8 with a mark by which spreadsheets know it.

    Lists are joined by bars. What a spreadsheet would take for a formula has an apostrophe before.
    """
    rows = [{name: _cell(value) for name, value in row.items()} for row in _rows(part)]
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, list(rows[0]) if rows else ["name"], quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue().encode("utf-8-sig")


def _rows(part: Part) -> Iterator[Mapping[str, Any]]:
    for one in part.findings:
        is_chosen = one.is_chosen(part.choices)
        yield {**one.own_fields(), **({} if is_chosen is None else {"chosen": yes(is_chosen)})}


def _cell(value: object) -> str:
    return _FORMULA.sub(r"\1'", " | ".join(texts_of(value)))


def workbook(snapshot: Snapshot) -> bytes:
    """All findings as Excel's XLSX: a sheet for each job that is done, a row for each finding.

    An address is a link where the search returned it; of a list with such, each item has a cell.
    """
    import xlsxwriter  # only who asks for it waits for it

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        look = {"text_wrap": True, "valign": "top"}
        header = book.add_format({**look, "bold": True, "bottom": 1})
        plain = book.add_format(look)
        link = book.add_format({**look, "font_color": "#4338ca", "underline": 1})
        for part in snapshot.parts:
            sheet = book.add_worksheet(_NO_SHEET_NAME.sub(" ", part.job.label)[:_SHEET_NAME])
            sheet.freeze_panes(1, 1)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            pages = Pages(part.result.pages)
            table = _table(part)
            widths = [min(_WIDEST, max(map(_width, column))) for column in zip(*table, strict=True)]
            for place, width in enumerate(widths):
                sheet.set_column(place, place, width + 1)
            for row, texts in enumerate(table):
                height = _LINE * max(map(_lines, texts, widths))
                sheet.set_row(row, min(height, _HIGHEST))
                for column, text in enumerate(texts):
                    if row and pages.vouch_for(text):
                        sheet.write_url(row, column, as_address(text), link, string=text)
                    else:
                        sheet.write_string(row, column, text, plain if row else header)
        if not snapshot.parts:  # a book without a sheet can't be opened
            book.add_worksheet("Nothing yet")
    return content.getvalue()


def _table(part: Part) -> list[list[str]]:
    """Its header and its rows, each as long; without columns that nothing fills."""
    rows = [_spread(row) for row in _rows(part)]
    columns = dict.fromkeys(label for row in sorted(rows, key=len, reverse=True) for label in row)
    filled = [label for label in columns if any(row.get(label) for row in rows)] or ["Name"]
    return [filled, *([_in_sheet(row.get(label, "")) for label in filled] for row in rows)]


def _in_sheet(text: str) -> str:
    """As much of it as a cell takes; one that begins like XlsxWriter's own XML is none."""
    text = re.sub("^(?=<r>)", "\u2060", _NO_XML.sub("", text))
    return text[:_CELL]


def _width(text: str) -> int:
    """Of its longest line, in digits, which East Asian letters are twice as wide as."""
    lines = text.split("\n")
    return max(sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line) for line in lines)


def _lines(text: str, width: int) -> int:
    """How many it has in a column of this width."""
    return sum(max(1, math.ceil(_width(line) / width)) for line in text.split("\n"))


def _spread(row: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a row by their columns."""
    spread: dict[str, str] = {}
    for name, value in row.items():
        label, texts = label_of(name), texts_of(value)
        if any(map(as_address, texts)):
            labels = [label, *(f"{label} {place}" for place in range(2, len(texts) + 1))]
            spread |= dict(zip(labels, texts, strict=True))
        else:
            spread[label] = "\n".join(texts)
    return spread
