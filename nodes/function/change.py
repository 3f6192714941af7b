"""The change node: sets, replaces, deletes and moves properties of messages and contexts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from flowengine.fields import PLACES, checkbox, legacy, rows, select, show_if, starts, typed, wide
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node, NodeConfig

from .change_rules import compile_rule
from .change_values import Rule, RuleError, Unfinished

NEW_RULE = {"t": "set", "p": "payload", "pt": "msg", "to": "", "tot": "str"}
NEW_VALUES = ("str", "msg", "flow", "global", "num", "bool", "json", "date", "jsonata", "env", "bin")
RULES = (
    rows(
        {
            "t": select("set", "change", "delete", "move"),
            "p": typed(*PLACES, type_field="pt"),
            "from": typed("str", "re", "num", "bool", "msg", "flow", "global", "env", type_field="fromt")
            | show_if("t=change"),
            "to": typed(*NEW_VALUES, type_field="tot") | show_if("t=set|change"),
            "to#move": typed(*PLACES, type_field="tot") | show_if("t=move"),
            "dc": checkbox() | show_if("t=set,tot=msg|flow|global"),
        },
        new=NEW_RULE,
    )
    | wide()
    | starts([NEW_RULE])
)


class Change(Node):
    """Applies its rules to each message, one after the other."""

    type = "change"
    category = "function"
    color = "#E2D96E"
    icon = "swap"
    copy_on_write = True

    class Config(NodeConfig):
        """``rules``: ``{"t": "set" | "change" | "delete" | "move", "p": property, "pt": its type, ...}``."""

        rules: Annotated[list[dict[str, Any]], RULES] = [NEW_RULE]
        action: Annotated[Any, legacy()] = ""
        property: Annotated[Any, legacy()] = ""
        from_: Annotated[Any, legacy()] = Field("", alias="from")
        to: Annotated[Any, legacy()] = ""
        reg: Annotated[Any, legacy()] = False

        @model_validator(mode="before")
        @classmethod
        def upgrade(cls, node: dict[str, Any]) -> dict[str, Any]:
            """Give rules the types they had before there were types; the oldest nodes have one rule, unlisted."""
            rules = [_only_rule(node)] if node.get("rules") is None else node["rules"]
            return {**node, "rules": [_typed(rule) for rule in rules]}

    def on_start(self) -> None:
        self._rules: list[Rule] = []
        self._is_broken = False
        for rule in self.config.rules:
            try:
                self._rules.append(compile_rule(rule, self))
            except RuleError as error:
                self._is_broken = True
                self.error(self._worded(error))

    def _worded(self, error: RuleError) -> str:
        return self.words(f"errors.{error.key}", error=error)

    def on_input(self, msg: Msg) -> Any:
        if self._is_broken:
            return DEFERRED
        try:
            for rule in self._rules:
                rule(msg)
        except RuleError as error:
            self.error(self._worded(error), msg)
            return DEFERRED
        except Unfinished:
            return DEFERRED
        return msg


def _only_rule(node: dict[str, Any]) -> dict[str, Any]:
    action = "set" if node.get("action") == "replace" else node.get("action")
    rule: dict[str, Any] = {"t": action, "p": node.get("property") or ""}
    if action in ("set", "move", "change"):
        rule["to"] = node.get("to") or ""
    if action == "change":
        rule["from"] = node.get("from") or ""
        rule["re"] = node.get("reg", True) in (None, True)
    return rule


def _typed(rule: dict[str, Any]) -> dict[str, Any]:
    typed = {**rule, "pt": rule.get("pt") or "msg"}
    if rule.get("t") == "change" and typed.pop("re", False):
        typed["fromt"] = "re"
    to = rule.get("to")
    if rule.get("t") == "set" and not rule.get("tot") and isinstance(to, str) and to.startswith("msg."):
        typed.update(to=to[4:], tot="msg")
    return typed
