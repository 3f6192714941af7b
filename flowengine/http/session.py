"""The aiohttp session of a client: made when it is needed, without bounds and memories of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import ClientSession


class HttpSession:
    """Connections without a limit, kept for ``keep_alive`` seconds; no cookies, no times but the caller's.

    ``headers`` go with every request; ``unasked`` names those that aiohttp is not to add. ``options`` are aiohttp's.
    """

    def __init__(
        self, keep_alive: float, headers: Mapping[str, str], unasked: tuple[str, ...], **options: Any
    ) -> None:
        self._keep_alive, self._headers, self._unasked = keep_alive, headers, unasked
        self._options = options
        self._session: ClientSession | None = None

    def ready(self) -> ClientSession:
        """Return the session. To be called before the time of a call runs: some have less than its library takes."""
        if self._session is None:
            from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

            self._session = ClientSession(
                connector=TCPConnector(limit=0, keepalive_timeout=self._keep_alive),
                cookie_jar=DummyCookieJar(),
                timeout=ClientTimeout(total=None, sock_connect=None),
                skip_auto_headers=self._unasked,
                headers=self._headers,
                **self._options,
            )
        return self._session

    async def close(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
