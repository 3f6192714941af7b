"""The text of events of streams, whichever API they come from and whatever part of them is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from flowengine.streamed_text import delta_text, shown_text

CHUNK = {"choices": [{"index": 0, "delta": {"content": "a"}}, {"index": 1, "delta": {"content": "x"}}]}


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (CHUNK, "a"),
        ({"choices": [{"index": 0, "text": "b"}]}, "b"),
        ({"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]}, ""),
        ({"type": "response.output_text.delta", "delta": "c"}, "c"),
        ({"type": "response.function_call_arguments.delta", "delta": "{"}, ""),
        ({"type": "response.completed", "response": {"output": []}}, ""),
        ({"type": "transcript.text.delta", "delta": "d"}, "d"),
        ({"object": "thread.message.delta", "delta": {"content": [{"text": {"value": "e"}}, None]}}, "e"),
        (None, ""),
        ([CHUNK], ""),
    ],
)
def test_what_an_event_adds(event: Any, text: str) -> None:
    assert delta_text(event) == text
    assert shown_text(event) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ({"_msgid": "m", "payload": CHUNK}, "a"),
        ({"_msgid": "m"}, ""),
        ({"content": "f"}, "f"),
        ({"type": "response.audio_transcript.delta", "delta": "g"}, "g"),
        (7, ""),
    ],
)
def test_what_a_part_of_a_message_adds(value: Any, text: str) -> None:
    assert shown_text(value) == text
