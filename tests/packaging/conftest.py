"""The project installed in every way a user may: each is made once and asked the same questions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LEFT_BEHIND = (".git", ".venv", "venv", "node_modules", "__pycache__", "dist", "build", "_editor", ".*_cache")

# What an installation says of itself: that it can import every node, and all files of its data folders.
QUESTIONS = """
import importlib, json, pathlib, flowengine
from flowengine.folders import built_editor, folder
def files(top):
    return sorted(p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file() and p.suffix != ".pyc")
nodes = [name for name in files(folder("nodes")) if name.endswith(".py")]
for name in nodes:
    importlib.import_module("flowengine.nodes." + name[:-3].removesuffix("/__init__").replace("/", "."))
print(json.dumps({
    "package": str(pathlib.Path(flowengine.__file__).parent),
    "engine": files(pathlib.Path(flowengine.__file__).parent / "testing"),
    "nodes": files(folder("nodes")),
    "examples": files(folder("examples")),
    "locales": files(folder("locales")),
    "templates": files(folder("editor") / "templates"),
    "page": files(built_editor()) if built_editor() else [],
}))
"""


@dataclass
class Installation:
    """One way to have flowengine: the Python that sees it, and the folder to stand in."""

    python: Path
    folder: Path
    path: Path | None = None

    def run(self, *arguments: str) -> str:
        """Run that Python; give what it printed."""
        environment = {**os.environ, "PYTHONPATH": str(self.path) if self.path else ""}
        return run([self.python, *arguments], self.folder, environment)

    def answers(self) -> dict[str, Any]:
        """Answer QUESTIONS."""
        answers: dict[str, Any] = json.loads(self.run("-c", QUESTIONS))
        return answers


def run(command: list[Any], folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command to its end; its whole output is the failure where it fails."""
    words = [str(part) for part in command]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def make_venv(folder: Path) -> Path:
    """Make an environment that borrows this one's libraries, but not its flowengine; give its Python."""
    run([sys.executable, "-m", "venv", folder], folder.parent)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    own = run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder).strip()
    # A plain path in a .pth file: .pth files over there, such as an editable flowengine, are not read.
    Path(own, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def pip_install(python: Path, *what: Any) -> None:
    """Install without dependencies: they are borrowed."""
    run([python, "-m", "pip", "install", "-q", "--no-deps", *what], python.parent)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packaging")


@pytest.fixture(scope="session")
def source(place: Path) -> Path:
    """A copy of the repository as a clone would be: nothing built, nothing installed."""
    return Path(shutil.copytree(ROOT, place / "source", ignore=shutil.ignore_patterns(*LEFT_BEHIND)))


@pytest.fixture(scope="session")
def sdist(source: Path, place: Path) -> Path:
    """The source archive, made by the first build of the copy: here the editor is built."""
    run([sys.executable, "-m", "build", "--sdist", "--outdir", place / "out", "."], source)
    (archive,) = (place / "out").glob("*.tar.gz")
    return archive


@pytest.fixture(scope="session")
def wheel(sdist: Path, place: Path) -> Path:
    """The wheel made of the source archive, with no Node to be had: the archive must hold the built page."""
    unpacked = place / "unpacked"
    with tarfile.open(sdist) as archive:
        # The first releases of Python 3.11 know no filters.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(unpacked)
    (folder,) = unpacked.iterdir()
    environment = {**os.environ, "FLOWENGINE_NODE": str(place / "no-such-node")}
    run([sys.executable, "-m", "build", "--wheel", "--outdir", place / "out", "."], folder, environment)
    (made,) = (place / "out").glob("*.whl")
    return made


@pytest.fixture(scope="session")
def checkout(source: Path, sdist: Path) -> Installation:
    return Installation(Path(sys.executable), source.parent, source)


@pytest.fixture(scope="session")
def from_wheel(wheel: Path, place: Path) -> Installation:
    python = make_venv(place / "venv-wheel")
    pip_install(python, wheel)
    return Installation(python, place)


@pytest.fixture(scope="session")
def from_folder(source: Path, sdist: Path, place: Path) -> Installation:
    python = make_venv(place / "venv-folder")
    pip_install(python, source)
    return Installation(python, place)


@pytest.fixture(scope="session")
def editable(source: Path, sdist: Path, place: Path) -> Installation:
    python = make_venv(place / "venv-editable")
    pip_install(python, "-e", source)
    return Installation(python, place)
