"""What JavaScript, JSONata and moment.js answered, as ``recorded/*.json`` has it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from flowengine.javascript_values import js_parse

_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf, "-0": -0.0}


def recorded(name: str) -> dict[str, Any]:
    """Read a file of answers."""
    text = (Path(__file__).parent / "recorded" / f"{name}.json").read_text()
    answers: dict[str, Any] = js_parse(text)
    return answers


def meant(value: Any) -> Any:
    """Give the value that an answer stands for; ``{"$": "nan"}`` is not a number."""
    if isinstance(value, list):
        return [meant(item) for item in value]
    if not isinstance(value, dict):
        return value
    return _SPECIAL[value["$"]] if "$" in value else {key: meant(item) for key, item in value.items()}
