"""``flowengine nodes``: list the node types; add, remove, enable and disable packages of them."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING, Any

from ..errors import FlowError
from ..words import SOURCE_LANGUAGE, sentence
from .user_folder import add_option, folder_of, opened, packages_of

if TYPE_CHECKING:
    from ..node_sets import NodeSets

_ACTIONS = {
    "list": "list the node types; what nodes does without an action",
    "add": "install a package of nodes into the user folder",
    "remove": "remove a package that was added",
    "enable": "offer a type, or all of a package, again",
    "disable": "offer a type, or all of a package, no longer",
}
_RESTART = "a server that runs on this folder knows of it after its next start"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    add_option(parser)
    _declare_looks(parser, title_language=SOURCE_LANGUAGE, as_json=False)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for name, text in _ACTIONS.items():
        action = actions.add_parser(name, help=text)
        # Without defaults, so that what stands before the action is not undone by it.
        add_option(action, default=argparse.SUPPRESS)
        if name == "list":
            _declare_looks(action, title_language=argparse.SUPPRESS, as_json=argparse.SUPPRESS)
        if name == "add":
            action.add_argument(
                "package", help="NAME, NAME==VERSION, the path of a folder or wheel, or an address"
            )
            action.add_argument("--upgrade", action="store_true", help="take the newest version")
        if name == "remove":
            action.add_argument("package", help="name of the package")
        if name in ("enable", "disable"):
            action.add_argument("what", help="a type, a package, or PACKAGE/MODULE")


def _declare_looks(parser: argparse.ArgumentParser, title_language: str, as_json: bool | str) -> None:
    parser.add_argument("--json", action="store_true", default=as_json, help="as JSON")
    parser.add_argument("--lang", default=title_language, help="language of the titles")


def main(options: argparse.Namespace) -> int:
    """Do what was asked."""
    run = {"add": _add, "remove": _remove, "enable": _switch, "disable": _switch}.get(
        options.action or "", _list
    )
    return run(options)


def _node_sets(options: argparse.Namespace) -> NodeSets:
    from ..node_sets import NodeSets

    return NodeSets(packages_folder=packages_of(options))


def _list(options: argparse.Namespace) -> int:
    """Print every type with its category and title; what could not be imported goes to standard error."""
    node_sets = _node_sets(options)
    rows = [_row(name, node_class, node_sets, options.lang) for name, node_class in node_sets.all().items()]
    if options.json:
        import orjson

        print(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    else:
        for row in sorted(rows, key=lambda row: (row["category"], row["type"])):
            package = f" ({row['package']} {row['version']})" if row["package"] else ""
            print(f"{row['category']:<14} {row['type']:<22} {row['title']}{package}".rstrip())
    reasons = {**node_sets.broken, **{one.name: one.error for one in node_sets.packages() if one.error}}
    for name, reason in reasons.items():
        print(f"could not be imported: {name}: {reason}", file=sys.stderr)
    return 1 if reasons else 0


def _row(name: str, node_class: Any, node_sets: NodeSets, language: str) -> dict[str, Any]:
    package = node_sets.package_of(node_class.__module__)
    title = sentence(language, node_class.__module__, "summary", {})
    return {
        "type": name,
        "category": node_class.category,
        "module": node_class.__module__,
        "title": title if title != "summary" else "",
        "package": package.name if package else "",
        "version": package.version if package else "",
    }


def _add(options: argparse.Namespace) -> int:
    from ..node_packages.install_tools import Wanted
    from ..node_packages.installer import NodeInstaller

    wanted = Wanted.given(options.package)
    installer = NodeInstaller(folder_of(options))
    upgrade = options.upgrade
    name, version = asyncio.run(
        installer.add(wanted, upgrade=upgrade, heard=lambda line: print(line, file=sys.stderr))
    )
    node_sets = _node_sets(options)
    node_sets.all()
    types = [type_name for one in _package(node_sets, name).modules for type_name in one.types]
    print(f"added {name} {version} to {installer.folder}: {', '.join(types) or 'no types'}; {_RESTART}")
    for place, reason in node_sets.broken.items():
        print(f"could not be imported: {place}: {reason}", file=sys.stderr)
    return 1 if node_sets.broken else 0


def _package(node_sets: NodeSets, name: str) -> Any:
    from ..node_packages import canonical

    found = next((one for one in node_sets.packages() if one.name == canonical(name)), None)
    if found is None:
        raise FlowError(f'there is no package of nodes "{name}"')
    return found


def _remove(options: argparse.Namespace) -> int:
    from ..node_packages.installer import NodeInstaller

    folder, node_sets = folder_of(options), _node_sets(options)
    package = _package(node_sets, options.package)
    if not package.lies_in(node_sets.packages_folder):
        raise FlowError(f"{package.name} belongs to the environment of Python: remove it with pip")
    # A server that runs has its files in use, so the folder has to be free.
    with opened(folder) as storage:
        used = {node["type"] for node in storage.load().nodes}
        if needed := [name for one in package.modules for name in one.types if name in used]:
            raise FlowError(f"flows use {', '.join(needed)}: remove these nodes first")
        asyncio.run(NodeInstaller(folder).remove(package.name))
    print(f"removed {package.name} {package.version}")
    return 0


def _switch(options: argparse.Namespace) -> int:
    from ..admin.palette import Palette

    on, what = options.action == "enable", options.what
    with opened(folder_of(options)) as storage:
        palette = Palette(storage)
        node_sets = _node_sets(options)
        node_sets.without = palette.disabled_types
        sets = [one for one in palette.sets(node_sets) if what in (*one["types"], one["id"], one["module"])]
        if not sets:
            raise FlowError(f'there is no type and no package "{what}"')
        used = {node["type"] for node in storage.load().nodes}
        if not on and (needed := [name for one in sets for name in one["types"] if name in used]):
            raise FlowError(f"flows use {', '.join(needed)}: remove these nodes first")
        for one in sets:
            palette.switch(node_sets, one, on, used)
    print(f"{'enabled' if on else 'disabled'}: {', '.join(name for one in sets for name in one['types'])}")
    return 0
