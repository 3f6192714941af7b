"""Answers of a server: read whole, or block by block while they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .api_errors import TERMINATED, TIMED_OUT, ApiError
from .connections import Answer
from .patience import Patience
from .sessions import SessionAnswer


@dataclass(slots=True)
class Reply:
    """An answer with its body read. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    attempts: int = 1

    def text(self) -> str:
        return self.body.decode("utf-8-sig", "replace")


class Stream:
    """An answer whose body is still coming. Close it, or read it to its end.

    `patience`: how long the server may be silent.
    """

    def __init__(self, answer: Answer | SessionAnswer, attempts: int, patience: Patience) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.attempts = attempts
        self._answer = answer
        self._patience = patience

    async def block(self) -> bytes:
        """The next bytes, b"" at the end. Raises ApiError where the server breaks off or falls silent."""
        try:
            with self._patience.wait():
                return await self._answer.block()
        except TimeoutError:
            self.close()
            raise ApiError(TIMED_OUT) from None
        except OSError as error:
            raise ApiError(TERMINATED) from error

    async def rest(self) -> bytes:
        """Everything that is still to come."""
        blocks = []
        while block := await self.block():
            blocks.append(block)
        return b"".join(blocks)

    async def reply(self) -> Reply:
        """The answer as a whole."""
        try:
            return Reply(self.status, self.headers, await self.rest(), self.attempts)
        finally:
            self.close()

    def close(self) -> None:
        """Drop the connection, unless the body was read to its end and the next request can have it."""
        self._answer.leave()


async def body_of(answer: Answer | SessionAnswer) -> bytes:
    """The whole body. Raises ApiError where the server breaks off, unless the status says what matters."""
    try:
        return await answer.read()
    except OSError as error:
        if answer.status >= 300:
            return b""
        raise ApiError(TERMINATED) from error
    finally:
        answer.leave()
