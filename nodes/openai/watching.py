"""Calls of the API as watchers of models see them: what is asked, and what answers and events of every shape tell."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flowengine.model_calls import ModelCall
from flowengine.prices import Price, price_of
from flowengine.streamed_text import delta_text

from .addresses import read_base
from .api_errors import ApiError

if TYPE_CHECKING:
    from flowengine.messages import Msg
    from flowengine.node import Node

    from .record import Method

# What runs a model, by path; all else keeps books. Also runs that are waited for: their start told no usage.
OPERATIONS = {
    "/chat/completions": "chat",
    "/responses": "chat",
    "/responses/compact": "chat",
    "/completions": "text_completion",
    "/embeddings": "embeddings",
    "/moderations": "moderation",
    "/images/generations": "generate_content",
    "/images/edits": "generate_content",
    "/images/variations": "generate_content",
    "/videos": "generate_content",
    "/videos/edits": "generate_content",
    "/videos/extensions": "generate_content",
    "/videos/{video_id}/remix": "generate_content",
    "/audio/speech": "generate_content",
    "/audio/transcriptions": "generate_content",
    "/audio/translations": "generate_content",
    "/threads/runs": "invoke_agent",
    "/threads/{thread_id}/runs": "invoke_agent",
    "/threads/{thread_id}/runs/{run_id}/submit_tool_outputs": "invoke_agent",
    "/agents/sessions": "invoke_agent",
}
BY_NAME = {"beta.threads.runs.poll": "invoke_agent", "beta.agents.sessions.stream": "invoke_agent"}

ANSWERS = frozenset(
    (
        "chat.completion",
        "chat.completion.chunk",
        "text_completion",
        "response",
        "thread.run",
        "realtime.response",
    )
)
ENDS = frozenset(("completed", "incomplete", "failed", "cancelled", "expired", "requires_action"))


def operation_of(method: Method) -> str:
    """What kind of model work a method is; empty for none."""
    return BY_NAME.get(method.name) or (OPERATIONS.get(method.path, "") if method.verb == "POST" else "")


def begun(
    node: Node,
    method: Method,
    base: str,
    request: Any,
    msg: Msg | None = None,
    *,
    streaming: bool = False,
    operation: str | None = None,
    turn: int = 1,
    stream: str = "",
) -> ModelCall:
    """The record of a call that is about to begin; `with` it, or `__enter__` and `end` it."""
    model = request.get("model") if isinstance(request, dict) else None
    host, port = place_of(base)
    return ModelCall(
        node.host.model_calls,
        node,
        method.name,
        operation_of(method) if operation is None else operation,
        model if isinstance(model, str) else "",
        host,
        port,
        streaming,
        turn,
        msg,
        request,
        stream,
    )


@lru_cache(maxsize=64)
def place_of(base: str) -> tuple[str, int | None]:
    """Host and port of an API base; nothing else of it, since it may hold a key."""
    try:
        url = read_base(base, ("http", "https", "ws", "wss"))
    except ApiError:
        return "", None
    return url.host or "", url.port


def learn_answer(call: ModelCall, value: Any) -> None:
    """Take note of a decoded answer."""
    call.answer = value
    learn(call, value)


def learn_events(call: ModelCall, batch: list[Any]) -> None:
    """Take note of events of a stream, and hand on their text to who hears it."""
    for event in batch:
        learn_event(call, event)
    if call.has_listeners:
        call.say("".join(map(delta_text, batch)))


def learn_event(call: ModelCall, event: Any) -> None:
    """Take note of an event of a stream."""
    if not isinstance(event, dict) or event is call.answer:  # a server that does not stream answers at once
        return
    if isinstance(event.get("type"), str):
        # Typed events tell it in the response they are about, or at their own end.
        if (response := event.get("response")) is not None:
            learn(call, response)
        elif (usage := event.get("usage")) is not None:
            learn_usage(call, usage)
        return
    learn(call, event)


def learn(call: ModelCall, value: Any) -> None:
    """Take note of what an object says about the answer: id, model, ends, usage. Later ones count."""
    if not isinstance(value, dict):
        return
    if not call.answer_model and isinstance(model := value.get("model"), str):
        call.answer_model = model
    choices = value.get("choices")
    if choices is not None or value.get("object") in ANSWERS:
        if not call.response_id and isinstance(found := value.get("id"), str):
            call.response_id = found
        if choices:
            learn_ends(call, choices)
        elif (status := value.get("status")) in ENDS:
            call.finish_reasons = [reason_of(value) or status]
            call.error_type = failure_of(value) if status == "failed" else ""
    if (usage := value.get("usage")) is not None:
        learn_usage(call, usage)


def learn_ends(call: ModelCall, choices: Any) -> None:
    """Take note of why each choice ended."""
    for choice in choices if isinstance(choices, list) else ():
        reason = choice.get("finish_reason") if isinstance(choice, dict) else None
        if isinstance(reason, str):
            call.finish_reasons.append(reason)


def reason_of(response: dict[str, Any]) -> str | None:
    """Why a response is incomplete, where it says so."""
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    return reason if isinstance(reason, str) else None


def failure_of(response: dict[str, Any]) -> str:
    """The code of a failure that is an answer, not an error."""
    for name in ("error", "last_error", "status_details"):
        error = response.get(name)
        inner = error.get("error") if name == "status_details" and isinstance(error, dict) else error
        if isinstance(inner, dict) and isinstance(code := inner.get("code") or inner.get("type"), str):
            return code
    return "failed"


def learn_usage(call: ModelCall, usage: Any) -> None:
    """Take note of tokens, under whichever names they are counted. A stream's last word counts."""
    if not isinstance(usage, dict):
        return
    asked, answered = tokens_of(usage)
    if asked is None and answered is None:
        return  # seconds of sound, for example
    call.input_tokens, call.output_tokens = asked or 0, answered or 0
    call.cached_tokens = cached_of(usage)
    call.reasoning_tokens = detail(
        usage, "reasoning_tokens", "output_tokens", "completion_tokens", "output_token"
    )


