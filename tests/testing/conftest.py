"""A simulator, and the official client pointed at it: the judge of the simulator's shapes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import AsyncOpenAI, BaseModel
from pydantic import TypeAdapter

from flowengine.testing.openai_server import OpenAISimulator


@pytest.fixture
async def server() -> AsyncIterator[OpenAISimulator]:
    async with OpenAISimulator() as simulator:
        yield simulator


@pytest.fixture
async def client(server: OpenAISimulator) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=server.url, api_key="any", max_retries=0) as made:
        yield made


def checked(answer: Any) -> Any:
    """Give an answer back after its model has judged it: the client itself takes anything that comes."""
    items = (
        answer.data
        if hasattr(answer, "has_more") or isinstance(getattr(answer, "data", None), list)
        else [answer]
    )
    for item in items if isinstance(items, list) else [items]:
        if isinstance(item, BaseModel):
            TypeAdapter(type(item)).validate_python(item.to_dict())
    return answer
