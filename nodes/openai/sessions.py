"""Requests that need more than a plain connection: through proxies, with files in parts, and websockets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowengine.http.session import HttpSession

from .connections import FIXED, KEEP_ALIVE, ConnectionBrokenError, Origin
from .headers import lower
from .multipart import Form

if TYPE_CHECKING:
    from aiohttp import ClientResponse

LARGEST_FRAME = 100 << 20


class SessionAnswer:
    """An answer that came by a session; does what ``connections.Answer`` does."""

    def __init__(self, response: ClientResponse) -> None:
        self.status = response.status
        self.headers = lower(response.headers)
        self._response = response

    async def block(self) -> bytes:
        """Return what has come, b"" at the end. Raises OSError where the server breaks off."""
        from aiohttp import ClientError

        try:
            return await self._response.content.readany()
        except ClientError as error:
            raise ConnectionBrokenError(error.__class__.__name__) from None

    async def read(self) -> bytes:
        """Return all that is still to come."""
        found = []
        while block := await self.block():
            found.append(block)
        return b"".join(found)

    def leave(self) -> None:
        """Let the next call have the connection, where the answer was read to its end."""
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


class Sessions:
    """Asks by an aiohttp session. ``ready`` it before the time of a call runs."""

    def __init__(self) -> None:
        headers = {name: value for name, value in FIXED.items() if name != "Accept-Encoding"}
        self._session = HttpSession(KEEP_ALIVE, headers, ("Content-Type",))
        self.ready = self._session.ready

    async def ask(
        self,
        origin: Origin,
        verb: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | Form | None,
        proxy: str | None,
    ) -> SessionAnswer:
        """Send a request. Raises OSError where there is no connection, or it breaks before the answer."""
        from aiohttp import ClientError
        from yarl import URL

        try:
            response = await self.ready().request(
                verb,
                URL(f"{origin.scheme}://{origin.name}{target}", encoded=True),
                headers=headers,
                data=body.body() if isinstance(body, Form) else body,
                allow_redirects=False,
                proxy=proxy,
            )
        except ClientError as error:
            raise ConnectionBrokenError(error.__class__.__name__) from None
        return SessionAnswer(response)

    async def websocket(self, url: str, headers: Mapping[str, str]) -> Any:
        """Open a websocket; raises aiohttp's errors."""
        return await self.ready().ws_connect(
            url, headers=headers, max_msg_size=LARGEST_FRAME, autoclose=False
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()
