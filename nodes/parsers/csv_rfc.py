"""CSV after RFC 4180, as lenient with rows and as strict with headers as Node-RED's newer csv node."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from flowengine.errors import FlowError, NodeError
from flowengine.javascript_values import js_number, js_string
from flowengine.node import Node

from .csv_dialect import Layout, Parsed, index_of, is_last_part, names_of, text_of

QUOTE = '"'
_NO_NUMBER = re.compile(r"^ *(\+|-0\d|0\d)")

Cells = list[str | None]


@dataclass(slots=True)
class Table:
    """Rows of cells; a cell with no characters at all is None. ``end`` is where reading stopped."""

    rows: list[Cells] = field(default_factory=list)
    end: int = 0


def parse_cells(
    text: str, separator: str, *, start: int = 0, strict: bool = False, one_row: bool = False
) -> Table:
    """Cut a text into rows and cells. Raises NodeError where it is strict and a quote is out of place."""
    return _Cutter(text, separator, strict).cut(start, one_row)


class _Cutter:
    def __init__(self, text: str, separator: str, strict: bool) -> None:
        self.text, self.separator, self.strict = text, separator, strict
        self.special = (
            re.compile(f'[{re.escape(separator)}"\r\n]') if len(separator) == 1 else re.compile('["\r\n]')
        )
        self.row: Cells = []
        self.cell: list[str] = []
        self.is_new = True
        self.table = Table()

    def cut(self, start: int, one_row: bool) -> Table:
        text, at, length = self.text, start, len(self.text)
        while at < length:
            char = text[at]
            if char == self.separator:
                self._end_cell()
                self.is_new = True
                at += 1
            elif char == QUOTE:
                at = self._quoted(at + 1) if self.is_new else self._stray_quote(at)
            elif char in "\r\n":
                self._end_row()
                at += 2 if text[at + 1 : at + 2] == "\n" else 1
                self.is_new = True
                if one_row:
                    break
            else:
                match = self.special.search(text, at)
                end = match.start() if match else length
                self.cell.append(text[at:end])
                self.is_new = False
                at = end
        self._end_row()
        self.table.end = at
        return self.table

    def _quoted(self, at: int) -> int:
        """Read to the closing quote; two quotes are one."""
        self.is_new = False
        while True:
            end = self.text.find(QUOTE, at)
            if end == -1:
                if self.strict:
                    raise NodeError("Missing quote, unclosed cell", name="ParseError")
                self.cell.append(self.text[at:])
                return len(self.text)
            if end > at:  # a row that ends in an empty quoted cell ends without it, as in Node-RED
                self.cell.append(self.text[at:end])
            if self.text[end + 1 : end + 2] != QUOTE:
                return self._after_quoted(end + 1)
            self.cell.append(QUOTE)
            at = end + 2

    def _after_quoted(self, at: int) -> int:
        char = self.text[at : at + 1]
        if not char or char in "\r\n" or char == self.separator or char == QUOTE:
            return at
        if self.strict:
            raise NodeError("Data found after closing quote", name="DataAfterCloseError")
        return self._stray_quote(at - 1)

    def _stray_quote(self, at: int) -> int:
        """Keep a quote within an unquoted cell, unless the cell ends with it."""
        if self.strict:
            raise NodeError("Quote found in the middle of an unquoted field", name="UnquotedQuoteError")
        following = self.text[at + 1 : at + 2]
        if following and following not in "\r\n" and following != self.separator:
            self.cell.append(QUOTE)
            return at + 2 if following == QUOTE else at + 1
        return at + 1

    def _end_cell(self) -> None:
        cell = "".join(self.cell)
        self.cell.clear()
        self.row.append(cell or (None if self.is_new else ""))

    def _end_row(self) -> None:
        if self.cell:
            self._end_cell()
        if self.row:
            self.table.rows.append(self.row)
            self.row = []


def quote_cell(cell: str, separator: str) -> str:
    """Put a cell in quotes where it needs them."""
    needs = any(char in cell for char in (separator, QUOTE, "\n", "\r"))
    return f'"{cell.replace(QUOTE, QUOTE * 2)}"' if needs else cell


def column_names(headers: Cells) -> str:
    """Return the names of columns as ``msg.columns`` has them: without empty ones, always with commas."""
    return ",".join(quote_cell(name, ",") for name in headers if name)


def _has(template: Cells | None) -> bool:
    return bool(template) and not (template is not None and len(template) == 1 and template[0] == "")


class RfcDialect:
    """The dialect of nodes with ``spec`` "rfc"."""

    default_line_end = "\r\n"

    def __init__(self, layout: Layout, node: Node) -> None:
        self.layout, self.node = layout, node
        self.header_sent = False
        self.template: Cells | None = [""]
        self._has_warned = False

    def start(self) -> bool:
        """Read the columns that the node names."""
        try:
            self.template = self._columns(self.layout.columns) or [""]
        except FlowError:
            text = self.node.words("errors.bad_template")
            self.node.warn(text)
            self.node.status({"fill": "red", "shape": "dot", "text": text})
            return False
        self._no_columns = not _has(self.template)
        return True

    def begin(self) -> None:
        """Every message takes the status of the last one away."""
        self.node.status({})

    def refuse(self) -> None:
        """Say that a payload is neither text nor object."""
        text = self.node.words("errors.csv_js")
        self.node.status({"fill": "red", "shape": "dot", "text": text})
        raise NodeError(text, error_object=True)

    def _columns(self, text: str) -> Cells | None:
        rows = parse_cells(text, ",", strict=True).rows
        return rows[0] if len(rows) == 1 else None

    # reading

    def read(self, text: str, parts: dict[str, Any] | None) -> Parsed | None:
        """Read a text, or a part of one."""
        layout, index = self.layout, index_of(parts)
        is_first = not (parts is not None and index > layout.skip)
        start = self._skipped(text, index, is_first)
        if start is None:
            return None
        breaks = sum(text.count(char, start) for char in "\r\n")
        if parts is not None and layout.whole and breaks > 1:
            is_first = True
        if is_first and layout.header_in:
            start = self._read_header(text, start)
        rows = parse_cells(text, layout.separator, start=start).rows
        template = self.template
        headers: Cells = template if _has(template) and template is not None else _numbered(rows)
        found = [row for row in (self._object(headers, cells) for cells in rows) if row]
        return Parsed(found, column_names(headers), is_last_part(parts), breaks)

    def _skipped(self, text: str, index: Any, is_first: bool) -> int | None:
        """Return where reading begins after the lines to skip; None where nothing is left."""
        if not (self.layout.skip > 0 and index < self.layout.skip):
            return 0
        at, line = 0, index
        while at < len(text) and is_first and line < self.layout.skip:
            line += text[at] in "\r\n"
            at += 1
        return None if at >= len(text) else at

    def _read_header(self, text: str, start: int) -> int:
        try:
            table = parse_cells(text, self.layout.separator, start=start, strict=True, one_row=True)
        except FlowError:
            self.node.status({"fill": "red", "shape": "dot", "text": self.node.words("errors.bad_template")})
            raise
        self.template = table.rows[0] if table.rows else []
        return table.end

    def _object(self, headers: Cells, cells: Cells) -> dict[str, Any]:
        layout, row = self.layout, {}
        for position, name in enumerate(headers):
            if not name:
                continue
            value: Any = cells[position] if position < len(cells) else None
            if (value is None and not layout.null_values) or (value == "" and not layout.empty_strings):
                continue
            row[name] = _as_number(value) if layout.numbers and value else value
        return row

    # writing

    def write(self, payload: Any, msg: dict[str, Any]) -> tuple[str, str]:
        """Write objects or arrays."""
        rows = payload if isinstance(payload, list) else [payload]
        if rows and not isinstance(rows[0], (dict, list, bytes)) and rows[0] is not None:
            rows = [rows]
        parts = msg.get("parts")
        continues = (
            isinstance(parts, dict) and isinstance(parts.get("index"), (int, float)) and parts["index"] > 0
        )
        if not (self._no_columns and continues):
            self.template = self._columns(self.layout.columns) or [""]
        lines = []
        if self.layout.header_out in ("once", "all") and not self.header_sent:
            lines.append(self._header(rows, msg))
            self.header_sent = self.layout.header_out == "once"
        of_arrays = bool(rows) and isinstance(rows[0], list)
        lines += [self._array(row) if of_arrays else self._fields(row, rows[0], msg) for row in rows]
        end = self.layout.line_end
        return end.join(lines) + end, column_names(self.template or [])

    def _header(self, rows: list[Any], msg: dict[str, Any]) -> str:
        if not _has(self.template):
            if "columns" in msg:
                self.template = self._columns(js_string(msg["columns"] or "")) or [""]
            else:
                self.template = [*names_of(rows[0] if rows else None)]
        separator = self.layout.separator
        return separator.join(quote_cell(name or "", separator) for name in self.template or [])

    def _array(self, row: Any) -> str:
        cells = row if isinstance(row, list) else []
        separator = self.layout.separator
        if not _has(self.template):
            return separator.join(quote_cell(text_of(cell), separator) for cell in cells)
        assert self.template is not None
        shown = [
            quote_cell(text_of(cells[at]) if at < len(cells) else "", separator) if name else ""
            for at, name in enumerate(self.template)
        ]
        return separator.join(shown)

    def _fields(self, row: Any, first: Any, msg: dict[str, Any]) -> str:
        separator = self.layout.separator
        fields = row if isinstance(row, dict) else {}
        if not _has(self.template) and "columns" in msg:
            self.template = self._columns(js_string(msg["columns"] or ""))
        if _has(self.template):
            assert self.template is not None
            if row is None:
                raise NodeError(
                    f"Cannot read properties of null (reading '{self.template[0]}')", name="TypeError"
                )
            texts = [text_of(fields[name]) if name and name in fields else "" for name in self.template]
            return separator.join(quote_cell(text, separator) for text in texts)
        if not self._has_warned:
            self.node.warn(self.node.words("errors.obj_csv"))
            self._has_warned = True
        if row is None:
            raise NodeError("Cannot convert undefined or null to object", name="TypeError")
        self.template = list(fields) or [""]
        kept = [fields[name] for name in first if name in fields] if isinstance(first, dict) else []
        plain = [value for value in kept if value is not None and not isinstance(value, (dict, list, bytes))]
        return separator.join(quote_cell(js_string(value), separator) for value in plain)


def _numbered(rows: list[Cells]) -> Cells:
    return [f"col{position + 1}" for position in range(len(rows[0]))] if rows else []


def _as_number(text: str) -> Any:
    if _NO_NUMBER.match(text):
        return text
    number = js_number(text)
    return text if number != number else number
