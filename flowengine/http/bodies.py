"""Bodies of requests to values: JSON, forms, uploads, text and bytes, as http in gives them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ..errors import FlowError
from ..javascript_values import js_parse
from .exchange import HttpRequest
from .query_text import MOST_PARAMETERS, QueryTextError, count_parameters, parse_query

_UNITS = {"": 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}
_BINARY = frozenset(("octet-stream", "cbor", "x-protobuf"))


class BodyError(FlowError):
    """A body is too large, or is not what its type says; ``status`` is what it can be answered with."""

    def __init__(self, name: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.name = name
        self.status = status


def too_large() -> BodyError:
    """Make the error of a body beyond the limit."""
    return BodyError("PayloadTooLargeError", "request entity too large", 413)


def byte_count(text: str | float) -> int | None:
    """Read a size such as ``5mb``; None where it is none."""
    if isinstance(text, (int, float)):
        return int(text)
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?b)?\s*", text.lower())
    return int(float(found[1]) * _UNITS[found[2] or ""]) if found else None


def media_type(headers: dict[str, Any]) -> str:
    """Return the media type of a request without its parameters, in lower case."""
    return str(headers.get("content-type", "")).partition(";")[0].strip().lower()


def is_parsed(headers: dict[str, Any]) -> bool:
    """Tell whether a body becomes a value, so that ``apiMaxLength`` holds for it."""
    return media_type(headers) in ("application/json", "application/x-www-form-urlencoded")


def read_body(request: HttpRequest, body: bytes, limit: int, *, upload: bool = False) -> Any:
    """Return the payload of a request with this body; uploaded files come into ``request["files"]``.

    ``limit`` is the most bytes a compressed body may unfold to. Raises BodyError, or FlowError for broken JSON.
    """
    headers = request["headers"]
    kind = media_type(headers)
    has_body = "transfer-encoding" in headers or str(headers.get("content-length", "")).isdigit()
    if has_body and kind == "application/json":
        return _read_json(_text(headers, body, limit, "utf-"))
    if has_body and kind == "application/x-www-form-urlencoded":
        return _read_form(_text(headers, body, limit, "utf-8"))
    if upload and kind == "multipart/form-data":
        fields, request["files"] = read_multipart(headers["content-type"], body)
        return fields
    return body.decode("utf-8", "replace").removeprefix("\ufeff") if _is_text(kind) else body


def _is_text(kind: str) -> bool:
    if not kind:
        return True
    main, _, sub = kind.partition("/")
    if main == "text" or sub == "xml" or sub.endswith("+xml"):
        return True
    return main == "application" and sub not in _BINARY


def _read_json(text: str) -> Any:
    if not text:
        return {}
    rest = text.lstrip()
    if rest and rest[0] not in "{[":
        raise _not_an_object(rest)
    return js_parse(text)


def _not_an_object(text: str) -> BodyError:
    """Make the error of JSON that is a plain value, worded as if its first character were no JSON at all."""
    try:
        js_parse("#" * (len(text) + 1))
    except FlowError as error:
        return BodyError("SyntaxError", re.sub("#+", lambda found: text[: len(found[0])], str(error)))
    return BodyError("SyntaxError", "Unexpected token")


def _read_form(text: str) -> Any:
    if not text:
        return {}
    count = count_parameters(text)
    if count > MOST_PARAMETERS:
        raise BodyError("PayloadTooLargeError", "too many parameters", 413)
    try:
        return parse_query(text, depth=32, array_limit=max(100, count), strict_depth=True)
    except QueryTextError as error:
        raise BodyError("BadRequestError", str(error)) from None


def _text(headers: dict[str, Any], body: bytes, limit: int, charsets: str) -> str:
    charset = _charset(str(headers["content-type"])).lower()
    if not charset.startswith(charsets):
        raise unsupported("charset", charset.upper())
    try:
        return inflated(headers, body, limit).decode(charset, "replace").removeprefix("\ufeff")
    except LookupError:
        raise unsupported("charset", charset.upper()) from None


def _charset(content_type: str) -> str:
    found = re.search(r'charset\s*=\s*"?([^";\s]+)', content_type, re.IGNORECASE)
    return found[1] if found else "utf-8"


def unsupported(what: str, value: str) -> BodyError:
    """Make the error of a charset or content encoding that nobody here reads."""
    return BodyError("UnsupportedMediaTypeError", f'unsupported {what} "{value}"', 415)


def inflated(headers: Mapping[str, Any], body: bytes, limit: int) -> bytes:
    """Return a body as it was before its ``content-encoding``, of no more than ``limit`` bytes. Raises BodyError."""
    encoding = str(headers.get("content-encoding", "identity")).lower()
    if encoding == "identity":
        return body
    if encoding not in ("gzip", "deflate"):
        raise unsupported("content encoding", encoding)
    inflate = zlib.decompressobj(31 if encoding == "gzip" else 15)
    try:
        plain = inflate.decompress(body, limit + 1)
    except zlib.error as error:
        raise BodyError("Error", str(error).rpartition(": ")[2]) from None
    if len(plain) > limit:
        raise too_large()
    if not inflate.eof:
        raise BodyError("Error", "unexpected end of file")
    return plain


def read_multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Split an upload into its fields and its files, each file with multer's names and a Buffer."""
    found = re.search(r'boundary=(?:"([^"]+)"|([^;\s]+))', content_type)
    if found is None:
        raise BodyError("Error", "Multipart: Boundary not found")
    mark = b"\r\n--" + (found[1] or found[2]).encode()
    parts = (b"\r\n" + body).split(mark)
    if not parts[-1].startswith(b"--"):
        raise BodyError("Error", "Unexpected end of form")
    fields: list[str] = []
    files: list[dict[str, Any]] = []
    for part in parts[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        _take_part(head.decode("utf-8", "replace"), content, fields, files)
    return parse_query("&".join(fields), array_limit=100), files


def _take_part(head: str, content: bytes, fields: list[str], files: list[dict[str, Any]]) -> None:
    headers = dict(_header(line) for line in head.split("\r\n"))
    about = headers.get("content-disposition", "")
    name = _parameter(about, "name")
    if name is None:
        return
    kind = headers.get("content-type", "")
    filename = _extended(about, "filename") or _parameter(about, "filename")
    if not filename:
        # A file field that was left empty comes as an octet stream without a name.
        if kind.partition(";")[0].strip().lower() != "application/octet-stream":
            from .query_text import uri_component

            fields.append(f"{uri_component(name)}={uri_component(_decoded(content, kind))}")
        return
    files.append(
        {
            "fieldname": name,
            "originalname": re.split(r"[/\\]", filename)[-1],
            "encoding": headers.get("content-transfer-encoding", "7bit"),
            "mimetype": kind.partition(";")[0].strip() or "text/plain",
            "buffer": content,
            "size": len(content),
        }
    )


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _parameter(text: str, name: str) -> str | None:
    found = re.search(rf';\s*{name}=(?:"((?:\\.|[^"\\])*)"|([^;\s]+))', text, re.IGNORECASE)
    if found is None:
        return None
    return re.sub(r'\\(["\\])', r"\1", found[1]) if found[1] is not None else found[2]


def _extended(text: str, name: str) -> str | None:
    """Read a parameter that says its character set: ``filename*=UTF-8''na%C3%AFve.txt``."""
    found = re.search(rf";\s*{name}\*=([\w-]+)'[^']*'([^;\s]+)", text, re.IGNORECASE)
    if found is None:
        return None
    try:
        return unquote(found[2], encoding=found[1])
    except LookupError:
        return None


def _decoded(content: bytes, kind: str) -> str:
    try:
        return content.decode(_charset(kind), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
