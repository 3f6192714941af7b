"""Embeddings and moderations: no model, but texts that share words come out close to each other."""

from __future__ import annotations

import base64
import hashlib
import math
import re
import struct
from typing import Any

from . import texts
from .calls import Answer, Call, route
from .state import Json

DIMENSIONS = 1536
ALARMING = {"kill", "murder", "attack", "weapon", "bomb"}
CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent",
    "self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors",
    "violence", "violence/graphic",
)  # fmt: skip


@route("POST", "/embeddings", "model", "input")
def embed(call: Call) -> Answer:
    """Give a vector for each text, as numbers or as base64 of 32-bit floats."""
    given = call.body["input"]
    asked = (
        given if isinstance(given, list) and not all(isinstance(token, int) for token in given) else [given]
    )
    size = call.body.get("dimensions") or DIMENSIONS
    vectors = [vector(text if isinstance(text, str) else str(text), size) for text in asked]
    as_text = call.body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _packed(numbers) if as_text else numbers}
        for index, numbers in enumerate(vectors)
    ]
    usage = {"prompt_tokens": texts.count(asked), "total_tokens": texts.count(asked)}
    return {"object": "list", "data": data, "model": call.body["model"], "usage": usage}


def vector(text: str, size: int = DIMENSIONS) -> list[float]:
    """Give a vector of length 1: every word adds to some places that its hash names."""
    numbers = [0.0] * size
    for word in re.findall(r"\w+", text.lower()) or [text]:
        digest = hashlib.sha256(word.encode()).digest()
        for start in range(0, 32, 8):
            place, sign = int.from_bytes(digest[start : start + 4], "big"), digest[start + 4] & 1
            numbers[place % size] += 1.0 if sign else -1.0
    # A word may cancel itself where there are few places.
    length = math.sqrt(sum(number * number for number in numbers))
    return [number / length for number in numbers] if length else [1.0, *numbers[1:]]


def likeness(one: str, other: str) -> float:
    """Compare two texts: 1 for the same words, about 0 for none in common."""
    return sum(a * b for a, b in zip(vector(one), vector(other), strict=True))


def _packed(numbers: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


@route("POST", "/moderations", "input")
def moderate(call: Call) -> Answer:
    """Flag texts with a word of ALARMING as violence, and nothing else."""
    given = call.body["input"]
    asked = given if isinstance(given, list) and all(isinstance(text, str) for text in given) else [given]
    head = {"id": call.state.new_id("modr-"), "model": call.body.get("model", "simulated-moderation")}
    return {**head, "results": [judge(text) for text in asked]}


def judge(content: Any) -> Json:
    """Judge one input, a text or a list of parts."""
    violent = bool(ALARMING & set(texts.text_of(content).lower().split()))
    return {
        "flagged": violent,
        "categories": {name: violent and name == "violence" for name in CATEGORIES},
        "category_scores": {name: 0.99 if violent and name == "violence" else 0.001 for name in CATEGORIES},
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }
