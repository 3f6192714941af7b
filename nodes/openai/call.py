"""One call of a method: a record and a payload in, a payload or a stream of payloads out.

Knows no node: whatever starts a call hands in what it has (`Station`), so calls can be made and tested alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing, contextmanager, nullcontext
from inspect import isasyncgenfunction
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from flowengine.messages import UNDEFINED, Msg

from .api_errors import Problem
from .client import Access, Client
from .options import Options
from .record import Method
from .replies import Reply
from .request import build
from .streams import parse_json, read_events

if TYPE_CHECKING:
    from flowengine.model_calls import ModelCall, ModelWatcher
    from flowengine.node import Node


class Station(Protocol):
    """Where a call is made: what methods need that outlive their message, such as websockets."""

    id: str
    sockets: dict[str, Any]

    def env(self, name: str) -> Any: ...

    def send(self, msg: Any) -> None: ...

    def error(self, error: Any, msg: Any = None) -> None: ...


class Call:
    """`show` is told "streaming" when events begin and "idle" when a part of the work is over.

    `details` describe the last answer: status, headers, requestId, attempts, usage. `node` is who asks, for those
    who watch its host's calls of models; `seen` is what they see while the call runs.
    """

    def __init__(
        self,
        method: Method,
        payload: Any,
        client: Client,
        access: Access,
        station: Station,
        *,
        msg: Msg | None = None,
        node: Node | None = None,
        show: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.method = method
        self.payload = payload
        self.client = client
        self.access = access
        self.station = station
        self.msg = msg
        self.show = show
        self.details: dict[str, Any] = {"method": method.name}
        self.node = node
        self.watchers: Sequence[ModelWatcher] = () if node is None else node.host.model_calls
        self.seen: ModelCall | None = None
        self.round = 1
        self.stream = ""

    @property
    def streams(self) -> bool:
        """Whether this call gives many payloads."""
        if self.method.run is not None:
            return isasyncgenfunction(self.method.run)
        asked = self.method.always.get("stream") or self.fields(self.payload).get("stream")
        return bool(self.method.streams and asked and asked is not UNDEFINED)

    def result(self) -> Coroutine[Any, Any, Any]:
        """The one payload of a call that does not stream. Raises ApiError."""
        return self._watched_result() if self.watchers else self._result()

    def batches(self) -> AsyncGenerator[list[Any], None]:
        """The payloads of a call that streams, as many at a time as have come. Raises ApiError."""
        return self._watched_batches() if self.watchers else self._batches()

    async def _result(self) -> Any:
        if self.method.run is not None:
            return await self.method.run(self, self.payload)
        return await self.answer(self.method, self.payload)

    async def _batches(self) -> AsyncGenerator[list[Any], None]:
        if self.method.run is not None:
            source = self.method.run(self, self.payload)
        else:
            source = self.events(self.method, self.payload, direct=True)
        async with aclosing(source):
            async for batch in source:
                # Flows have only ever seen objects, arrays and null; runs of assistants hand on everything.
                wanted = batch if self.method.streams == "data" else [e for e in batch if _is_object(e)]
                if wanted:
                    self._note_usage_of(wanted)
                    yield wanted

    # for those who watch

    def watched(self, streaming: bool = False) -> AbstractContextManager[Any]:
        """What happens within is one call to those who watch calls of models, if anybody does."""
        return self._watched(streaming) if self.watchers else nullcontext()

    @contextmanager
    def _watched(self, streaming: bool) -> Iterator[ModelCall]:
        from .watching import begun, learn_reply

        assert self.node is not None
        call = begun(
            self.node,
            self.method,
            self.access.base,
            self.payload,
            self.msg,
            streaming=streaming,
            turn=self.round,
            stream=self.stream,
        )
        with call:
            self.seen = call
            try:
                yield call
            finally:
                self.seen = None
                learn_reply(call, self.details)

    async def _watched_result(self) -> Any:
        with self._watched(streaming=False):
            return await self._result()

    async def _watched_batches(self) -> AsyncGenerator[list[Any], None]:
        from .watching import learn_events

        with self._watched(streaming=True) as seen:
            async with aclosing(self._batches()) as source:
                async for batch in source:
                    learn_events(seen, batch)
                    yield batch

    # for methods that are more than one request

    @staticmethod
    def fields(payload: Any) -> dict[str, Any]:
        """The fields of a payload; none where it is no object."""
        return payload if isinstance(payload, dict) else {}

    async def ask(self, method: Method, payload: Any, options: Options | None = None) -> Reply:
        """Make one request and return the answer as it is."""
        request = await build(method, payload, options)
        async with self.client.turn(self.station.id):
            reply = await self.client.send(request, self.access)
        self._note(reply.status, reply.headers, reply.attempts)
        return reply

    async def answer(self, method: Method, payload: Any, options: Options | None = None) -> Any:
        """Make one request and return what its record says is the answer."""
        return self.read(method, await self.ask(method, payload, options))

    def read(self, method: Method, reply: Reply) -> Any:
        """Decode an answer, take the part that is meant, and shape it."""
        value = decoded(method, reply)
        self._note_usage(value)
        if self.seen is not None:
            from .watching import learn_answer

            learn_answer(self.seen, value)
        if method.page is not None:
            return items(value)
        if method.result is not None:
            value = value.get(method.result) if isinstance(value, dict) else None
            if value is None:
                raise Problem("no_result", method=method.name, field=method.result)
        return value if method.shape is None else method.shape(value)

    async def events(
        self, method: Method, payload: Any, direct: bool = False
    ) -> AsyncGenerator[list[Any], None]:
        """Yield the events of a stream.

        `direct`: they are the call's own, so it is shown that they come, and a server that does not stream but
        answers at once is taken at its word.
        """
        request = await build(method, payload)
        async with self.client.turn(self.station.id):
            stream = await self.client.open(request, self.access)
            self._note(stream.status, stream.headers, stream.attempts)
            try:
                if direct and is_json(stream.headers):
                    reply = Reply(stream.status, stream.headers, await stream.rest(), stream.attempts)
                    yield [self.read(method, reply)]
                    return
                if direct:
                    self.show("streaming")
                async for batch in read_events(stream):
                    yield batch
            finally:
                stream.close()

    def _note(self, status: int, headers: Any, attempts: int) -> None:
        self.details |= {"status": status, "headers": headers, "attempts": attempts}
        if (request_id := headers.get("x-request-id")) is not None:
            self.details["requestId"] = request_id

    def _note_usage_of(self, batch: list[Any]) -> None:
        for event in batch:
            if isinstance(event, dict):
                response = event.get("response")
                self._note_usage(event if event.get("usage") else response)

    def _note_usage(self, value: Any) -> None:
        usage = value.get("usage") if isinstance(value, dict) else None
        if not isinstance(usage, dict):
            return
        self.details["usage"] = usage
        if self.client.limiter is not None:
            self.client.limiter.spend(total_tokens(usage))


def _is_object(value: Any) -> bool:
    return value is None or isinstance(value, dict | list)


def is_json(headers: Any) -> bool:
    """Whether an answer says it is JSON."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return "application/json" in kind or kind.endswith("+json")


def decoded(method: Method, reply: Reply) -> Any:
    """The body as the record and the server say: bytes, text or JSON; null where there is none."""
    if method.answer == "bytes":
        return reply.body
    if reply.status == 204 or (method.answer == "none" and not reply.body):
        return None
    if method.answer == "text" or not is_json(reply.headers):
        return reply.text()
    if not reply.body:
        return None
    try:
        return orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return parse_json(reply.text())


def items(page: Any) -> list[Any]:
    """The items of a page; none where the server sent none."""
    data = page.get("data") if isinstance(page, dict) else None
    return data if isinstance(data, list) else []


def total_tokens(usage: dict[str, Any]) -> float:
    """All tokens of an answer, under whichever names the method counts them."""
    total = usage.get("total_tokens")
    if not isinstance(total, int | float):
        total = sum(n for n in (usage.get(key) for key in _COUNTED) if isinstance(n, int | float))
    return total


_COUNTED = ("input_tokens", "output_tokens", "prompt_tokens", "completion_tokens")
