"""Threads: the message lists assistants work on."""

from ..record import Family, delete, get, optional, post
from .fields import METADATA
from .shapes import Json

FAMILY = Family(
    "threads",
    icon="🧵",
    headers={"OpenAI-Beta": "assistants=v2"},
    methods=(
        post(
            "createThread",
            "/threads",
            optional("messages", list[Json]),
            METADATA,
            optional("tool_resources", Json),
            sdk="beta.threads.create",
            empty_body=True,
            example={"messages": [{"role": "user", "content": "Hello!"}]},
        ),
        get("getThread", "/threads/{thread_id}", sdk="beta.threads.retrieve"),
        post(
            "modifyThread",
            "/threads/{thread_id}",
            METADATA,
            optional("tool_resources", Json),
            sdk="beta.threads.update",
            example={"metadata": {"ticket": "4711"}},
        ),
        delete("deleteThread", "/threads/{thread_id}", sdk="beta.threads.delete"),
    ),
)
