"""Flows and actions as MCP tools: what a server lists, and what it answers to a call."""

from __future__ import annotations

from typing import Any

from .. import __version__
from ..engine import Engine
from ..errors import FlowError
from ..nodes.openai.action_calls import ActionCalls
from ..nodes.openai.action_words import ActionWords, input_schema, output_schema
from ..nodes.openai.actions import Action, actions, find_action
from ..nodes.openai.tool_flows import Tool, ToolError, result_text, tool_flows
from ..words import engine_sentence

ALL = "all"


class McpTools:
    """The tools of one server: every tool flow of an engine, and chosen actions."""

    def __init__(
        self, engine: Engine, chosen: list[Action], calls: ActionCalls | None, language: str
    ) -> None:
        self._flows = tool_flows(engine)
        self._actions = {action.name: action for action in chosen}
        self._calls = calls
        self._language = language

    @property
    def count(self) -> int:
        """How many tools there are."""
        return len(self._flows.tools()) + len(self._actions)

    def server(self) -> Any:
        """Make the server, which knows nothing of how it is reached."""
        from mcp.server.lowlevel import Server

        return Server("flowengine", version=__version__, on_list_tools=self._list, on_call_tool=self._call)

    async def _list(self, context: Any, params: Any) -> Any:
        from mcp import types

        flows = [_flow_tool(tool) for tool in self._flows.tools()]
        return types.ListToolsResult(tools=[*flows, *map(self._action_tool, self._actions.values())])

    def _action_tool(self, action: Action) -> Any:
        from mcp import types

        words = ActionWords(action, self._language)
        return types.Tool(
            name=action.name,
            title=words.title,
            description=words.description,
            input_schema=input_schema(action, self._language),
            output_schema=output_schema(action, self._language),
            annotations=types.ToolAnnotations(read_only_hint=action.method.verb == "GET"),
        )

    async def _call(self, context: Any, params: Any) -> Any:
        name, arguments = params.name, params.arguments or {}
        if self._calls is not None and name in self._actions:
            envelope = await self._calls.run(name, arguments)
            return _result(envelope, failed=not envelope["successful"])
        try:
            return _result(await self._flows.call(name, arguments))
        except ToolError as error:
            return _result(str(error), failed=True)


def _flow_tool(tool: Tool) -> Any:
    from mcp import types

    return types.Tool(name=tool.name, description=tool.description, input_schema=tool.parameters)


def _result(value: Any, *, failed: bool = False) -> Any:
    """Make a result: the value as text for models, and as it is where it is an object."""
    from mcp import types

    content: list[Any] = [types.TextContent(type="text", text=result_text(value))]
    structured = value if isinstance(value, dict) else None
    return types.CallToolResult(content=content, structured_content=structured, is_error=failed)


def chosen_actions(names: str, language: str) -> list[Action]:
    """Return the actions of a list of names, methods and families; ``all`` for every one. Raises FlowError."""
    known = actions()
    chosen: dict[str, Action] = {}
    for name in (part.strip() for part in names.split(",")):
        family = [action for action in known.values() if name in (ALL, action.family)]
        found = family or [action for action in (find_action(name),) if action is not None and name]
        if name and not found:
            raise FlowError(engine_sentence(language, "agents.no_action", name=name))
        chosen.update({action.name: action for action in found})
    return list(chosen.values())
