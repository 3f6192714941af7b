"""Text encodings under the names that Node-RED's file nodes offer."""

from __future__ import annotations

import base64
import codecs
import re
from functools import lru_cache

from flowengine.errors import NodeError

ENCODINGS = (
    "utf8", "ucs2", "utf-16le", "ascii", "binary", "base64", "hex", "utf-16be", "Shift_JIS", "Windows-31j",
    "Windows932", "EUC-JP", "GB2312", "GBK", "GB18030", "Windows936", "EUC-CN", "KS_C_5601", "Windows949",
    "EUC-KR", "Big5", "Big5-HKSCS", "Windows950", "cp874", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "cp1258", "ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4",
    "ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9", "ISO-8859-10", "ISO-8859-11",
    "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "cp437", "cp737", "cp775", "cp850", "cp852",
    "cp855", "cp857", "cp858", "cp860", "cp861", "cp866", "cp869", "macroman", "maccyrillic", "macgreek",
    "maciceland", "macturkish", "koi8-r", "koi8-u", "tis620",
)  # fmt: skip
"""Those that forms offer, the usual ones first."""

_NAMES = {
    "binary": "latin-1",
    "ucs2": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf16": "utf-16-le",
    "utf16be": "utf-16-be",
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


_CODES = {("gbk", "€"): b"\x80", ("big5hkscs", "€"): b"\xa3\xe1"}
"""Characters that other systems have in these sets, and Python has not."""
_CHARACTERS = {(codec, code): char for (codec, char), code in _CODES.items()}
_OF_ONE_BYTE = ("charmap", "ascii", "latin-1")
_MARKED = ("utf-16", "utf16")
"""A byte order mark says which of the two they are."""
_URL_SAFE = str.maketrans("-_", "+/")


def encode(text: str, name: str) -> bytes:
    """Encode a text; what the encoding lacks becomes ``?``. Raises NodeError for an unknown encoding."""
    if name == "base64":
        return _from_base64(text)
    if name == "hex":
        return _from_hex(text)
    if name.lower() in _MARKED:
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le", "surrogatepass")
    if name == "binary":  # a byte of each character, whatever it is
        return text.encode("utf-16-le", "surrogatepass")[::2]
    if (table := _encoding_table(name)) is not None:
        return b"".join(bytes((table[char],)) if char in table else _unknown(char) for char in text)
    codec = _codec(name)
    return text.encode(codec, "surrogatepass" if codec.startswith("utf") else _REPLACE)


_REPLACE = "flowengine.replace"


def _replaced(error: UnicodeError) -> tuple[bytes | str, int]:
    """Give what stands for a character that a set lacks, or for a byte that means nothing in it."""
    if isinstance(error, UnicodeDecodeError):
        for width in (1, 2):
            code = error.object[error.start : error.start + width]
            if (error.encoding, code) in _CHARACTERS:
                return _CHARACTERS[error.encoding, code], error.start + width
        return "\ufffd", error.end
    assert isinstance(error, UnicodeEncodeError)
    unknown = _unknown if error.encoding in _OF_ONE_BYTE else lambda char: b"?"
    lacking = error.object[error.start : error.end]
    return b"".join(_CODES.get((error.encoding, char)) or unknown(char) for char in lacking), error.end


codecs.register_error(_REPLACE, _replaced)


def _unknown(char: str) -> bytes:
    """Return a question mark for each of JavaScript's halves of the character."""
    return b"??" if ord(char) > 0xFFFF else b"?"


def decode(data: bytes, name: str) -> str:
    """Decode bytes; what means nothing becomes U+FFFD, and a byte order mark is dropped."""
    if name == "base64":
        return base64.b64encode(data).decode()
    if name == "hex":
        return data.hex()
    if (table := _table(name)) is not None:
        return "".join(map(table.__getitem__, data))
    if _codec(name).startswith("utf-16") and len(data) % 2:
        data = data[:-1]  # half a character
    if name.lower() in _MARKED and data.startswith(codecs.BOM_UTF16_BE):
        name = "utf-16-be"
    text = data.decode(_codec(name), _REPLACE)
    return text.removeprefix("\ufeff") if _codec(name).startswith("utf") else text


def _from_base64(text: str) -> bytes:
    """Read what is base64 in the text, of either alphabet, up to the padding, and pass over the rest."""
    digits = re.sub(r"[^A-Za-z0-9+/]", "", text.partition("=")[0].translate(_URL_SAFE))
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return base64.b64decode(digits + "=" * (-len(digits) % 4))


def _from_hex(text: str) -> bytes:
    """Read pairs of hexadecimal digits, up to what is none."""
    found = re.match(r"(?:[0-9a-fA-F]{2})*", text)
    return bytes.fromhex(found[0] if found else "")


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
        searched = re.sub(r"[^0-9a-z]", "", name.lower())
        raise NodeError(
            f"Encoding not recognized: '{name}' (searched as: '{searched}')", error_object=True
        ) from None
