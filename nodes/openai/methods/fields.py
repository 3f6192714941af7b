"""Payload fields that several families share, each declared once."""

from typing import Literal

from ..record import file, optional, required
from .shapes import (
    AgentReasoning,
    ChatStreamOptions,
    Chunking,
    Effort,
    Json,
    ModerationOptions,
    NotificationChannel,
    PromptCache,
    SecondsAfterCreation,
    StreamOptions,
    ToolMode,
)

BINARY = {"Accept": "application/binary"}
ANYTHING = {"Accept": "*/*"}

# The files of assistants and messages went with the first version of their API.
V1 = {"OpenAI-Beta": "assistants=v1"}
V1_END = "2024-12-18"

ATTRIBUTES = optional("attributes", dict[str, str | float | bool])
CERTIFICATE_IDS = required("certificate_ids", list[str], example=["cert_123"])
CHUNKING_STRATEGY = optional("chunking_strategy", Chunking)
CURRENCY = required("currency", Literal["USD"], example="USD")
ENVIRONMENT = required("environment", Json, example={"type": "openai_hosted"})
EXPIRES_AFTER = optional("expires_after", SecondsAfterCreation)
FILE = file("file", example="handbook.pdf")
FILTER = optional("filter", Literal["in_progress", "completed", "failed", "cancelled"])
FREQUENCY_PENALTY = optional("frequency_penalty", float, ge=-2, le=2)
IDEMPOTENCY_KEY = optional("idempotency_key", where="header", wire="Idempotency-Key")
INCLUDE = optional(
    "include",
    list[
        Literal[
            "file_search_call.results",
            "web_search_call.results",
            "web_search_call.action.sources",
            "message.input_image.image_url",
            "computer_call_output.output.image_url",
            "code_interpreter_call.outputs",
            "reasoning.encrypted_content",
            "message.output_text.logprobs",
        ]
    ],
)
INCLUDE_OBFUSCATION = optional("include_obfuscation", bool)
INTERVAL = required("interval", Literal["month"], example="month")
LOGIT_BIAS = optional("logit_bias", dict[str, int])
MAX_COMPLETION_TOKENS = optional("max_completion_tokens", int, ge=1)
MAX_WAIT_SECONDS = optional("max_wait_seconds", float, ge=0)
METADATA = optional("metadata", dict[str, str])
REQUIRED_METADATA = required("metadata", dict[str, str], example={"ticket": "4711"})
MODALITIES = optional("modalities", list[Literal["text", "audio"]])
MODEL = required("model", example="gpt-5-mini")
MODERATION = optional("moderation", ModerationOptions)
NAME = required("name", example="Handbook")
PARALLEL_TOOL_CALLS = optional("parallel_tool_calls", bool)
PERMISSIONS = required("permissions", list[str], example=["api.model.request"])
POLL_INTERVAL = optional("pollIntervalMs", int, ge=0)
PRESENCE_PENALTY = optional("presence_penalty", float, ge=-2, le=2)
PROMPT = required("prompt", example="A lighthouse at dusk, watercolour")
PROMPT_CACHE_OPTIONS = optional("prompt_cache_options", PromptCache)
PROMPT_CACHE_RETENTION = optional("prompt_cache_retention", Literal["in_memory", "24h"])
PURPOSE = required(
    "purpose",
    Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"],
    example="assistants",
)
REASONING = optional("reasoning", AgentReasoning)
REASONING_EFFORT = optional("reasoning_effort", Effort)
RESPONSE_FORMAT = optional("response_format", Literal["auto"] | Json)
ROLE_NAME = required("role_name", example="Reviewer")
STREAM_OPTIONS = optional("stream_options", StreamOptions)
CHAT_STREAM_OPTIONS = optional("stream_options", ChatStreamOptions)
TARGET_URI = required("target_uri", example="tel:+14155550123")
TEMPERATURE = optional("temperature", float, ge=0, le=2)
THRESHOLD_AMOUNT = required("threshold_amount", int, example=10000)
TOOL_CHOICE = optional("tool_choice", ToolMode | Json)
TOP_LOGPROBS = optional("top_logprobs", int, ge=0, le=20)
TOP_P = optional("top_p", float, ge=0, le=1)

SOCKET = (
    optional("action", Literal["connect", "send", "close"]),
    optional("connection_id"),
    optional("event", Json),
    optional("code", int),
    optional("reason"),
)

SPEND_ALERT = (
    CURRENCY,
    INTERVAL,
    required(
        "notification_channel",
        NotificationChannel,
        example={"type": "email", "recipients": ["ada@example.com"]},
    ),
    THRESHOLD_AMOUNT,
)
SPEND_LIMIT = (
    CURRENCY,
    INTERVAL,
    THRESHOLD_AMOUNT,
)
