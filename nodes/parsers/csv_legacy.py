"""The csv node's older dialect: forgiving, with habits of its own that flows have come to rely on."""

from __future__ import annotations

import re
from typing import Any

from flowengine.errors import NodeError
from flowengine.javascript_values import WHITE_SPACE, js_parse_float, js_string
from flowengine.messages import UNDEFINED
from flowengine.node import Node

from .csv_dialect import Layout, Parsed, index_of, is_last_part, names_of, text_of

QUOTE = '"'
_NUMBER = re.compile(r"^-?(?!E)(?!0\d)\d*\.?\d*(E-?\+?)?\d+$", re.IGNORECASE)


class LegacyDialect:
    """The dialect of nodes without ``spec``."""

    default_line_end = "\n"

    def __init__(self, layout: Layout, node: Node) -> None:
        self.layout, self.node = layout, node
        self.header_sent = False
        self._has_warned = False
        self._has_columns = True
        self._split_at = ","

    def start(self) -> bool:
        """Read the columns that the node names."""
        self.template = self._columns(self.layout.columns, ",")
        self._unnamed = self.template == [""]
        return True

    def begin(self) -> None:
        """Nothing to do."""

    def refuse(self) -> None:
        """Say that a payload is neither text nor object."""
        self.node.warn(self.node.words("errors.csv_js"))

    def _columns(self, text: str, separator: str | None = None) -> list[str]:
        """Split names at separators outside of quotes; without one, at the one that was used last."""
        if separator is not None:
            self._split_at = separator
        outside = re.escape(self._split_at) + r'(?=(?:(?:[^"]*"){2})*[^"]*$)'
        pieces = re.split(outside, text.strip(WHITE_SPACE))
        names = [name.replace(QUOTE, "").strip(WHITE_SPACE) for name in pieces]
        self._has_columns = names != [""]
        return names

    def _shown(self, keep_empty: bool = False) -> str:
        names = (f'"{name}"' if "," in name else name for name in self.template)
        return ",".join(name for name in names if name or keep_empty)

    # reading

    def read(self, text: str, parts: dict[str, Any] | None) -> Parsed | None:
        """Read a text, or a part of one."""
        layout = self.layout
        breaks = text.count("\n") + text.count("\r")
        is_first = not (parts is not None and index_of(parts) > layout.skip)
        if parts is not None and layout.whole and breaks > 1:
            is_first = True
        start = _after_lines(text, layout.skip - index_of(parts)) if is_first else 0
        if is_first and layout.header_in and start < len(text):
            start = self._read_header(text, start)
        rows = _Rows(self, text).read(start)
        return Parsed(rows, self._shown(), is_last_part(parts), breaks)

    def _read_header(self, text: str, start: int) -> int:
        match = re.compile("[\r\n]").search(text, start)
        end = match.start() if match else len(text)
        if match is not None and end == len(text) - 1:
            end += 1  # the last character belongs to the header even if it is a line end
        self.template = self._columns(text[start:end], self.layout.separator)
        return end + 1

    def name_of(self, position: int) -> str:
        """Return the name of a column; without names they are numbered."""
        if not self._has_columns:
            self.template.extend([""] * (position + 1 - len(self.template)))
            self.template[position] = f"col{position + 1}"
        return self.template[position] if position < len(self.template) else ""

    # writing

    def write(self, payload: Any, msg: dict[str, Any]) -> tuple[str, str]:
        """Write objects or arrays."""
        parts = msg.get("parts")
        continues = (
            isinstance(parts, dict) and isinstance(parts.get("index"), (int, float)) and parts["index"] > 0
        )
        if not (self._unnamed and continues):
            self.template = self._columns(self.layout.columns)
        rows = payload if isinstance(payload, list) else [payload]
        lines = []
        if self.layout.header_out != "none" and not self.header_sent:
            lines.append(self._header(rows, msg))
            self.header_sent = self.layout.header_out == "once"
        for row in rows:
            if isinstance(row, list):
                lines.append(self._array(row))
            elif not isinstance(row, dict) and row is not None:
                lines.append(self._array(rows))
                break
            else:
                lines.append(self._fields(row, rows[0], msg))
        return self.layout.line_end.join(lines) + self.layout.line_end, self._shown(keep_empty=True)

    def _header(self, rows: list[Any], msg: dict[str, Any]) -> str:
        if self.template == [""]:
            if "columns" in msg:
                self.template = self._columns(msg["columns"] or "", ",")
            else:
                first = rows[0] if rows else None
                self.template = names_of(first)
        separator = self.layout.separator
        return separator.join(f'"{name}"' if separator in name else name for name in self.template)

    def _array(self, row: list[Any]) -> str:
        return self.layout.separator.join(self._cell(cell) for cell in row)

    def _cell(self, cell: Any) -> str:
        if cell is UNDEFINED:
            return ""
        if cell is None:
            raise NodeError("Cannot read properties of null (reading 'toString')", name="TypeError")
        return self._quoted(js_string(cell))

    def _quoted(self, text: str, breaks: bool | None = None) -> str:
        if QUOTE in text:
            return f'"{text.replace(QUOTE, QUOTE * 2)}"'
        has_break = "\n" in text if breaks is None else breaks
        return f'"{text}"' if self.layout.separator in text or has_break else text

    def _fields(self, row: Any, first: Any, msg: dict[str, Any]) -> str:
        if self.template == [""] and "columns" in msg:
            self.template = self._columns(msg["columns"] or "", ",")
        if self.template != [""]:
            return self.layout.separator.join(self._field(row, name) for name in self.template)
        if not self._has_warned:
            self.node.warn(self.node.words("errors.obj_csv"))
            self._has_warned = True
        cells = []
        for name in first if isinstance(first, dict) else ():
            value = (row or {}).get(name, UNDEFINED)
            if value is UNDEFINED or value is None or isinstance(value, (dict, list, bytes)):
                continue
            cells.append(self._quoted(js_string(value), "\n" in name))
        return self.layout.separator.join(cells)

    def _field(self, row: Any, name: str) -> str:
        if name == "":
            return ""
        if row is None:
            raise NodeError(f"Cannot read properties of null (reading '{name}')", name="TypeError")
        value = row.get(name, UNDEFINED)
        return self._quoted("" if value is UNDEFINED else text_of(value))


