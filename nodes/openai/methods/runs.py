"""Runs: an assistant at work on a thread."""

from typing import Literal

from ..polls import create_and_poll_run, create_thread_and_run_poll, poll_run, submit_tool_outputs_and_poll
from ..record import BEFORE, PAGE, Family, get, optional, post, required
from .fields import (
    MAX_COMPLETION_TOKENS,
    METADATA,
    PARALLEL_TOOL_CALLS,
    POLL_INTERVAL,
    REASONING_EFFORT,
    RESPONSE_FORMAT,
    TEMPERATURE,
    TOOL_CHOICE,
    TOP_P,
)
from .shapes import Json, ToolOutput, TruncationStrategy

TOOL_OUTPUTS = required(
    "tool_outputs", list[ToolOutput], example=[{"tool_call_id": "call_123", "output": "18 degrees, dry"}]
)
STEP_INCLUDE = optional(
    "include", list[Literal["step_details.tool_calls[*].file_search.results[*].content"]], where="query"
)

RUN = (
    required("assistant_id"),
    optional("model"),
    optional("instructions"),
    MAX_COMPLETION_TOKENS,
    optional("max_prompt_tokens", int, ge=256),
    METADATA,
    PARALLEL_TOOL_CALLS,
    RESPONSE_FORMAT,
    TEMPERATURE,
    TOOL_CHOICE,
    optional("tools", list[Json]),
    TOP_P,
    optional("truncation_strategy", TruncationStrategy),
)

IN_THREAD = (
    optional("additional_instructions"),
    optional("additional_messages", list[Json]),
)

WITH_THREAD = (
    optional("thread", Json),
    optional("tool_resources", Json),
)

FAMILY = Family(
    "runs",
    icon="🏃",
    headers={"OpenAI-Beta": "assistants=v2"},
    methods=(
        post(
            "createThreadAndRun",
            "/threads/runs",
            optional("stream", bool),
            *RUN,
            *WITH_THREAD,
            sdk="beta.threads.create_and_run",
            streams="data",
        ),
        get(
            "listRuns",
            "/threads/{thread_id}/runs",
            *PAGE,
            BEFORE,
            sdk="beta.threads.runs.list",
            page="CursorPage",
        ),
        post(
            "createRun",
            "/threads/{thread_id}/runs",
            STEP_INCLUDE,
            optional("stream", bool),
            REASONING_EFFORT,
            *RUN,
            *IN_THREAD,
            sdk="beta.threads.runs.create",
            streams="data",
        ),
        get("getRun", "/threads/{thread_id}/runs/{run_id}", sdk="beta.threads.runs.retrieve", options=True),
        post(
            "modifyRun",
            "/threads/{thread_id}/runs/{run_id}",
            METADATA,
            sdk="beta.threads.runs.update",
            example={"metadata": {"checked": "yes"}},
        ),
        post(
            "submitToolOutputsToRun",
            "/threads/{thread_id}/runs/{run_id}/submit_tool_outputs",
            TOOL_OUTPUTS,
            optional("stream", bool),
            sdk="beta.threads.runs.submit_tool_outputs",
            streams="data",
            aliases=("submitToolOuputsToRun",),
        ),
        post(
            "cancelRun",
            "/threads/{thread_id}/runs/{run_id}/cancel",
            sdk="beta.threads.runs.cancel",
            options=True,
        ),
        get(
            "listRunSteps",
            "/threads/{thread_id}/runs/{run_id}/steps",
            STEP_INCLUDE,
            *PAGE,
            BEFORE,
            sdk="beta.threads.runs.steps.list",
            options=True,
            page="CursorPage",
        ),
        get(
            "getRunStep",
            "/threads/{thread_id}/runs/{run_id}/steps/{step_id}",
            STEP_INCLUDE,
            sdk="beta.threads.runs.steps.retrieve",
            options=True,
        ),
        post(
            "beta.threads.create_and_run_poll",
            "/threads/runs",
            POLL_INTERVAL,
            *RUN,
            *WITH_THREAD,
            run=create_thread_and_run_poll,
        ),
        post(
            "beta.threads.create_and_run_stream",
            "/threads/runs",
            *RUN,
            *WITH_THREAD,
            streams="data",
            always={"stream": True},
        ),
        post(
            "beta.threads.runs.create_and_poll",
            "/threads/{thread_id}/runs",
            STEP_INCLUDE,
            REASONING_EFFORT,
            POLL_INTERVAL,
            *RUN,
            *IN_THREAD,
            run=create_and_poll_run,
        ),
        post(
            "beta.threads.runs.create_and_stream",
            "/threads/{thread_id}/runs",
            *RUN,
            *IN_THREAD,
            streams="data",
            always={"stream": True},
        ),
        get("beta.threads.runs.poll", "/threads/{thread_id}/runs/{run_id}", POLL_INTERVAL, run=poll_run),
        post(
            "beta.threads.runs.stream",
            "/threads/{thread_id}/runs",
            STEP_INCLUDE,
            REASONING_EFFORT,
            *RUN,
            *IN_THREAD,
            streams="data",
            always={"stream": True},
        ),
        post(
            "beta.threads.runs.submit_tool_outputs_and_poll",
            "/threads/{thread_id}/runs/{run_id}/submit_tool_outputs",
            TOOL_OUTPUTS,
            POLL_INTERVAL,
            run=submit_tool_outputs_and_poll,
        ),
        post(
            "beta.threads.runs.submit_tool_outputs_stream",
            "/threads/{thread_id}/runs/{run_id}/submit_tool_outputs",
            TOOL_OUTPUTS,
            streams="data",
            always={"stream": True},
        ),
    ),
)
