"""Conversations and their items."""

from __future__ import annotations

from .calls import Call
from .resources import Collection
from .responses import input_items
from .state import Json, page

CONVERSATIONS = "/conversations"


class Conversations(Collection):
    """A new conversation may be given its items at once."""

    def create(self, call: Call) -> Json:
        """Begin a conversation."""
        items = call.body.pop("items", None)
        conversation = super().create(call)
        for item in input_items(call.state, items):
            call.state.add(f"{CONVERSATIONS}/{conversation['id']}/items", item)
        return conversation


class ConversationItems(Collection):
    """Several items are added at once; removing one gives the conversation."""

    def create(self, call: Call) -> Json:
        """Add items."""
        call.state.require_parent(call.path)
        added = [call.state.add(call.path, item) for item in input_items(call.state, call.body["items"])]
        return page(added, {"order": "asc", "limit": len(added) or 1})

    def delete(self, call: Call) -> Json:
        """Remove an item."""
        call.state.remove(call.collection, call.path.rpartition("/")[2])
        return call.state.get(CONVERSATIONS, call.path.split("/")[2])


Conversations(
    CONVERSATIONS, "conversation", "conv_", "create get modify delete", defaults={"metadata": {}}
).install()
ConversationItems(
    f"{CONVERSATIONS}/{{conversation_id}}/items", "", "item_", "create list get delete", ("items",)
).install()
