"""Messages of a thread."""

from typing import Literal

from ..record import BEFORE, PAGE, Family, delete, get, optional, post, required
from .fields import METADATA, V1, V1_END
from .shapes import Attachment, Json

FAMILY = Family(
    "messages",
    icon="✉",
    headers={"OpenAI-Beta": "assistants=v2"},
    methods=(
        get(
            "listMessages",
            "/threads/{thread_id}/messages",
            optional("run_id"),
            *PAGE,
            BEFORE,
            sdk="beta.threads.messages.list",
            page="CursorPage",
        ),
        post(
            "createMessage",
            "/threads/{thread_id}/messages",
            required("content", str | list[Json], example="How long is the warranty?"),
            required("role", Literal["user", "assistant"], example="user"),
            optional("attachments", list[Attachment]),
            METADATA,
            sdk="beta.threads.messages.create",
        ),
        get(
            "getMessage",
            "/threads/{thread_id}/messages/{message_id}",
            sdk="beta.threads.messages.retrieve",
            options=True,
        ),
        post(
            "modifyMessage",
            "/threads/{thread_id}/messages/{message_id}",
            METADATA,
            sdk="beta.threads.messages.update",
            example={"metadata": {"checked": "yes"}},
        ),
        delete(
            "deleteMessage",
            "/threads/{thread_id}/messages/{message_id}",
            sdk="beta.threads.messages.delete",
            options=True,
        ),
        get(
            "getMessageFile",
            "/threads/{thread_id}/messages/{message_id}/files/{file_id}",
            headers=V1,
            retired=V1_END,
        ),
        get(
            "listMessageFiles",
            "/threads/{thread_id}/messages/{message_id}/files",
            *PAGE,
            page="CursorPage",
            headers=V1,
            retired=V1_END,
        ),
    ),
)
