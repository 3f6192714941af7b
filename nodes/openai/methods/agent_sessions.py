"""Agent sessions: turns, items, artifacts, subagents."""

from typing import Literal

from ..agent_turns import artifacts_of_turn, follow_session, run_turn
from ..record import PAGE, Family, delete, get, local, optional, post, required
from .fields import (
    ENVIRONMENT,
    IDEMPOTENCY_KEY,
    INCLUDE_OBFUSCATION,
    METADATA,
    PROMPT_CACHE_OPTIONS,
    STREAM_OPTIONS,
)
from .shapes import Json, SpendControl

REVIEW = optional("review", Literal["none", "auto_review"])
SPEND_CONTROL = optional("spend_control", SpendControl)

FAMILY = Family(
    "agent-sessions",
    icon="🛰",
    headers={"OpenAI-Beta": "agents=v1"},
    methods=(
        get(
            "beta.agents.sessions.artifacts.content",
            "/agents/sessions/{session_id}/artifacts/{artifact_id}/content",
            answer="bytes",
            headers={"Accept": "application/octet-stream"},
        ),
        delete(
            "beta.agents.sessions.artifacts.delete", "/agents/sessions/{session_id}/artifacts/{artifact_id}"
        ),
        local(
            "beta.agents.sessions.artifacts.for_result",
            required("result", Json, example={"turn": {"id": "turn_123", "session_id": "session_123"}}),
            optional("path"),
            run=artifacts_of_turn,
        ),
        get(
            "beta.agents.sessions.artifacts.list",
            "/agents/sessions/{session_id}/artifacts",
            optional("environment_id"),
            *PAGE,
            page="CursorPage",
        ),
        get(
            "beta.agents.sessions.artifacts.retrieve", "/agents/sessions/{session_id}/artifacts/{artifact_id}"
        ),
        post(
            "beta.agents.sessions.create",
            "/agents/sessions",
            ENVIRONMENT,
            optional("agent", Json),
            optional("agent_id"),
            optional("input", str | list[Json]),
            METADATA,
            PROMPT_CACHE_OPTIONS,
            REVIEW,
            SPEND_CONTROL,
            optional("stream", bool),
            STREAM_OPTIONS,
            optional("vault_ids", list[str]),
            streams=True,
            example={"agent_id": "agent_123", "input": "Summarise the report."},
        ),
        delete("beta.agents.sessions.delete", "/agents/sessions/{session_id}"),
        post(
            "beta.agents.sessions.events.create",
            "/agents/sessions/{session_id}/events",
            required("events", list[Json], example=[{"type": "agent.session.input.cancel"}]),
            IDEMPOTENCY_KEY,
            answer="none",
        ),
        get(
            "beta.agents.sessions.events.stream",
            "/agents/sessions/{session_id}/events",
            INCLUDE_OBFUSCATION,
            headers={"Accept": "text/event-stream"},
            run=follow_session,
        ),
        get(
            "beta.agents.sessions.items.list", "/agents/sessions/{session_id}/items", *PAGE, page="CursorPage"
        ),
        get(
            "beta.agents.sessions.list",
            "/agents/sessions",
            optional("agent_id"),
            METADATA,
            *PAGE,
            page="CursorPage",
        ),
        get("beta.agents.sessions.retrieve", "/agents/sessions/{session_id}"),
        post(
            "beta.agents.sessions.stream",
            "/agents/sessions/{session_id}/events",
            required("input", str | list[Json], example="Summarise the report."),
            optional("idempotency_key"),
            run=run_turn,
        ),
        get(
            "beta.agents.sessions.subagents.items.list",
            "/agents/sessions/{session_id}/subagents/{subagent_id}/items",
            *PAGE,
            page="CursorPage",
        ),
        get(
            "beta.agents.sessions.subagents.list",
            "/agents/sessions/{session_id}/subagents",
            *PAGE,
            page="CursorPage",
        ),
        get(
            "beta.agents.sessions.subagents.retrieve", "/agents/sessions/{session_id}/subagents/{subagent_id}"
        ),
        get(
            "beta.agents.sessions.subagents.turns.items.list",
            "/agents/sessions/{session_id}/subagents/{subagent_id}/turns/{turn_id}/items",
            *PAGE,
            page="CursorPage",
        ),
        get(
            "beta.agents.sessions.subagents.turns.list",
            "/agents/sessions/{session_id}/subagents/{subagent_id}/turns",
            *PAGE,
            page="CursorPage",
        ),
        get(
            "beta.agents.sessions.subagents.turns.retrieve",
            "/agents/sessions/{session_id}/subagents/{subagent_id}/turns/{turn_id}",
        ),
        get(
            "beta.agents.sessions.traces.list",
            "/agents/sessions/{session_id}/traces",
            *PAGE,
            page="CursorPage",
        ),
        get(
            "beta.agents.sessions.turns.items.list",
            "/agents/sessions/{session_id}/turns/{turn_id}/items",
            *PAGE,
            page="ConversationCursorPage",
        ),
        get(
            "beta.agents.sessions.turns.list", "/agents/sessions/{session_id}/turns", *PAGE, page="CursorPage"
        ),
        get("beta.agents.sessions.turns.retrieve", "/agents/sessions/{session_id}/turns/{turn_id}"),
        post(
            "beta.agents.sessions.update",
            "/agents/sessions/{session_id}",
            optional("agent", Json),
            METADATA,
            PROMPT_CACHE_OPTIONS,
            REVIEW,
            SPEND_CONTROL,
            example={"metadata": {"ticket": "4711"}},
        ),
    ),
)
