"""The switch node: sends a message to the outputs whose rules hold for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from flowengine.fields import Hint, Kind, checkbox, hidden, required, rows, select, show_if, typed, wide
from flowengine.messages import Msg, generate_id
from flowengine.node import DEFERRED, Node, NodeConfig

from .switch_rules import BadExpression, Rule, Value, compile_rule, expression, has_parts, safe_value

COMPARISONS = ("eq", "neq", "lt", "lte", "gt", "gte", "hask", "btwn", "cont", "regex")
JS_TYPES = ("string", "number", "boolean", "array", "buffer", "object", "json", "undefined", "null")
ALONE = ("true", "false", "null", "nnull", "empty", "nempty")
OPERANDS = typed("str", "num", "msg", "flow", "global", "jsonata", "env", Kind("prev"), type_field="vt")
RULES = (
    rows(
        {
            "t": select(*COMPARISONS, "istype", *ALONE, "head", "index", "tail", "jsonata_exp", "else"),
            "v": OPERANDS | show_if(f"t={'|'.join(COMPARISONS)}"),
            "v#place": typed("num", "flow", "global", "jsonata", "env", type_field="vt")
            | show_if("t=head|index|tail"),
            "v#type": typed(*(Kind(name, (name,)) for name in JS_TYPES), type_field="vt")
            | show_if("t=istype"),
            "v#expression": typed("jsonata", type_field="vt") | show_if("t=jsonata_exp"),
            "v2": OPERANDS | Hint({"type_field": "v2t"}) | show_if("t=btwn|index"),
            "case": checkbox() | show_if("t=regex"),
        },
        new={"t": "eq", "v": "", "vt": "str"},
        counts="outputs",
    )
    | wide()
)


class Switch(Node):
    """Routes messages by the value of a property, or by their place in a sequence."""

    type = "switch"
    category = "function"
    color = "#E2D96E"
    icon = "switch"
    copy_on_write = True
    completes = False

    class Config(NodeConfig):
        """``rules``: ``{"t": operator, "v": value, "vt": its type}``, one for each output."""

        property: Annotated[
            Any, typed("msg", "flow", "global", "jsonata", "env", type_field="propertyType"), required()
        ] = "payload"
        property_type: str | None = Field("msg", alias="propertyType")
        rules: Annotated[list[dict[str, Any]], RULES] = [{"t": "eq", "v": "", "vt": "str"}]
        checkall: Annotated[Any, select("true", "false")] = "true"
        repair: Annotated[Any, checkbox()] = False
        outputs: Annotated[Any, hidden()] = 1

    def on_start(self) -> None:
        config = self.config
        self._previous: Any = None
        self._waiting = Waiting(self)
        self._rules: list[tuple[Rule, bool]] = []
        self._stops_at_first = config.checkall == "false"
        self._repairs = bool(config.repair)
        self._needs_count = self._repairs or any(rule.get("t") == "tail" for rule in config.rules)
        self._is_broken = False
        self._property = self._compile_property()
        for rule in () if self._is_broken else config.rules:
            try:
                test = compile_rule(rule, self, lambda msg: self._previous)
                self._rules.append((test, rule.get("t") == "else"))
            except BadExpression as error:
                self._break(error)
        if len(self._rules) == 1 and not (self._is_broken or self._needs_count or self._rules[0][1]):
            self.on_input = self._filter(self._rules[0][0])  # type: ignore[method-assign, assignment]

    def _compile_property(self) -> Value:
        config = self.config
        if config.property_type != "jsonata":
            return safe_value(config.property, config.property_type or "msg", self)
        try:
            return expression(config.property, self)
        except BadExpression as error:
            self._break(error)
            return lambda msg: None

    def _break(self, error: BadExpression) -> None:
        self._is_broken = True
        self.error(self._worded(error))

    def _worded(self, error: BadExpression) -> str:
        return self.words("errors.invalid_expression", error=error)

    def on_input(self, msg: Msg) -> Any:
        if self._is_broken:
            return DEFERRED
        if self._needs_count and has_parts(msg):
            for part in self._waiting.complete_with(msg):
                self.send(self._handle(part))
            return DEFERRED
        return self._handle(msg)

    def _filter(self, test: Rule) -> Callable[[Msg], Msg | None]:
        """Make what handles messages where there is one rule only: many switches are filters, without an else."""
        read = self._property

        def pass_or_drop(msg: Msg) -> Msg | None:
            try:
                value = read(msg)
            except BadExpression as error:
                self.warn(self._worded(error))
                return None
            try:
                holds = test(value, msg)
            except BadExpression as error:
                self.error(self._worded(error), msg)
                return None
            self._previous = value
            return msg if holds else None

        return pass_or_drop

    def on_close(self, removed: bool) -> None:
        self._waiting.clear()

    def _handle(self, msg: Msg) -> list[Msg | None] | None:
        """Give a message for each output, unless it is kept until its whole sequence has passed the rules."""
        try:
            value = self._property(msg)
        except BadExpression as error:
            self.warn(self._worded(error))
            return None
        outputs: list[Msg | None] = []
        nothing_matched = True
        try:
            for test, is_otherwise in self._rules:
                if is_otherwise:
                    holds, nothing_matched = nothing_matched, True
                else:
                    holds = test(value, msg)
                outputs.append(msg if holds else None)
                if holds:
                    nothing_matched = False
                    if self._stops_at_first:
                        break
        except BadExpression as error:
            self.error(self._worded(error), msg)
            return None
        self._previous = value
        if self._repairs and has_parts(msg):
            self._waiting.send_when_all_passed(outputs, msg)
            return None
        return outputs


class Waiting:
    """Messages of sequences that are not complete, before and after the rules."""

    def __init__(self, node: Switch) -> None:
        self._node = node
        self._limit = node.host.settings.node_message_buffer_max_length
        self.clear()

    def clear(self) -> None:
        """Forget all of them."""
        self._count = 0
        self._incoming: dict[Any, list[Msg]] = {}
        self._totals: dict[Any, Any] = {}
        self._passed: dict[Any, list[list[Msg | None]]] = {}

    def complete_with(self, msg: Msg) -> list[Msg]:
        """Keep a message; once its sequence is complete give all of it, each knowing how many there are."""
        parts = msg["parts"]
        key = parts["id"]
        group = self._incoming.setdefault(key, [])
        group.append(msg)
        if "count" in parts:
            self._totals[key] = parts["count"]
        total = self._totals.get(key)
        self._grow(msg)
        if total != len(group):
            return []
        self._count -= len(group)
        self._incoming.pop(key, None)
        self._totals.pop(key, None)
        for part in group:
            part["parts"] = {**part["parts"], "count": total}
        return group

    def send_when_all_passed(self, outputs: list[Msg | None], msg: Msg) -> None:
        """Keep what a message came to; once its sequence is complete, send it with new places in new sequences."""
        key = msg["parts"]["id"]
        group = self._passed.setdefault(key, [])
        group.append(outputs)
        self._count += 1
        if len(group) == msg["parts"].get("count"):
            self._send(group, len(outputs))
            self._count -= len(outputs)
            self._passed.pop(key, None)
        self._check(msg)

    def _send(self, group: list[list[Msg | None]], ports: int) -> None:
        # An output that was not reached because an earlier rule held counts too, as in Node-RED.
        counts = [
            sum(at >= len(outputs) or outputs[at] is not None for outputs in group) for at in range(ports)
        ]
        ids = [generate_id() for _ in range(ports)]
        indexes = [0] * ports
        for outputs in group:
            sent: list[Msg | None] = [None] * ports
            for at, msg in enumerate(outputs[:ports]):
                if msg is not None:
                    sent[at] = _with_parts(msg, id=ids[at], index=indexes[at], count=counts[at])
                    indexes[at] += 1
            self._node.send(sent)

    def _grow(self, msg: Msg) -> None:
        self._count += 1
        self._check(msg)

    def _check(self, msg: Msg) -> None:
        if 0 < self._limit < self._count:
            self.clear()
            self._node.error(self._node.words("errors.too_many"), msg)


def _with_parts(msg: Msg, **parts: Any) -> Msg:
    """Make a message that shares everything with another one but its place in a sequence."""
    copy = Msg(msg)
    copy.entry = msg.entry
    copy["parts"] = {**msg["parts"], **parts}
    copy.shared = msg.shared = True
    return copy