def tokens_of(usage: dict[str, Any]) -> tuple[int | None, int | None]:
    """Tokens asked with and answered."""
    return whole(usage, "input_tokens", "prompt_tokens"), whole(usage, "output_tokens", "completion_tokens")


def cached_of(usage: dict[str, Any]) -> int | None:
    """Tokens asked with that the service had cached."""
    return detail(usage, "cached_tokens", "input_tokens", "prompt_tokens", "input_token")


def cost_of(prices: Mapping[str, Price], model: str, usage: dict[str, Any]) -> dict[str, Any]:
    """`{"cost", "currency"}` of a usage; nothing where the model has no price."""
    asked, answered = tokens_of(usage)
    price = price_of(prices, model)
    if price is None or asked is None:
        return {}
    return {"cost": price.cost(asked, answered or 0, cached_of(usage) or 0), "currency": price.currency}


def whole(usage: dict[str, Any], *names: str) -> int | None:
    """The first of these counts that is there."""
    for name in names:
        if isinstance(count := usage.get(name), int):
            return count
    return None


def detail(usage: dict[str, Any], name: str, *kinds: str) -> int | None:
    """A count within the details of another."""
    for kind in kinds:
        if isinstance(details := usage.get(f"{kind}_details"), dict):
            return whole(details, name)
    return None


def learn_reply(call: ModelCall, details: dict[str, Any]) -> None:
    """Take note of the HTTP answer."""
    call.status = details.get("status")
    call.attempts = details.get("attempts", 1)
    call.request_id = details.get("requestId", "")


def learn_progress(call: ModelCall, job: dict[str, Any]) -> None:
    """Take note of how far a polled job is."""
    if (far := job_progress(job)) is not None:
        call.move(*far)


def job_progress(job: dict[str, Any]) -> tuple[float, float] | None:
    """How far a polled job is: its files or requests, or percent. None where it does not say."""
    for name in ("file_counts", "request_counts"):
        counts = job.get(name)
        if isinstance(counts, dict) and (total := whole(counts, "total")):
            left = whole(counts, "in_progress")
            ended = (
                total - left
                if left is not None
                else sum(whole(counts, n) or 0 for n in ("completed", "failed"))
            )
            return ended, total
    percent = job.get("progress")
    return (percent, 100) if isinstance(percent, int | float) and not isinstance(percent, bool) else None
