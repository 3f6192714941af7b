"""Completions: the older way to continue a text."""

from ..record import Family, optional, post, required
from .fields import CHAT_STREAM_OPTIONS, FREQUENCY_PENALTY, LOGIT_BIAS, PRESENCE_PENALTY, TEMPERATURE, TOP_P

FAMILY = Family(
    "completions",
    icon="⌨",
    methods=(
        post(
            "completions.create",
            "/completions",
            required("model", example="gpt-3.5-turbo-instruct"),
            required("prompt", str | list[str] | list[int] | list[list[int]], example="Once upon a time"),
            optional("stream", bool),
            optional("best_of", int, ge=0, le=20),
            optional("echo", bool),
            FREQUENCY_PENALTY,
            LOGIT_BIAS,
            optional("logprobs", int, ge=0, le=5),
            optional("max_tokens", int, ge=1),
            optional("n", int, ge=1, le=128),
            PRESENCE_PENALTY,
            optional("seed", int),
            optional("stop", str | list[str]),
            CHAT_STREAM_OPTIONS,
            optional("suffix"),
            TEMPERATURE,
            TOP_P,
            optional("user"),
            streams=True,
        ),
    ),
)
