"""Conversations: items kept between responses."""

from dataclasses import replace

from ..record import PAGE, Family, delete, get, optional, post, required
from .fields import INCLUDE, METADATA, REQUIRED_METADATA
from .shapes import Json

FAMILY = Family(
    "conversations",
    icon="🗨",
    methods=(
        post(
            "createConversation",
            "/conversations",
            optional("items", list[Json]),
            METADATA,
            sdk="conversations.create",
            empty_body=True,
            example={"metadata": {"ticket": "4711"}},
        ),
        get("getConversation", "/conversations/{conversation_id}", sdk="conversations.retrieve"),
        post(
            "modifyConversation",
            "/conversations/{conversation_id}",
            REQUIRED_METADATA,
            sdk="conversations.update",
        ),
        delete("deleteConversation", "/conversations/{conversation_id}", sdk="conversations.delete"),
        post(
            "createConversationItem",
            "/conversations/{conversation_id}/items",
            required("items", list[Json], example=[{"type": "message", "role": "user", "content": "Hello!"}]),
            replace(INCLUDE, where="query"),
            sdk="conversations.items.create",
        ),
        get(
            "getConversationItem",
            "/conversations/{conversation_id}/items/{item_id}",
            INCLUDE,
            sdk="conversations.items.retrieve",
        ),
        get(
            "listConversationItems",
            "/conversations/{conversation_id}/items",
            INCLUDE,
            *PAGE,
            sdk="conversations.items.list",
            page="ConversationCursorPage",
        ),
        delete(
            "deleteConversationItem",
            "/conversations/{conversation_id}/items/{item_id}",
            sdk="conversations.items.delete",
        ),
    ),
)
