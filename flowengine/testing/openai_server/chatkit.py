"""ChatKit sessions and threads; threads come from a widget, so here every session begins with one."""

from __future__ import annotations

from . import texts
from .calls import Call
from .resources import Collection
from .state import Json

CHATKIT: Json = {
    "chatkit_configuration": {
        "automatic_thread_titling": {"enabled": True},
        "file_upload": {"enabled": False, "max_files": None, "max_file_size": None},
        "history": {"enabled": True, "recent_threads": None},
    },
    "max_requests_per_1_minute": 10,
    "rate_limits": {"max_requests_per_1_minute": 10},
    "status": "active",
}


class Sessions(Collection):
    """ChatKit sessions."""

    def create(self, call: Call) -> Json:
        """Begin a session, and the thread its widget would begin."""
        session = super().create(call)
        workflow = {
            "state_variables": None,
            "tracing": {"enabled": True},
            "version": None,
            **call.body["workflow"],
        }
        session |= {
            "workflow": workflow,
            "client_secret": "ek_simulated",
            "expires_at": call.state.now() + 600,
        }
        head = {"id": call.state.new_id("cthr_"), "object": "chatkit.thread", "created_at": call.state.now()}
        thread = {**head, "title": texts.MARK, "status": {"type": "active"}, "user": call.body["user"]}
        call.state.add("/chatkit/threads", thread)
        item = {
            "id": call.state.new_id("cthi_"),
            "object": "chatkit.thread_item",
            "created_at": call.state.now(),
        }
        item |= {"type": "chatkit.assistant_message", "thread_id": thread["id"]}
        item["content"] = [{"type": "output_text", "text": texts.reply("hello"), "annotations": []}]
        call.state.add(f"/chatkit/threads/{thread['id']}/items", item)
        return session


Sessions(
    "/chatkit/sessions", "chatkit.session", "cksess_", "create cancel", ("user", "workflow"), CHATKIT
).install()
Collection("/chatkit/threads", "chatkit.thread", "cthr_", "list get delete").install()
Collection("/chatkit/threads/{thread_id}/items", "chatkit.thread_item", "cthi_", "list").install()