class _Rows:
    """Reads rows; what a separator or line end right before means for a value is this dialect's own."""

    def __init__(self, dialect: LegacyDialect, text: str) -> None:
        self.dialect, self.text, self.layout = dialect, text, dialect.layout
        self.position = 0
        self.cell: str | None = ""
        self.row: dict[str, Any] = {}
        self.rows: list[dict[str, Any]] = []
        self.outside = True

    def read(self, start: int) -> list[dict[str, Any]]:
        text, separator, at = self.text, self.layout.separator, start
        special = (
            re.compile(f'[{re.escape(separator)}"\r\n]') if len(separator) == 1 else re.compile('["\r\n]')
        )
        while match := special.search(text, at):
            here = match.start()
            if here > at:
                self._add(text[at:here])
            self._special(text[here], here)
            at = here + 1
        if at < len(text):
            self._add(text[at:])
        if not self.outside:
            self.dialect.node.warn(self.dialect.node.words("errors.bad_csv"))
        self._end_value()
        self._end_row()
        return self.rows

    def _add(self, text: str) -> None:
        self.cell = ("null" if self.cell is None else self.cell) + text

    def _special(self, char: str, at: int) -> None:
        before = self.text[at - 1] if at else None
        if char == QUOTE:
            self.outside = not self.outside
            if before == QUOTE and not self.outside:
                self._add(QUOTE)
        elif not self.outside:
            self._add(char)
        elif char == self.layout.separator:
            self._separator(before, at)
        else:
            if before == self.layout.separator and self.dialect.name_of(self.position):
                self.cell = None
            self._end_value()
            self._end_row()

    def _separator(self, before: str | None, at: int) -> None:
        if self.dialect.name_of(self.position):
            if before is None:
                raise NodeError("Cannot read properties of undefined (reading 'includes')", name="TypeError")
            if before in (self.layout.separator, "\n"):
                self.cell = None
        self._end_value()
        self.position += 1
        self.cell = None if at == len(self.text) - 1 else ""

    def _end_value(self) -> None:
        """Put the cell into the row, unless it is one that the node leaves out."""
        name = self.dialect.name_of(self.position)
        value: Any = self.cell
        if not name:
            return
        if value is not None and self.layout.numbers and _NUMBER.match(text := value.strip(WHITE_SPACE)):
            value = js_parse_float(text)
        if (value is None and not self.layout.null_values) or (value == "" and not self.layout.empty_strings):
            return
        self.row[name] = value

    def _end_row(self) -> None:
        if self.row:
            self.rows.append(self.row)
        self.position, self.cell, self.row, self.outside = 0, "", {}, True


def _after_lines(text: str, count: Any) -> int:
    """Return where the text begins after so many lines."""
    at = 0
    while count > 0 and at < len(text):
        end = text.find("\n", at)
        at = len(text) if end == -1 else end + 1
        count -= 1
    return at
