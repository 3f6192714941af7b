"""Realtime: calls, client secrets and connections."""

from typing import Literal

from ..realtime import (
    accept_realtime_call,
    connect,
    hangup_realtime_call,
    refer_realtime_call,
    reject_realtime_call,
)
from ..realtime_calls import create_realtime_call
from ..record import Family, optional, post, required, websocket
from .fields import (
    EXPIRES_AFTER,
    MODALITIES,
    PARALLEL_TOOL_CALLS,
    REASONING,
    SOCKET,
    TARGET_URI,
    TEMPERATURE,
    TOOL_CHOICE,
)
from .shapes import InputTranscription, Json, NoiseReduction, PromptReference, TurnDetection

TRACING = optional("tracing", Literal["auto"] | Json)
INPUT_AUDIO_FORMAT = optional("input_audio_format", Literal["pcm16", "g711_ulaw", "g711_alaw"])
INPUT_AUDIO_NOISE_REDUCTION = optional("input_audio_noise_reduction", NoiseReduction)
INPUT_AUDIO_TRANSCRIPTION = optional("input_audio_transcription", InputTranscription)
TURN_DETECTION = optional("turn_detection", TurnDetection)

FAMILY = Family(
    "realtime",
    icon="🎙",
    methods=(
        post(
            "createRealtimeClientSecret",
            "/realtime/client_secrets",
            EXPIRES_AFTER,
            optional("session", Json),
            sdk="realtime.client_secrets.create",
            example={"session": {"type": "realtime", "model": "gpt-realtime"}},
        ),
        post(
            "acceptRealtimeCall",
            "/realtime/calls/{call_id}/accept",
            required("type", Literal["realtime"], example="realtime"),
            optional("model"),
            optional("audio", Json),
            optional("include", list[Literal["item.input_audio_transcription.logprobs"]]),
            optional("instructions"),
            optional("max_output_tokens", Literal["inf"] | int),
            optional("output_modalities", list[Literal["text", "audio"]]),
            PARALLEL_TOOL_CALLS,
            optional("prompt", PromptReference),
            REASONING,
            TOOL_CHOICE,
            optional("tools", list[Json]),
            TRACING,
            optional("truncation", Literal["auto", "disabled"] | Json),
            sdk="realtime.calls.accept",
            answer="none",
            run=accept_realtime_call,
        ),
        post(
            "hangupRealtimeCall",
            "/realtime/calls/{call_id}/hangup",
            sdk="realtime.calls.hangup",
            answer="none",
            run=hangup_realtime_call,
        ),
        post(
            "referRealtimeCall",
            "/realtime/calls/{call_id}/refer",
            TARGET_URI,
            sdk="realtime.calls.refer",
            answer="none",
            run=refer_realtime_call,
        ),
        post(
            "rejectRealtimeCall",
            "/realtime/calls/{call_id}/reject",
            optional("status_code", int),
            sdk="realtime.calls.reject",
            answer="none",
            run=reject_realtime_call,
            example={"status_code": 486},
        ),
        websocket(
            "beta.realtime.connect",
            "/realtime",
            required("model", example="gpt-realtime"),
            *SOCKET,
            headers={"OpenAI-Beta": "realtime=v1"},
            run=connect,
        ),
        post(
            "beta.realtime.sessions.create",
            "/realtime/sessions",
            optional("client_secret", Json),
            INPUT_AUDIO_FORMAT,
            INPUT_AUDIO_NOISE_REDUCTION,
            INPUT_AUDIO_TRANSCRIPTION,
            optional("instructions"),
            optional("max_response_output_tokens", Literal["inf"] | int),
            MODALITIES,
            optional("model"),
            optional("output_audio_format", Literal["pcm16", "g711_ulaw", "g711_alaw"]),
            optional("speed", float, ge=0.25, le=1.5),
            TEMPERATURE,
            optional("tool_choice"),
            optional("tools", list[Json]),
            TRACING,
            TURN_DETECTION,
            optional("voice"),
            headers={"OpenAI-Beta": "assistants=v2"},
            example={"model": "gpt-realtime", "voice": "alloy"},
        ),
        post(
            "beta.realtime.transcription_sessions.create",
            "/realtime/transcription_sessions",
            optional("client_secret", Json),
            optional("include", list[str]),
            INPUT_AUDIO_FORMAT,
            INPUT_AUDIO_NOISE_REDUCTION,
            INPUT_AUDIO_TRANSCRIPTION,
            MODALITIES,
            TURN_DETECTION,
            headers={"OpenAI-Beta": "assistants=v2"},
            example={"input_audio_format": "pcm16"},
        ),
        post(
            "realtime.calls.create",
            "/realtime/calls",
            required("sdp", example="v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\n"),
            optional("session", Json),
            answer="bytes",
            headers={"Accept": "application/sdp"},
            multipart=True,
            run=create_realtime_call,
        ),
        websocket(
            "realtime.connect", "/realtime", optional("call_id"), optional("model"), *SOCKET, run=connect
        ),
        post(
            "realtime.translations.client_secrets.create",
            "/realtime/translations/client_secrets",
            required("session", Json, example={"model": "gpt-realtime-translate"}),
            EXPIRES_AFTER,
        ),
        websocket(
            "realtime.translations.connect",
            "/realtime/translations",
            required("model", example="gpt-realtime-translate"),
            *SOCKET,
            run=connect,
        ),
    ),
)
