"""All pages of a list, one after the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .call import Call

MOST_PAGES = 100

# Page class -> the field of the next request, and the field of this page that fills it ("" for the last item's id).
CURSORS = {
    "CursorPage": ("after", ""),
    "ConversationCursorPage": ("after", "last_id"),
    "NextCursorPage": ("after", "next"),
    "TokenPage": ("page", "next"),
}


async def pages(call: Call, most: int = MOST_PAGES) -> AsyncGenerator[tuple[list[Any], bool], None]:
    """Yield the items of each page and whether it is the last. Ends at `most` pages, or where a cursor repeats."""
    from .call import decoded, items

    payload, seen = call.payload, set()
    for number in range(1, most + 1):
        reply = await call.ask(call.method, payload)
        page = decoded(call.method, reply)
        found = items(page)
        field, cursor = next_cursor(call.method.page, page, found)
        last = cursor is None or cursor in seen or number == most
        yield found, last
        if last:
            return
        seen.add(cursor)
        payload = {**call.fields(payload), field: cursor}


def next_cursor(kind: str | None, page: Any, found: list[Any]) -> tuple[str, str | None]:
    """Where the next page starts: the field to ask with and its value, None after the last page."""
    field, source = CURSORS.get(kind or "", ("", ""))
    if not field or not found or not isinstance(page, dict) or page.get("has_more") is False:
        return field, None
    last = found[-1]
    cursor = page.get(source) if source else last.get("id") if isinstance(last, dict) else None
    return field, cursor if isinstance(cursor, str) and cursor else None
