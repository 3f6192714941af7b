"""When the build hook builds the editor, and what its lock file must promise."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "editor" / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose editor is three files."""
    for name in ("FLOWENGINE_NODE", "FLOWENGINE_SKIP_EDITOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "editor" / "src").mkdir(parents=True)
    (tmp_path / "flowengine").mkdir()
    for name in ("index.html", "package-lock.json", "src/main.ts"):
        (tmp_path / "editor" / name).write_text(name, encoding="utf-8")
    return tmp_path


def needs_node(hook: ModuleType, project: Path) -> bool:
    made = hook.EditorBuildHook(str(project), {}, None, None, "", "wheel")
    return made.dependencies() == [hook.NODE_FROM_PYPI]


def mark_as_built(hook: ModuleType, project: Path) -> None:
    built = project / "flowengine" / "_editor"
    built.mkdir()
    (built / ".source-hash").write_text(hook.digest(project / "editor"), encoding="utf-8")


def test_a_first_build_asks_for_node(hook: ModuleType, project: Path) -> None:
    assert needs_node(hook, project)


def test_nobody_downloads_node_for_an_editor_that_is_built(hook: ModuleType, project: Path) -> None:
    mark_as_built(hook, project)
    assert not needs_node(hook, project)


@pytest.mark.parametrize("name", ["src/main.ts", "src/new.ts", "vite.config.ts"])
def test_changed_source_is_built_again(hook: ModuleType, project: Path, name: str) -> None:
    mark_as_built(hook, project)
    (project / "editor" / name).write_text("changed", encoding="utf-8")
    assert needs_node(hook, project)


@pytest.mark.parametrize(
    "name", ["node_modules/react/index.js", "templates/page.html", "dist/a.js", "hatch_build.py"]
)
def test_what_the_page_is_not_made_of_changes_nothing(hook: ModuleType, project: Path, name: str) -> None:
    mark_as_built(hook, project)
    path = project / "editor" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed", encoding="utf-8")
    assert not needs_node(hook, project)


@pytest.mark.parametrize("name", ["FLOWENGINE_NODE", "FLOWENGINE_SKIP_EDITOR"])
def test_own_node_or_no_editor_needs_no_download(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert not needs_node(hook, project)


def test_no_source_no_editor(hook: ModuleType, project: Path) -> None:
    shutil.rmtree(project / "editor" / "src")
    (project / "editor" / "index.html").unlink()
    made = hook.EditorBuildHook(str(project), {}, None, None, "", "wheel")
    assert made.dependencies() == []
    made.initialize("standard", {})
    assert not (project / "flowengine" / "_editor").exists()


def test_a_failed_build_says_the_way_out_and_leaves_nothing(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWENGINE_NODE", str(project / "no-such-node"))
    (project / "editor" / "package-lock.json").write_text('{"packages": {"a": {}}}', encoding="utf-8")
    made = hook.EditorBuildHook(str(project), {}, None, None, "", "wheel")
    with pytest.raises(RuntimeError, match="FLOWENGINE_SKIP_EDITOR=1"):
        made.initialize("standard", {})
    assert list((project / "flowengine").iterdir()) == []


def test_the_lock_file_serves_every_platform_and_names_no_registry() -> None:
    text = (ROOT / "editor" / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert sum("@rolldown/binding-" in name for name in packages) >= 10
    assert not re.search(r'"resolved": "http', text)
    assert all("integrity" in entry for name, entry in packages.items() if name)
