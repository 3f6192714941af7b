"""``flowengine doctor``: looks for what keeps a user folder from working, and changes nothing."""

from __future__ import annotations

import argparse
import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import FlowError
from .user_folder import add_option, folder_of

if TYPE_CHECKING:
    from ..admin.settings import ServerSettings
    from ..node_sets import NodeSets

Finding = tuple[str, str]
"""Level (ok, note or error), and what was found."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_option(parser)


def main(options: argparse.Namespace) -> int:
    """Print what was found; the exit status is 1 where something is wrong."""
    errors = 0
    for level, text in _findings(folder_of(options)):
        errors += level == "error"
        print(f"{level:<5}  {text}")
    return 1 if errors else 0


def _findings(folder: Path) -> Iterator[Finding]:
    from ..admin.settings_file import read_settings

    yield "ok", f"Python {sys.version.split()[0]}"
    yield from _editor()
    if folder.exists() and not folder.is_dir():
        yield "error", f"{folder} is no folder; name another one with --user-dir"
        return
    if not folder.is_dir():
        yield "note", f"{folder} is not there yet; flowengine init makes it"
        return
    if not os.access(folder, os.W_OK):
        yield "error", f"{folder} cannot be written to; start with --read-only, or change its owner"
    try:
        settings, notes = read_settings(folder, os.environ)
    except FlowError as error:
        yield "error", str(error)
        return
    yield from (("note", note) for note in notes)
    yield "ok", "the settings can be read"
    node_sets = _node_sets(folder)
    yield from _packages(folder, node_sets)
    yield from _files(folder, settings, node_sets)
    yield from _history(folder)
    yield from _tracing(settings)
    yield from _port(settings)


def _editor() -> Iterator[Finding]:
    from ..folders import built_editor

    if built_editor() is None:
        yield "note", "the editor's page is not built: pip install -e . builds it"
    else:
        yield "ok", "the editor's page is built"


def _node_sets(folder: Path) -> NodeSets:
    from ..node_packages import FOLDER
    from ..node_sets import NodeSets

    return NodeSets(packages_folder=folder / FOLDER)


def _packages(folder: Path, node_sets: NodeSets) -> Iterator[Finding]:
    """Look at what was added to the palette: whether it is there, and can be imported."""
    from ..node_packages.installer import NodeInstaller

    yield from (("error", fault) for fault in NodeInstaller(folder).faults())
    node_sets.all()
    for package in node_sets.packages():
        reasons = [node_sets.broken[one.place] for one in package.modules if one.place in node_sets.broken]
        for reason in [package.error, *reasons]:
            if reason:
                yield "error", f"nodes of {package.name} {package.version}: {reason}"
        yield (
            "ok",
            f"{len(package.modules) - len(reasons)} modules of nodes in {package.name} {package.version}",
        )


def _files(folder: Path, settings: ServerSettings, node_sets: NodeSets) -> Iterator[Finding]:
    from ..admin.storage import Storage
    from ..admin.users import NAME
    from ..check import Checker

    for name in (".config.runtime.json", NAME, "history.sqlite"):
        file = folder / name
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield "note", f"{name} can be read by others of this machine: chmod 600 {file}"
    try:
        stored = Storage(folder, settings).load()
    except FlowError as error:
        yield "error", str(error)
        return
    if stored.damage:
        yield "error", stored.damage
    yield "ok", f"{len(stored.nodes)} nodes, secrets of {len(stored.credentials)}"
    for problem in Checker(stored.nodes, node_sets, stored.credentials).problems():
        yield "note", str(problem)


def _history(folder: Path) -> Iterator[Finding]:
    from sqlite3 import Error, connect

    from ..admin.history import NAME, unusable

    file = folder / NAME
    if not file.exists():
        return
    try:
        with closing(connect(f"{file.as_uri()}?mode=ro", uri=True)) as base:
            (count,) = base.execute("SELECT count(*) FROM versions").fetchone()
    except Error as error:
        yield "error", unusable(error)
    else:
        yield "ok", f"{count} deployed versions"


def _tracing(settings: ServerSettings) -> Iterator[Finding]:
    from importlib.util import find_spec

    from ..tracing import INSTALL

    if not settings.tracing.enabled:
        return
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        yield "error", f"tracing is on and OpenTelemetry is not installed: {INSTALL}"
    else:
        yield "ok", "OpenTelemetry is installed for tracing"


def _port(settings: ServerSettings) -> Iterator[Finding]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.ui_host, settings.ui_port))
        except OSError as error:
            yield (
                "note",
                f"{settings.ui_host}:{settings.ui_port} cannot be listened at now: {error.strerror or error}",
            )
        else:
            yield "ok", f"{settings.ui_host}:{settings.ui_port} is free"
