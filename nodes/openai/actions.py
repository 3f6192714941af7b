"""The methods as actions for agents: a name, what it does, a schema of what goes in and what comes out.

Every method is an action under a name made of its own (`createChatCompletion` is OPENAI_CREATE_CHAT_COMPLETION);
`connector_actions` adds those that agents know from elsewhere, with the inputs they know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from .methods import families
from .record import Method, Param

PREFIX = "OPENAI_"
ADMIN = "admin.organization."
WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
PAGE_FIELDS = ("first_id", "last_id", "has_more", "next")

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Action:
    """A method as agents see it.

    `inputs`: its parameters where they are not the method's own. `prepare` makes the method's payload of them.
    `page_fields`: what of a page stands beside its items in the result.
    """

    name: str
    method: Method
    family: str
    inputs: tuple[Param, ...] | None = None
    prepare: Callable[[Arguments], Arguments] | None = None
    page_fields: tuple[str, ...] = PAGE_FIELDS

    @property
    def params(self) -> tuple[Param, ...]:
        """Every input, required ones first."""
        params = self.method.all_params if self.inputs is None else self.inputs
        return tuple(sorted(params, key=lambda param: not param.required))

    @property
    def is_list(self) -> bool:
        """Whether the result has `object: "list"` and its items in `data`."""
        return self.method.page is not None and self.method.run is None

    def payload(self, arguments: Mapping[str, Any]) -> Arguments:
        """The method's payload for the arguments of a call."""
        return self.prepare(dict(arguments)) if self.prepare else dict(arguments)


def action_name(method: str) -> str:
    """The name of a method's action: `files.wait_for_processing` is OPENAI_FILES_WAIT_FOR_PROCESSING.

    What all methods of administration begin with is left out: models take names of at most 64 characters.
    """
    return PREFIX + WORD_ENDS.sub("_", method.removeprefix(ADMIN)).strip("_").upper()


@cache
def actions() -> dict[str, Action]:
    """All actions by name, family by family; a name that is given twice is a `ValueError`."""
    from .connector_actions import connector_actions

    found: dict[str, Action] = {}
    for family in families():
        for method in family.methods:
            action = Action(action_name(method.name), method, family.name)
            if action.name in found:
                raise ValueError(
                    f"nodes/openai: {found[action.name].method.name} and {method.name} are both {action.name}"
                )
            found[action.name] = action
    return found | {action.name: action for action in connector_actions()}


def find_action(name: str) -> Action | None:
    """The action of this name, or of the method (or alias, or dotted name) that is called so."""
    from .methods import find

    known = actions()
    if (found := known.get(name.upper())) is not None:
        return found
    method = find(name) or next((a.method for a in known.values() if a.method.sdk == name), None)
    return known.get(action_name(method.name)) if method is not None else None
