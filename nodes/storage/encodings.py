"""Text encodings under the names that Node-RED's file nodes offer."""

from __future__ import annotations

import base64
import binascii
import codecs
from functools import lru_cache

from flowengine.errors import NodeError

_NAMES = {
    "binary": "latin-1",
    "ucs2": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf16le": "utf-16-le",
    "utf8": "utf-8",
    "windows-31j": "cp932",
    "windows932": "cp932",
    "windows936": "gbk",
    "windows949": "cp949",
    "windows950": "cp950",
    "shift_jis": "cp932",
    "gb2312": "gbk",
    "euc-cn": "gbk",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
}
"""Names that Python does not know, and those that stand for the larger set that browsers take them for."""


def encode(text: str, name: str) -> bytes:
    """Encode a text; what the encoding lacks becomes ``?``. Raises NodeError for an unknown encoding."""
    if name == "base64":
        return base64.b64decode(text + "=" * (-len(text) % 4))
    if name == "hex":
        return _from_hex(text)
    if (table := _encoding_table(name)) is not None:
        return bytes(table.get(char, ord("?")) for char in text)
    codec = _codec(name)
    return text.encode(codec, "surrogatepass" if codec.startswith("utf") else "replace")


def decode(data: bytes, name: str) -> str:
    """Decode bytes; what means nothing becomes U+FFFD, and a byte order mark is dropped."""
    if name == "base64":
        return base64.b64encode(data).decode()
    if name == "hex":
        return data.hex()
    if (table := _table(name)) is not None:
        return "".join(map(table.__getitem__, data))
    text = data.decode(_codec(name), "replace")
    return text.removeprefix("\ufeff") if _codec(name).startswith("utf") else text


def _from_hex(text: str) -> bytes:
    try:
        return binascii.unhexlify(text[: len(text) // 2 * 2])
    except binascii.Error:
        return b""


def _table(name: str) -> str | None:
    from .encoding_tables import TABLES

    return TABLES.get(name.lower())


@lru_cache(maxsize=8)
def _encoding_table(name: str) -> dict[str, int] | None:
    table = _table(name)
    return None if table is None else {char: byte for byte, char in enumerate(table) if char != "\ufffd"}


@lru_cache(maxsize=64)
def _codec(name: str) -> str:
    try:
        return codecs.lookup(_NAMES.get(name.lower(), name)).name
    except LookupError:
        raise NodeError(
            f"Encoding not recognized: '{name}' (searched as: '{name.lower()}')", error_object=True
        ) from None
