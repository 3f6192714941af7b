"""Shapes of the small objects that methods take; larger ones are `Json`, since servers change them often."""

# ruff: noqa: D101 -- a shape is its name and its fields

from typing import Any, Literal, Required

from typing_extensions import TypedDict

Json = dict[str, Any]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Verbosity = Literal["low", "medium", "high"]
ToolMode = Literal["none", "auto", "required"]


class AccessPrograms(TypedDict, total=False):
    cyber: Literal["standard", "daybreak_blue", "daybreak_red"]


class AgentReasoning(TypedDict, total=False):
    effort: Effort | None
    summary: Literal["concise", "detailed", "auto"] | None


class Attachment(TypedDict, total=False):
    file_id: str
    tools: list[Json]


class AttributeTransformation(TypedDict):
    attribute: str
    expression: str


class AutoChunking(TypedDict):
    type: Literal["auto"]


class BackgroundOptions(TypedDict, total=False):
    completion_window: Literal["soonest", "2h", "8h"]
    continuation_id: str


class BatchFile(TypedDict, total=False):
    file_id: Required[str]
    attributes: dict[str, str | float | bool] | None
    chunking_strategy: "AutoChunking | StaticChunking"


class ChatAudio(TypedDict):
    format: Literal["wav", "aac", "mp3", "flac", "opus", "pcm16"]
    voice: str | Json


class ChatStreamOptions(TypedDict, total=False):
    include_obfuscation: bool
    include_usage: bool


class ChatWorkflow(TypedDict, total=False):
    id: Required[str]
    state_variables: dict[str, str | bool | float]
    tracing: "Enabled"
    version: str


class Command(TypedDict, total=False):
    command: Required[str]
    cwd: str | None


class ContextManagement(TypedDict, total=False):
    type: Required[str]
    compact_threshold: int | None


class DaysAfterUse(TypedDict):
    anchor: Literal["last_active_at"]
    days: int


class Enabled(TypedDict, total=False):
    enabled: bool


class FunctionDefinition(TypedDict, total=False):
    name: Required[str]
    description: str
    parameters: Json


class Hyperparameters(TypedDict, total=False):
    batch_size: int | Literal["auto"]
    learning_rate_multiplier: float | Literal["auto"]
    n_epochs: int | Literal["auto"]


class ImageContext(TypedDict, total=False):
    context_compression: Literal["auto", "enabled", "disabled"]


class InputTranscription(TypedDict, total=False):
    language: str
    model: str
    prompt: str


class MinutesAfterUse(TypedDict):
    anchor: Literal["last_active_at"]
    minutes: int


class ModerationOptions(TypedDict, total=False):
    model: Required[str]
    policy: Json | None


class MultiAgent(TypedDict, total=False):
    enabled: Required[bool]
    max_concurrent_subagents: int


class Network(TypedDict, total=False):
    access: Required[Literal["enabled", "disabled", "restricted"]]
    allowed_domains: list[str] | None
    blocked_domains: list[str] | None


class NoiseReduction(TypedDict, total=False):
    type: Literal["near_field", "far_field"]


class NotificationChannel(TypedDict, total=False):
    recipients: Required[list[str]]
    type: Required[Literal["email"]]
    subject_prefix: str | None


class Packages(TypedDict, total=False):
    npm: list[str] | None
    python: list[str] | None
    system: list[str] | None


class ProjectRole(TypedDict):
    id: str
    role: Literal["member", "owner"]


class PromptCache(TypedDict, total=False):
    mode: Literal["implicit", "explicit"]
    ttl: Literal["30m", "12h"]


class PromptCacheWarmup(PromptCache, total=False):
    comparison_response_id: str | None
    prewarm: bool


class PromptReference(TypedDict, total=False):
    id: Required[str]
    variables: Json | None
    version: str | None


class RankingOptions(TypedDict, total=False):
    ranker: Literal["none", "auto", "default-2024-11-15"]
    score_threshold: float


class RateLimits(TypedDict, total=False):
    max_requests_per_1_minute: int


class Reasoning(AgentReasoning, total=False):
    context: Literal["auto", "current_turn", "all_turns"] | None
    generate_summary: Literal["auto", "concise", "detailed"] | None
    mode: str


class SearchOptions(TypedDict, total=False):
    search_context_size: Verbosity
    user_location: Json | None


class SecondsAfterCreation(TypedDict):
    anchor: Literal["created_at"]
    seconds: int


class SpendControl(TypedDict):
    limit: int | None


class StaticChunkSizes(TypedDict):
    chunk_overlap_tokens: int
    max_chunk_size_tokens: int


class StaticChunking(TypedDict):
    static: StaticChunkSizes
    type: Literal["static"]


class StreamOptions(TypedDict, total=False):
    include_obfuscation: bool


class Svg(TypedDict, total=False):
    model: str
    reasoning: Json | None


class TextOptions(TypedDict, total=False):
    format: Json | None
    verbosity: Verbosity | None


class TimeRange(TypedDict, total=False):
    gt: int
    gte: int
    lt: int
    lte: int


class ToolOutput(TypedDict, total=False):
    output: str
    tool_call_id: str


class TruncationStrategy(TypedDict, total=False):
    type: Required[Literal["auto", "last_messages"]]
    last_messages: int | None


class TurnDetection(TypedDict, total=False):
    create_response: bool
    eagerness: Literal["low", "medium", "high", "auto"]
    interrupt_response: bool
    prefix_padding_ms: int
    silence_duration_ms: int
    threshold: float
    type: Literal["server_vad", "semantic_vad"]


class WebRtcOffer(TypedDict):
    sdp: str
    type: Literal["webrtc"]


Chunking = AutoChunking | StaticChunking
