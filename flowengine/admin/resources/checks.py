"""``/api/check``: everything that is wrong with flows, without running them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...check import Checker
from ...errors import FlowFileError
from ...flow_file import read_flow
from ..endpoint import Call, Endpoint
from ..errors import ApiError

LEVELS: Mapping[str, str] = {"error": "error", "warning": "warning", "note": "warning"}


async def check(call: Call) -> Any:
    """Give the findings by node."""
    try:
        nodes = read_flow(await call.body()).nodes
    except FlowFileError as error:
        raise ApiError(400, "invalid_flows", reason=error) from None
    checker = Checker(nodes, call.runtime.engine.node_sets, call.runtime.flows.credentials, call.language)
    return [
        {
            "id": problem.node,
            "message": call.runtime.redactor.clean(problem.text),
            "level": LEVELS[problem.level],
        }
        for problem in checker.problems()
    ]


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/check",
        "flows.read",
        check,
        "What is wrong with flows",
        {200: "the findings", 400: "no flows"},
        {"type": "array", "items": {"type": "object"}},
    ),
)
