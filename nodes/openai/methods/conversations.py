"""Conversations: items kept between responses."""

from typing import Literal

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
            optional(
                "include",
                list[
                    Literal[
                        "file_search_call.results",
                        "web_search_call.results",
                        "web_search_call.action.sources",
                        "message.input_image.image_url",
                        "computer_call_output.output.image_url",
                        "code_interpreter_call.outputs",
                        "reasoning.encrypted_content",
                        "message.output_text.logprobs",
                    ]
                ],
                where="query",
            ),
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
