"""The package of nodes that CONTRIBUTING.md shows: built, installed beside flowengine in a fresh environment, and run."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, Installation, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FLOW = [
    {"id": "t", "type": "tab", "label": "Game"},
    {"id": "go", "type": "inject", "z": "t", "name": "go", "props": [{"p": "payload"}], "wires": [["die"]]},
    {"id": "die", "type": "dice", "z": "t", "sides": 1, "wires": [["seen"]]},
    {
        "id": "seen",
        "type": "debug",
        "z": "t",
        "active": True,
        "console": True,
        "complete": "payload",
        "wires": [],
    },
]
QUESTIONS = """
import json, sys
from pathlib import Path
from flowengine.node_sets import NodeSets
sets = NodeSets(packages_folder=Path(sys.argv[1]))
assert "acme_nodes" not in sys.modules
dice = sets.find("dice")
imported = sorted(name for name in sys.modules if name.startswith(("acme_nodes", "flowengine.nodes.")))
from flowengine.forms import Forms
forms = Forms(sets)
(described,) = [one for one in forms.descriptors("de") if one["type"] == "dice"]
print(json.dumps({
    "imported": imported, "form": forms.form("dice", "de").html, "help": forms.help("dice", "en-US").html,
    "described": described, "module": dice.__module__,
}))
"""


@pytest.fixture(scope="module")
def wheel_of_nodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the files of the guide and build them."""
    folder = tmp_path_factory.mktemp("acme")
    section = TEXT.partition("## A node of your own in a package")[2].partition("\n## ")[0]
    files = re.findall(r"^\*\*([\w./-]+)\*\*[^\n]*\n\n((?:    [^\n]*\n|\n)+)", section, re.MULTILINE)
    assert len(files) == 5
    for name, text in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text), "utf-8")
    (folder / "acme_nodes" / "__init__.py").touch()
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "out"], folder)
    (made,) = (folder / "out").glob("*.whl")
    return Path(made)


@pytest.mark.parametrize("name", ["from_wheel", "editable"])
def test_the_package_of_the_guide(
    name: str,
    wheel_of_nodes: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installation: Installation = request.getfixturevalue(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel_of_nodes.parent))
    monkeypatch.setenv("FLOWENGINE_USER_DIR", str(tmp_path))
    flow = tmp_path / "game.json"
    flow.write_text(json.dumps(FLOW))

    assert "added acme-nodes 0.1.0" in installation.run("-m", "flowengine", "nodes", "add", "acme-nodes")
    assert "Throws a die. (acme-nodes 0.1.0)" in installation.run("-m", "flowengine", "nodes")
    assert "acme-nodes 0.1.0" in installation.run("-m", "flowengine", "doctor")
    # flowengine itself, which the package needs, was there.
    assert not (tmp_path / "packages" / "flowengine").exists()

    said = installation.run("-m", "flowengine", "run", str(flow), "--inject", "go", "--until-idle")
    assert re.search(r"\b1\b", said)
    found = json.loads(installation.run("-c", QUESTIONS, str(tmp_path / "packages")))
    assert found["imported"] == ["acme_nodes", "acme_nodes.dice"]
    assert 'name="sides"' in found["form"]
    assert "How many sides the die has." in found["form"]
    assert "the number thrown" in found["help"]
    assert found["described"]["icon"] == "acme-nodes/dice.svg"
    assert found["described"]["shortHelp"] == "Throws a die."

    installation.run("-m", "flowengine", "nodes", "remove", "acme-nodes")
    assert "dice" not in installation.run("-m", "flowengine", "nodes")


@pytest.mark.parametrize("name", ["from_wheel"])
def test_it_is_found_in_the_environment_too(
    name: str, wheel_of_nodes: Path, request: pytest.FixtureRequest
) -> None:
    installation: Installation = request.getfixturevalue(name)
    installation.run("-m", "pip", "install", "-q", "--no-deps", str(wheel_of_nodes))
    try:
        assert "(acme-nodes 0.1.0)" in installation.run("-m", "flowengine", "nodes")
    finally:
        installation.run("-m", "pip", "uninstall", "-q", "-y", "acme-nodes")
