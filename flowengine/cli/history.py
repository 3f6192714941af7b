"""``flowengine history``: deployed versions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from sqlite3 import Error as DatabaseError
from zlib import error as ZlibError  # noqa: N812

from ..admin.history import NAME, History, difference, remedy
from ..errors import FlowError
from ..flow_file import NodeDict
from .user_folder import declare_actions, existing_folder_of, opened

_ACTIONS = {
    "list": "list versions, newest first",
    "show": "print the flows of a version",
    "diff": "say what changed from one version to another, or to what is deployed",
    "restore": "deploy a version again; the server must not be running",
}


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    actions = declare_actions(parser, _ACTIONS)
    actions["list"].add_argument("--limit", type=int, default=20, help="how many (default 20)")
    for name in ("show", "diff", "restore"):
        actions[name].add_argument("version", type=int, help="number of the version")
    actions["diff"].add_argument(
        "to", type=int, nargs="?", help="number of the other version (default: what is deployed)"
    )


def main(options: argparse.Namespace) -> int:
    """Do what was asked."""
    return {"list": _list, "show": _show, "diff": _diff, "restore": _restore}[options.action](
        existing_folder_of(options), options
    )


def _list(folder: Path, options: argparse.Namespace) -> int:
    history = _history(folder)
    for version in history.versions(options.limit):
        who = f" by {version.user}" if version.user else ""
        print(f"{version.id:>6}  {version.time}  {version.kind:<8} {version.nodes:>5} nodes{who}")
    history.close()
    return 0


def _show(folder: Path, options: argparse.Namespace) -> int:
    from ..javascript_values import js_json

    print(js_json(_find(folder, options.version), 4))
    return 0


def _diff(folder: Path, options: argparse.Namespace) -> int:
    new = _deployed(folder) if options.to is None else _find(folder, options.to)
    changes = difference(_find(folder, options.version), new)
    for change in changes:
        fields = f": {', '.join(change['fields'])}" if change["fields"] else ""
        print(f"{change['change']:<8} {change['type']} {change['name'] or change['id']}{fields}")
    print(f"{len(changes)} changes", file=sys.stderr)
    return 0


def _restore(folder: Path, options: argparse.Namespace) -> int:
    from ..admin.revision import revision

    nodes = _find(folder, options.version)
    with opened(folder) as storage:
        storage.save(nodes, storage.load_credentials())
        history = _history(folder)
        history.add(nodes, revision(nodes), "restore")
        history.close()
    print(f"version {options.version} is what the server starts with now")
    return 0


def _deployed(folder: Path) -> list[NodeDict]:
    from ..admin.storage import Storage
    from .user_folder import settings_of

    stored = Storage(folder, settings_of(folder)).load()
    if stored.damage:
        print(stored.damage, file=sys.stderr)
    return stored.nodes


def _find(folder: Path, version: int) -> list[NodeDict]:
    history = _history(folder)
    try:
        return history.find(version)[1]
    except (KeyError, OverflowError):
        raise FlowError(
            f"there is no version {version}; flowengine history list shows those that there are"
        ) from None
    except (DatabaseError, ZlibError, ValueError) as error:
        raise _unusable(folder / NAME, error) from None
    finally:
        history.close()


def _history(folder: Path) -> History:
    if not (folder / NAME).exists():
        raise FlowError(f"{folder} has no history yet")
    try:
        return History(folder / NAME, 2**31)
    except DatabaseError as error:
        raise _unusable(folder / NAME, error) from None


def _unusable(file: Path, error: Exception) -> FlowError:
    return FlowError(f"{file} cannot be used ({error}): {remedy(error)}")
