"""What JavaScript makes of a value: its text, its number, its truth, its JSON, and how it compares.

Flows were written for JavaScript's rules, so nodes ask here where they would else use Python's ``str``,
``float`` and ``==``.
"""

from .comparing import (
    js_truthy,
    js_typeof,
    less_or_equal,
    less_than,
    loose_equal,
    strict_equal,
)
from .inspecting import js_inspect
from .numbers import (
    WHITE_SPACE,
    js_number,
    js_parse_float,
    js_parse_int,
    number_text,
    number_texts,
    to_js_integral,
)
from .parsing import JsonSyntaxError, js_parse
from .regexps import JsRegex, compile_js_regex, js_regex
from .stringify import js_json, js_keys
from .strings import iso_date, js_string, utf16_key

__all__ = [
    "WHITE_SPACE",
    "JsRegex",
    "JsonSyntaxError",
    "compile_js_regex",
    "iso_date",
    "js_inspect",
    "js_json",
    "js_keys",
    "js_number",
    "js_parse",
    "js_parse_float",
    "js_parse_int",
    "js_regex",
    "js_string",
    "js_truthy",
    "js_typeof",
    "less_or_equal",
    "less_than",
    "loose_equal",
    "number_text",
    "number_texts",
    "strict_equal",
    "to_js_integral",
    "utf16_key",
]
