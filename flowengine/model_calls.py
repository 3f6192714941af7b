"""Calls of model APIs while they run: who asks which model, what comes back, how long it takes, what it costs.

Whoever wants to know puts a ``ModelWatcher`` into ``engine.model_calls`` (a list) and takes it out again. Nodes that
call models test that list once per call: while it is empty nothing is made, per call or per chunk.

One ``ModelCall`` is one turn of one call of a method:

- a request and its answer or stream, with its retries (``attempts``) and redirects;
- each round of a call with tools is one of its own (``round`` counts from 1, ``msg`` is the same);
- a method that asks many times (polls, uploads in parts, all pages of a list) is one, with ``progress``;
- each response of an open websocket (realtime, responses) is one, from ``response.created`` to ``response.done``.
  Nobody's message causes it: ``msg`` and ``entry`` are None. Connecting, sending and closing are calls without usage.

Order: ``begin``, any number of ``text`` and ``progress``, then ``end`` exactly once, also after failures and when
the call is cancelled. Of a call that ran before a watcher came the watcher hears the rest: it takes a call it does
not know as one that begins now. ``begin``, ``text`` and ``end`` run in the task of the call (those of websockets in
the task of their reader), synchronously: a ``ContextVar`` set in ``begin`` holds for the requests of the call and
for the messages the node sends, as long as ``end`` sets it back. Concurrent calls of one node are the rule.

What a watcher raises is logged and does not disturb the call. A watcher keeps and changes nothing of ``request``,
``answer`` and ``msg``: they belong to the flow. Neither the API key nor an address with a key in it is ever part
of a call; texts, requests and errors may quote whatever the flow put there, so redact what is shown or sent away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter, time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .prices import price_of

if TYPE_CHECKING:
    from .messages import Msg
    from .node import Node


class ModelWatcher:
    """Hears of calls. Only one with ``hears_text`` gets the text of streams, which costs every chunk a little."""

    hears_text: bool = False

    def begin(self, call: ModelCall) -> None:
        """A call begins; what is known is what was asked for."""

    def text(self, call: ModelCall, text: str) -> None:
        """A stream has said more: all the text of one network block."""

    def progress(self, call: ModelCall) -> None:
        """``count`` or ``of`` has changed."""

    def end(self, call: ModelCall) -> None:
        """A call is over: ``seconds``, ``error`` and everything the answer told are set."""


@dataclass(slots=True, eq=False)
class ModelCall:
    """One call. What is not known is ``""`` or None; tokens are None where no answer told them."""

    watchers: Sequence[ModelWatcher] = field(repr=False)
    """The engine's list itself: whoever joins during the call is heard from then on."""
    node: Node
    """The node that asks; the Service Host for an action of an agent."""
    method: str
    """Name of the API method, such as ``createChatCompletion``."""
    operation: str = ""
    """As OpenTelemetry names it: chat, text_completion, embeddings, invoke_agent, generate_content. Empty for a
    method that runs no model (files, lists, stored answers): what usage such an answer has was counted before."""
    model: str = ""
    """The model asked for."""
    server_address: str = ""
    server_port: int | None = None
    streaming: bool = False
    round: int = 1
    msg: Msg | None = field(default=None, repr=False)
    """The message that caused it, as the node received it; ``msg.entry`` is its entry."""
    request: Any = field(default=None, repr=False)
    """The payload: fields of the request under the API's names."""

    stream: str = ""
    """What the messages of its stream, of all rounds, carry as ``msg.stream``."""

    began: float = field(default_factory=time)
    """Unix time in seconds."""
    seconds: float | None = None
    """How long it took; None while it runs."""
    first_text: float | None = None
    """Seconds until the first text of a stream, known only while a watcher hears texts."""

    answer: Any = field(default=None, repr=False)
    """The last answer that was no stream, decoded."""
    answer_model: str = ""
    response_id: str = ""
    request_id: str = ""
    """The service's x-request-id."""
    status: int | None = None
    """HTTP status of the last answer, of a failure too."""
    attempts: int = 1
    finish_reasons: list[str] = field(default_factory=list)
    """In the API's words: stop, length, tool_calls, content_filter; completed, incomplete, failed."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    """Of the input."""
    reasoning_tokens: int | None = None
    """Of the output."""
    cost: float | None = None
    """None where the usage or the price (setting ``prices``) is unknown. Set at the end."""
    currency: str = ""
    error: BaseException | None = field(default=None, repr=False)
    error_type: str = ""
    """The status of a failure (``429``), else timeout, connection, cancelled, the service's code, or a class."""
    count: float | None = None
    """Progress: parts, files, percent or whatever the method counts, ..."""
    of: float | None = None
    """... and how many there are."""
    _clock: float = field(default_factory=perf_counter, repr=False)

    @property
    def entry(self) -> Any:
        """Where the message came into the flow."""
        return None if self.msg is None else self.msg.entry

    def __enter__(self) -> Self:
        for watcher in tuple(self.watchers):
            self._tell(watcher.begin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(error)

    def say(self, text: str) -> None:
        """Hand on text of a stream; nothing happens for an empty one."""
        if not text:
            return
        if self.first_text is None:
            self.first_text = perf_counter() - self._clock
        for watcher in tuple(self.watchers):
            if watcher.hears_text:
                self._tell(watcher.text, text)

    def move(self, count: float | None, of: float | None = None) -> None:
        """Note how far it is; watchers hear of it where it is news."""
        if (count, of) != (self.count, self.of):
            self.count, self.of = count, of
            for watcher in tuple(self.watchers):
                self._tell(watcher.progress)

    def end(self, error: BaseException | None = None) -> None:
        """Note that it is over."""
        if self.seconds is not None:
            return
        self.seconds = perf_counter() - self._clock
        if error is not None:
            self.error, self.error_type = error, error_type(error)
            self.status = getattr(error, "status", None)
        self._sum_up()
        for watcher in tuple(self.watchers):
            self._tell(watcher.end)

    @property
    def has_listeners(self) -> bool:
        """Whether anybody hears the text of streams."""
        return any(watcher.hears_text for watcher in self.watchers)

    def _sum_up(self) -> None:
        prices = self.node.host.settings.prices
        if not prices or not self.operation or self.input_tokens is None:
            return
        price = price_of(prices, self.answer_model) or price_of(prices, self.model)
        if price is not None:
            self.cost = price.cost(self.input_tokens, self.output_tokens or 0, self.cached_tokens or 0)
            self.currency = price.currency

    def _tell(self, what: Any, *more: Any) -> None:
        try:
            what(self, *more)
        except Exception as failure:  # who watches must not disturb the call
            self.node.host.log("error", f"{type(failure).__name__} in a watcher of model calls: {failure}")


def error_type(error: BaseException) -> str:
    """A short name of what went wrong, for counting."""
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return "cancelled"
    status = getattr(error, "status", None)
    if isinstance(status, int):
        return str(status)
    return str(getattr(error, "kind", "") or type(error).__name__)
