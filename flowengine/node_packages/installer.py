"""Installs packages of nodes into the folder ``packages`` of a user folder, with pip or uv underneath.

The environment that flowengine itself runs in is never changed, so no node package can break it, and it may be
read-only, managed by the system, or a container's image. Libraries that the environment has already are not
installed again. A package is made ready in a folder of its own and moved over at the end: one that fails leaves
everything as it was.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import orjson

from ..atomic_files import write_atomic
from ..errors import InstallError
from .install_tools import Heard, Wanted, install_tool
from .reading import FOLDER, GROUP, RECORD, canonical, read_record


class NodeInstaller:
    """The packages that were added to a user folder, and the only way to change them."""

    def __init__(self, user_folder: Path) -> None:
        self.folder = user_folder / FOLDER
        self._turn = asyncio.Lock()

    def added(self) -> dict[str, dict[str, Any]]:
        """Return what was added, by name: ``{"version", "wanted", "python", "time", "with"}``. Raises InstallError."""
        return read_record(self.folder)

    def version(self, name: str) -> str:
        """Return the version of a package that lies in the folder, empty where none does."""
        found = _distribution(self.folder, canonical(name))
        return found.version if found is not None else ""

    async def add(
        self, wanted: Wanted, *, upgrade: bool = False, heard: Heard = lambda line: None
    ) -> tuple[str, str]:
        """Install a package; returns its name and version. Raises InstallError with what is wrong."""
        async with self._turn:
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(prefix=".new-", dir=self.folder) as staging:
                    return await self._add(wanted, upgrade, heard, Path(staging))
            except OSError as error:
                raise InstallError(
                    f"{error.filename or self.folder}: {error.strerror or error}", code="failed"
                ) from None

    async def _add(self, wanted: Wanted, upgrade: bool, heard: Heard, staging: Path) -> tuple[str, str]:
        self.added()  # where the record is damaged nothing is installed that could not be noted
        files = staging / "files"
        tool = install_tool(self.folder, heard)
        plan = await tool.plan(wanted, upgrade, staging)
        if not plan:
            raise InstallError(f"{wanted.text} is installed already", code="module_already_loaded")
        await tool.install(plan, files)
        fresh = {canonical(one.name): one for one in distributions(path=[str(files)])}
        name = _announcing(fresh, wanted)
        version = fresh[name].version
        await asyncio.to_thread(self._take_over, list(fresh), files)
        self._note(name, version, wanted, set(fresh) - {name})
        return name, version

    def _take_over(self, names: list[str], files: Path) -> None:
        for name in names:
            if (old := _distribution(self.folder, name)) is not None:
                _delete(old, self.folder)
        for file in sorted(files.rglob("*")):
            if file.is_file():
                place = self.folder / file.relative_to(files)
                place.parent.mkdir(parents=True, exist_ok=True)
                file.replace(place)

    def _note(self, name: str, version: str, wanted: Wanted, others: set[str]) -> None:
        added = self.added()
        before = added.get(name, {}).get("with", [])
        added[name] = {
            "version": version,
            "wanted": wanted.text,
            "python": _python(),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "with": sorted({*before, *others}),
        }
        self._write(added)

    def _write(self, added: dict[str, Any]) -> None:
        write_atomic(self.folder / RECORD, orjson.dumps(added, option=orjson.OPT_INDENT_2))

    async def remove(self, name: str) -> None:
        """Remove a package that was added, and what came with it and nothing else needs. Raises InstallError."""
        async with self._turn:
            name = canonical(name)
            added = self.added()
            if name not in added and not self.version(name):
                raise InstallError(f'"{name}" was not added to this user folder', code="not_found")
            companions = set(added.pop(name, {}).get("with", []))
            needed = {one for other in added.values() for one in other.get("with", [])} | set(added)
            try:
                for one in [name, *sorted(companions - needed)]:
                    if (found := _distribution(self.folder, one)) is not None:
                        await asyncio.to_thread(_delete, found, self.folder)
                self._write(added)
            except OSError as error:
                raise InstallError(f"{error.filename}: {error.strerror or error}", code="failed") from None

    def faults(self) -> list[str]:
        """Say what of the added packages is not as it was noted."""
        said = []
        try:
            added = self.added()
        except InstallError as error:
            return [str(error)]
        for name, entry in added.items():
            if not self.version(name):
                said.append(f"{name} was added, but is not in {self.folder}: flowengine nodes add {name}")
            elif (python := entry.get("python")) != _python():
                said.append(f"{name} was added for Python {python}: remove it and add it again")
        return said


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _announcing(fresh: dict[str, Distribution], wanted: Wanted) -> str:
    """Return the name of the package that was asked for. Raises InstallError where it brings no nodes."""
    chosen = [wanted.name] if wanted.name in fresh else fresh
    for name in chosen:
        if any(point.group == GROUP for point in fresh[name].entry_points):
            return name
    raise InstallError(
        f'{wanted.text} brings no nodes: it announces no entry point "{GROUP}"', code="invalid_module"
    )


def _distribution(folder: Path, name: str) -> Distribution | None:
    return next((one for one in distributions(path=[str(folder)]) if canonical(one.name) == name), None)


def _delete(one: Distribution, folder: Path) -> None:
    """Delete the files of a package, and the folders that are empty then."""
    places: set[Path] = set()
    for file in one.files or ():
        place = Path(str(file.locate())).resolve()
        # What a package lists of itself is believed within the folder only.
        if place.is_relative_to(folder.resolve()) and place.is_file():
            place.unlink()
            places.update(parent for parent in place.parents if parent.is_relative_to(folder.resolve()))
    for place in sorted(places - {folder.resolve()}, key=lambda place: len(place.parts), reverse=True):
        if place.is_dir() and not any(inner.name != "__pycache__" for inner in place.iterdir()):
            shutil.rmtree(place)
