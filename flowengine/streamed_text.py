"""The text that an event of a streaming API adds to an answer, for whoever joins it again."""

from __future__ import annotations

from typing import Any

DELTAS = frozenset(("response.output_text.delta", "transcript.text.delta"))
SPOKEN = frozenset(
    ("response.text.delta", "response.output_audio_transcript.delta", "response.audio_transcript.delta")
)
"""Events of realtime sessions."""


def delta_text(event: Any) -> str:
    """The text that an event adds to the answer: chat, completions, responses, transcripts, assistants."""
    if not isinstance(event, dict):
        return ""
    if isinstance(kind := event.get("type"), str):
        return _text(event.get("delta")) if kind in DELTAS else ""
    if event.get("object") == "thread.message.delta":
        parts = (event.get("delta") or {}).get("content") or ()
        return "".join(
            (part.get("text") or {}).get("value") or "" for part in parts if isinstance(part, dict)
        )
    return "".join(_choice_text(choice) for choice in event.get("choices") or () if isinstance(choice, dict))


def shown_text(value: Any) -> str:
    """The text of whatever part of a message somebody looks at: all of it, an event, a delta, plain text."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    if "_msgid" in value:
        return shown_text(value.get("payload"))
    if value.get("type") in SPOKEN:
        return _text(value.get("delta"))
    return delta_text(value) or (_text(value.get("content")) if "choices" not in value else "")


def _choice_text(choice: dict[str, Any]) -> str:
    if choice.get("index"):
        return ""  # of several answers the first is the text
    delta = choice.get("delta")
    return _text(delta.get("content") if isinstance(delta, dict) else choice.get("text"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
