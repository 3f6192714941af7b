"""Every method of the API as data: a module a family, each with its `FAMILY`, in the order of the picker."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..record import Family, Method

FAMILIES = (
    "responses",
    "conversations",
    "chat",
    "completions",
    "embeddings",
    "images",
    "videos",
    "audio",
    "realtime",
    "live",
    "files",
    "uploads",
    "vector-stores",
    "vector-store-files",
    "vector-store-file-batches",
    "containers",
    "container-files",
    "skills",
    "batch",
    "moderations",
    "decisions",
    "content-provenance",
    "models",
    "fine-tuning",
    "evals",
    "assistants",
    "threads",
    "messages",
    "runs",
    "chatkit",
    "agents",
    "agent-sessions",
    "agent-environments",
    "vaults",
    "webhooks",
    "safety",
    "organization",
    "organization-keys",
    "organization-security",
    "projects",
    "project-people",
    "usage",
)


@cache
def family(name: str) -> Family:
    """Read one family; done once."""
    read: Family = import_module(f".{name.replace('-', '_')}", __name__).FAMILY
    return read


def families() -> tuple[Family, ...]:
    """Every family, for forms and help."""
    return tuple(family(name) for name in FAMILIES)


@lru_cache(maxsize=1024)
def find(name: str) -> Method | None:
    """Find a method by its name or an alias, reading no more families than it takes."""
    for each in FAMILIES:
        for method in family(each).methods:
            if name == method.name or name in method.aliases:
                return method
    return None


def close_to(name: str) -> list[str]:
    """Methods whose names look like a name that none has, or that the official library calls so; the closest first."""
    from difflib import get_close_matches

    spelt = {known.lower(): known for known in methods()}
    called = {method.sdk.lower(): method.name for method in methods().values() if method.sdk}
    wanted = name.lower().removeprefix("client.")
    if (found := called.get(wanted)) is not None:
        return [found]
    return [spelt[found] for found in get_close_matches(wanted, spelt, cutoff=0.7)]


@cache
def methods() -> dict[str, Method]:
    """Every method by each name it goes by; a name that is given twice is a `ValueError`."""
    return index(families())


def index(groups: tuple[Family, ...]) -> dict[str, Method]:
    """Put the methods of families under their names and aliases."""
    found: dict[str, Method] = {}
    for group in groups:
        for method in group.methods:
            for name in (method.name, *method.aliases):
                if name in found:
                    raise ValueError(
                        f'nodes/openai: the method name "{name}" is given twice (in {group.name})'
                    )
                found[name] = method
    return found
