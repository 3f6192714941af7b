"""A checkout, `pip install .`, `pip install -e .` and a wheel made of the sdist are the same to everyone."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import Installation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
INSTALLED = ["from_wheel", "from_folder", "editable"]
THERMOMETER = """
from flowengine.node import Node

class Thermometer(Node):
    type = "thermometer"

    def on_input(self, msg):
        return msg
"""


@pytest.mark.parametrize("name", INSTALLED)
def test_installations_hold_what_a_checkout_holds(
    name: str, checkout: Installation, request: pytest.FixtureRequest
) -> None:
    expected, found = checkout.answers(), request.getfixturevalue(name).answers()
    assert expected.pop("package") != found.pop("package") or name == "editable"
    assert found == expected
    assert expected["nodes"]
    assert expected["locales"]


@pytest.mark.parametrize("name", INSTALLED)
def test_installations_have_the_command(name: str, request: pytest.FixtureRequest) -> None:
    installation: Installation = request.getfixturevalue(name)
    command = installation.python.with_name("flowengine")
    assert "run" in installation.run("-c", f"import subprocess; subprocess.run([{str(command)!r}, '--help'])")
    assert "run" in installation.run("-m", "flowengine", "--help")


def test_editable_install_is_the_checkout_itself(editable: Installation, source: Path) -> None:
    assert editable.answers()["package"] == str(source / "flowengine")


def test_wheel_takes_one_name(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"flowengine"}
    assert "flowengine/nodes/common/inject.py" in names
    assert "flowengine/locales/en-US/nodes/common/inject.json" in names
    assert not [name for name in names if "node_modules" in name or "/tests/" in name or "editor/src" in name]


def test_wheel_holds_the_built_editor(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "flowengine/_editor/index.html" in names
    assert [name for name in names if name.startswith("flowengine/_editor/assets/") and name.endswith(".js")]


def test_sdist_keeps_the_shape_of_the_repository(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    wanted = ["pyproject.toml", "README.md", "LICENSE", "flowengine/__init__.py", "nodes/common/inject.py"]
    wanted += [
        "editor/hatch_build.py",
        "editor/index.html",
        "flowengine/_editor/index.html",
        "examples/chat.json",
    ]
    assert [name for name in wanted if name not in names] == []
    assert not [name for name in names if "node_modules" in name]


@pytest.mark.parametrize("name", INSTALLED)
def test_a_node_package_of_a_third_party_is_found(name: str, request: pytest.FixtureRequest) -> None:
    installation: Installation = request.getfixturevalue(name)
    site = Path(installation.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    files = {
        "acme_flow_nodes/__init__.py": "",
        "acme_flow_nodes/thermometer.py": THERMOMETER,
        "acme-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n",
        "acme-1.0.dist-info/entry_points.txt": "[flowengine.nodes]\nacme = acme_flow_nodes\n",
    }
    for file, content in files.items():
        (site / file).parent.mkdir(exist_ok=True)
        (site / file).write_text(content, encoding="utf-8")
    assert "thermometer" in installation.run("-m", "flowengine", "nodes")
