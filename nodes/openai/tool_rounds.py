"""A call whose model may use flows as tools: ask, let the flows answer what the model calls, ask again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import orjson

from .api_errors import Problem
from .call import Call
from .tool_dialects import Dialect, FunctionCall
from .tool_flows import Tool, ToolError, ToolFlows, result_text

ALL = "all"
MOST_ROUNDS = 10

# Is told each round: its number, and its calls as {"name", "arguments", "output", "error"?}.
Listener = Callable[[int, list[dict[str, Any]]], None]


class ToolRounds:
    """Speaks like the call it goes through (`streams`, `result`, `batches`), for all rounds as one."""

    def __init__(
        self, call: Call, dialect: Dialect, flows: ToolFlows, wanted: list[str], most: int, heard: Listener
    ) -> None:
        """Offer the `wanted` tools. Raises Problem for one that no flow has."""
        self._call = call
        self._dialect = dialect
        self._flows = flows
        self._most = most
        self._heard = heard
        chosen = chosen_tools(flows, wanted)
        self._names = {tool.name for tool in chosen}
        own = [dialect.name_of(tool) for tool in self._request.get("tools") or ()]
        self._theirs = {name for name in own if name} - self._names
        offered = [dialect.offer(tool) for tool in chosen if tool.name not in own]
        if offered:
            call.payload = {**self._request, "tools": [*(self._request.get("tools") or ()), *offered]}

    @property
    def streams(self) -> bool:
        return self._call.streams

    @property
    def _request(self) -> dict[str, Any]:
        return self._call.fields(self._call.payload)

    async def result(self) -> Any:
        """The answer that calls no more tools. Raises ApiError."""
        for number in range(1, self._most + 2):
            self._call.round = number
            answer = await self._call.result()
            if not await self._go_on(number, answer):
                return answer
        raise AssertionError("unreachable: the last round raises")

    async def batches(self) -> AsyncGenerator[list[Any], None]:
        """The events of all rounds. Raises ApiError."""
        for number in range(1, self._most + 2):
            self._call.round = number
            events: list[Any] = []
            async with aclosing(self._call.batches()) as batches:
                async for batch in batches:
                    events += batch
                    yield batch
            if not await self._go_on(number, self._dialect.collect(events)):
                return

    async def _go_on(self, number: int, answer: Any) -> bool:
        """Answer the model's calls; False where it is done, or calls what the flow has to answer itself."""
        calls = self._dialect.calls(answer)
        if not calls or any(call.name in self._theirs for call in calls):
            return False
        if number > self._most:
            raise Problem("too_many_rounds", rounds=self._most)
        told = await asyncio.gather(*(self._answered(call) for call in calls))
        self._heard(number, told)
        texts = [(call, one["output"]) for call, one in zip(calls, told, strict=True)]
        self._call.payload = relaxed(self._dialect.follow_up(self._request, answer, texts))
        return True

    async def _answered(self, call: FunctionCall) -> dict[str, Any]:
        """Run one tool. What goes wrong is the answer: the model may know another way."""
        told: dict[str, Any] = {"name": call.name, "arguments": call.arguments}
        try:
            if call.name not in self._names:
                raise ToolError(self._flows.unknown(call.name, self._names))
            told["arguments"] = read_arguments(call.arguments)
            told["output"] = result_text(await self._flows.call(call.name, told["arguments"]))
        except ToolError as error:
            told |= {"output": f"Error: {error}", "error": str(error)}
        return told


def chosen_tools(flows: ToolFlows, wanted: list[str]) -> list[Tool]:
    """The tools of these names, all of them for `all`. Raises Problem for one that no flow has."""
    tools = flows.tools()
    if ALL in wanted:
        return tools
    known = {tool.name: tool for tool in tools}
    for name in wanted:
        if name not in known:
            raise Problem("no_tool", name=name, known=", ".join(known) or "-")
    return [known[name] for name in wanted]


def read_arguments(text: str) -> Any:
    """The arguments that a model wrote. Raises ToolError where they are no JSON."""
    try:
        return orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError as error:
        raise ToolError(f"the arguments are not JSON: {error}") from None


def relaxed(payload: dict[str, Any]) -> dict[str, Any]:
    """A request that had to call a tool has done so; forced again, the model would never answer."""
    choice = payload.get("tool_choice")
    return {**payload, "tool_choice": "auto"} if isinstance(choice, dict) or choice == "required" else payload
