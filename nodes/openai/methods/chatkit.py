"""ChatKit: sessions and threads of the embedded chat."""

from ..record import BEFORE, PAGE, Family, delete, get, optional, post, required
from .fields import EXPIRES_AFTER
from .shapes import ChatWorkflow, Json, RateLimits

FAMILY = Family(
    "chatkit",
    icon="🪟",
    headers={"OpenAI-Beta": "chatkit_beta=v1"},
    methods=(
        post(
            "createChatKitSession",
            "/chatkit/sessions",
            required("user", example="user_123"),
            required("workflow", ChatWorkflow, example={"id": "workflow_123"}),
            optional("chatkit_configuration", Json),
            EXPIRES_AFTER,
            optional("rate_limits", RateLimits),
            sdk="beta.chatkit.sessions.create",
        ),
        post(
            "cancelChatKitSession",
            "/chatkit/sessions/{session_id}/cancel",
            sdk="beta.chatkit.sessions.cancel",
        ),
        get("getChatKitThread", "/chatkit/threads/{thread_id}", sdk="beta.chatkit.threads.retrieve"),
        get(
            "listChatKitThreads",
            "/chatkit/threads",
            optional("user"),
            *PAGE,
            BEFORE,
            sdk="beta.chatkit.threads.list",
            page="ConversationCursorPage",
        ),
        delete("deleteChatKitThread", "/chatkit/threads/{thread_id}", sdk="beta.chatkit.threads.delete"),
        get(
            "listChatKitThreadItems",
            "/chatkit/threads/{thread_id}/items",
            *PAGE,
            BEFORE,
            sdk="beta.chatkit.threads.list_items",
            page="ConversationCursorPage",
        ),
    ),
)
