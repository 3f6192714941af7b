"""The change node: sets, replaces, deletes and moves properties of messages and contexts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import SkipValidation, model_validator

from flowengine.fields import PLACES, checkbox, rows, select, show_if, starts, typed, wide
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node, NodeConfig

from .change_rules import compile_rule
from .change_values import Rule, RuleError, Unfinished

NEW_RULE = {"t": "set", "p": "payload", "pt": "msg", "to": "", "tot": "str"}
NEW_VALUES = ("str", "msg", "flow", "global", "num", "bool", "json", "date", "jsonata", "env", "bin")
ONLY_RULE = frozenset(("action", "property", "from", "to", "reg"))
"""The properties of the oldest nodes, which have one rule; in newer files they are still there, and empty."""
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

        rules: Annotated[list[SkipValidation[dict[str, Any]]], RULES] = [NEW_RULE]

        @model_validator(mode="before")
        @classmethod
        def upgrade(cls, node: dict[str, Any]) -> dict[str, Any]:
            """Give rules the types they had before there were types; the oldest nodes have one rule, unlisted."""
            rules = [_only_rule(node)] if node.get("rules") is None else node["rules"]
            upgraded = {key: value for key, value in node.items() if key not in ONLY_RULE}
            upgraded["rules"] = [_typed(rule) for rule in rules]
            return upgraded

    def on_start(self) -> None:
        rules: list[Rule] = []
        self._is_broken = False
        for rule in self.config.rules:
            try:
                rules.append(compile_rule(rule, self))
            except RuleError as error:
                self._is_broken = True
                self.error(self._worded(error))
        self._rules = tuple(rules)

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
    if not rule.get("pt"):
        rule = {**rule, "pt": "msg"}
    if rule.get("t") == "change" and "re" in rule:
        rule = {key: value for key, value in rule.items() if key != "re"} | (
            {"fromt": "re"} if rule["re"] else {}
        )
    to = rule.get("to")
    if rule.get("t") == "set" and not rule.get("tot") and isinstance(to, str) and to.startswith("msg."):
        rule = {**rule, "to": to[4:], "tot": "msg"}
    return rule
