"""Agents and the automations that start them."""

from typing import Literal

from ..record import PAGE, Family, delete, get, optional, post, required
from .fields import METADATA, MODEL, NAME, REASONING
from .shapes import Json, MultiAgent, TextOptions

AGENT = (
    optional("service_tier", Literal["auto", "default", "flex", "priority", "fast", "ultrafast"]),
    optional("compaction", Json),
    optional("experimental", Json),
    optional("instructions"),
    METADATA,
    optional("multi_agent", MultiAgent),
    optional("name"),
    REASONING,
    optional("text", TextOptions),
    optional("tools", list[Json]),
)

FAMILY = Family(
    "agents",
    icon="🤖",
    headers={"OpenAI-Beta": "agents=v1"},
    methods=(
        post(
            "beta.agents.automations.create",
            "/agents/automations",
            NAME,
            required(
                "target",
                Json,
                example={
                    "type": "existing_session",
                    "session_id": "session_123",
                    "instructions": "Summarise the day.",
                },
            ),
            required("type", Literal["periodic", "once"], example="once"),
            optional("expression"),
            optional("timezone"),
            METADATA,
            optional("run_at", int),
            example={"run_at": 1893488400},
        ),
        delete("beta.agents.automations.delete", "/agents/automations/{automation_id}"),
        post("beta.agents.automations.invocations.create", "/agents/automations/{automation_id}/invocations"),
        get(
            "beta.agents.automations.invocations.list",
            "/agents/automations/{automation_id}/invocations",
            *PAGE,
            page="CursorPage",
        ),
        get(
            "beta.agents.automations.invocations.retrieve",
            "/agents/automations/{automation_id}/invocations/{invocation_id}",
        ),
        get(
            "beta.agents.automations.list",
            "/agents/automations",
            optional("session_id"),
            *PAGE,
            page="CursorPage",
        ),
        post("beta.agents.automations.pause", "/agents/automations/{automation_id}/pause"),
        post("beta.agents.automations.resume", "/agents/automations/{automation_id}/resume"),
        get("beta.agents.automations.retrieve", "/agents/automations/{automation_id}"),
        post(
            "beta.agents.automations.update",
            "/agents/automations/{automation_id}",
            optional("expression"),
            METADATA,
            optional("name"),
            optional("run_at", int),
            optional("target", Json),
            optional("timezone"),
            example={"name": "Daily summary"},
        ),
        post("beta.agents.create", "/agents", MODEL, *AGENT, example={"name": "Analyst"}),
        delete("beta.agents.delete", "/agents/{agent_id}"),
        get("beta.agents.list", "/agents", *PAGE, page="CursorPage"),
        get("beta.agents.retrieve", "/agents/{agent_id}"),
        post(
            "beta.agents.update",
            "/agents/{agent_id}",
            optional("model"),
            *AGENT,
            example={"instructions": "Be brief."},
        ),
    ),
)
