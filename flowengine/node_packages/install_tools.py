"""What installs packages: pip, or uv where there is none. Says what is lacking, puts exactly that into a folder."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from ..errors import InstallError
from .reading import canonical

TIMEOUT = 900.0
"""Seconds that an installation may take: libraries may have to be compiled."""
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = r"[A-Za-z0-9][A-Za-z0-9.!+_-]*"
_REQUIREMENT = re.compile(rf"({_NAME})(?:==({_VERSION}))?")
_URL = re.compile(r"(?:https?|file|git\+(?:https?|ssh|file))://\S+")
_NOT_FOUND = re.compile(
    r"No matching distribution found|was not found in the|there (?:is|are) no versions? of"
)

Heard = Callable[[str], None]
"""Is told every line that the installer prints."""


@dataclass(frozen=True)
class Wanted:
    """What to install: a name, perhaps with its exact version; or ``source``, a path or address."""

    name: str = ""
    version: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        """As pip reads it. It cannot begin with a dash, so it is never taken for an option."""
        return self.source or (f"{self.name}=={self.version}" if self.version else self.name)

    @classmethod
    def of(cls, text: str) -> Wanted:
        """Read ``NAME`` or ``NAME==VERSION``. Raises InstallError."""
        if (found := _REQUIREMENT.fullmatch(text)) is None:
            raise InstallError(
                f'"{text}" is no name of a package: use NAME or NAME==VERSION', code="invalid_module_name"
            )
        return cls(canonical(found[1]), found[2] or "")

    @classmethod
    def address(cls, text: str) -> Wanted:
        """Read an address. Raises InstallError."""
        if _URL.fullmatch(text) is None:
            raise InstallError(f'"{text}" is no address of a package', code="invalid_module_url")
        return cls(source=text)

    @classmethod
    def given(cls, text: str) -> Wanted:
        """Read what somebody types at a terminal: a name, an address, or the path of a folder or wheel."""
        if _URL.fullmatch(text):
            return cls(source=text)
        place = Path(text).expanduser()
        if place.suffix in (".whl", ".gz", ".zip") or (place.is_dir() and os.sep in text):
            if not place.exists():
                raise InstallError(f"there is no {place}", code="not_found")
            return cls(source=str(place.absolute()))
        return cls.of(text)


class Pip:
    """pip of the Python that runs flowengine."""

    def __init__(self, folder: Path, heard: Heard) -> None:
        self._folder, self._heard = folder, heard
        # -P: what lies in the present folder must not be imported.
        self._command = [
            sys.executable,
            "-P",
            "-m",
            "pip",
            "install",
            "--progress-bar=off",
            "--no-warn-script-location",
        ]

    async def plan(self, wanted: Wanted, upgrade: bool, staging: Path) -> list[str]:
        """Return what has to be installed that neither the environment nor the folder has."""
        report = staging / "plan.json"
        extra = ["--upgrade"] if upgrade else []
        await self._run("--dry-run", f"--report={report}", *extra, "--", wanted.text)
        return [_exactly(one) for one in orjson.loads(report.read_bytes())["install"]]

    async def install(self, plan: list[str], files: Path) -> None:
        """Install exactly these into a folder."""
        await self._run("--no-deps", f"--target={files}", "--", *plan)

    async def _run(self, *arguments: str) -> None:
        env = {
            "PYTHONPATH": str(self._folder),
            "PIP_USER": "0",
            "PIP_NO_INPUT": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        await _run([*self._command, *arguments], env, self._folder, self._heard)


def _exactly(one: dict[str, Any]) -> str:
    metadata = one["metadata"]
    if one.get("is_direct"):
        return f"{metadata['name']} @ {one['download_info']['url']}"
    return f"{metadata['name']}=={metadata['version']}"


class Uv:
    """uv, for the same Python."""

    def __init__(self, folder: Path, heard: Heard, program: str) -> None:
        self._folder, self._heard = folder, heard
        self._command = [
            program,
            "pip",
            "install",
            "--no-progress",
            "--color=never",
            f"--python={sys.executable}",
        ]

    async def plan(self, wanted: Wanted, upgrade: bool, staging: Path) -> list[str]:
        """Return what the environment lacks."""
        extra = ["--upgrade"] if upgrade else []
        said = await self._run("--dry-run", "--break-system-packages", *extra, "--", wanted.text)
        found = re.findall(r"^ \+ (\S+==\S+|\S+ @ \S+)", said, re.MULTILINE)
        return [str(one) for one in found]

    async def install(self, plan: list[str], files: Path) -> None:
        """Install exactly these into a folder."""
        await self._run("--no-deps", f"--target={files}", "--", *plan)

    async def _run(self, *arguments: str) -> str:
        return await _run([*self._command, *arguments], {}, self._folder, self._heard)


def install_tool(folder: Path, heard: Heard) -> Pip | Uv:
    """Return the program to install with. Raises InstallError where there is none."""
    if find_spec("pip") is not None:
        return Pip(folder, heard)
    if (program := shutil.which("uv")) is not None:
        return Uv(folder, heard, program)
    raise InstallError(
        f"there is neither pip nor uv to install with: run {sys.executable} -m ensurepip, or install uv",
        code="no_installer",
    )


async def _run(command: list[str], env: dict[str, str], folder: Path, heard: Heard) -> str:
    """Run a program to its end; returns what it printed. Raises InstallError with the last of it."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **env},
        cwd=folder.parent,  # pip takes the present folder off its path
    )
    lines: list[str] = []
    try:
        async with asyncio.timeout(TIMEOUT):
            assert process.stdout is not None
            async for line in process.stdout:
                lines.append(line.decode(errors="replace").rstrip())
                heard(lines[-1])
            status = await process.wait()
    except TimeoutError:
        raise InstallError(f"{command[0]} took longer than {TIMEOUT:.0f} s", code="failed") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = "\n".join(lines)
    if status:
        raise InstallError(_last(lines), code="not_found" if _NOT_FOUND.search(said) else "failed")
    return said


def _last(lines: list[str]) -> str:
    """Return the lines that say what went wrong: pip begins them with ERROR."""
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return "\n".join(errors or lines[-8:]) or "the installer failed and said nothing"
