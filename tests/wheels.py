"""Small packages of nodes as their authors build them: real wheels in a folder that pip looks in instead of an index."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "{version}"
dependencies = {dependencies}

{announced}
[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""
ANNOUNCED = """
[project.entry-points."flowengine.nodes"]
{entry} = "{package}"
"""
THERMOMETER = """
from flowengine.node import Node, NodeConfig

class Thermometer(Node):
    type = "thermometer"
    category = "weather"
    color = "#3FADB5"
    icon = "thermometer.svg"

    class Config(NodeConfig):
        unit: str = "C"

    def on_input(self, msg):
        msg["payload"] = f"{degrees} {{self.config.unit}}"
        return msg
"""
BAROMETER = """
import a_library_that_nobody_has
from flowengine.node import Node

class Barometer(Node):
    type = "barometer"
"""
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 60"><path stroke="#fff" d="M20 5v50"/></svg>'


def weather(degrees: int = 21) -> dict[str, str]:
    """A package with one node that works and one that cannot be imported."""
    return {
        "__init__.py": "",
        "thermometer.py": THERMOMETER.replace("{degrees}", str(degrees))
        .replace("{{", "{")
        .replace("}}", "}"),
        "barometer.py": BAROMETER,
        "locales/en-US/thermometer.json": '{"title": "thermometer", "summary": "Says how warm it is."}',
        "icons/thermometer.svg": ICON,
        "examples/warm.json": '[{"id": "w", "type": "tab", "label": "Warm"}]',
    }


def build(
    wheels: Path,
    name: str,
    files: dict[str, str],
    *,
    version: str = "1.0",
    announces: bool = True,
    needs: str = "",
) -> None:
    """Build a wheel of a package with these files."""
    package = name.replace("-", "_")
    source = wheels.parent / f"source-{name}-{version}"
    announced = ANNOUNCED.format(entry=package, package=package) if announces else ""
    project = PROJECT.format(
        name=name,
        version=version,
        package=package,
        announced=announced,
        dependencies=[needs] if needs else [],
    )
    for file, text in {
        "pyproject.toml": project,
        **{f"{package}/{key}": text for key, text in files.items()},
    }.items():
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        (source / file).write_text(dedent(text), "utf-8")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)


def only_from(wheels: Path) -> dict[str, str]:
    """Environment in which pip asks no index."""
    return {"PIP_FIND_LINKS": str(wheels), "PIP_NO_INDEX": "1"}


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels: two versions of the weather, a rival with the same type, a library, and one without nodes."""
    place = tmp_path_factory.mktemp("wheels") / "out"
    build(place, "acme-weather", weather())
    build(place, "acme-weather", weather(degrees=22), version="2.0")
    build(place, "rival-weather", {"thermometer.py": weather()["thermometer.py"]}, needs="rain-library")
    build(place, "rain-library", {"__init__.py": "DROPS = 3"}, announces=False)
    return place


@pytest.fixture
def index(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, as the only place that pip finds packages in."""
    for key in [key for key in os.environ if key.startswith(("PIP_INDEX", "PIP_EXTRA"))]:
        monkeypatch.delenv(key)
    for key, value in only_from(wheels).items():
        monkeypatch.setenv(key, value)
    return wheels
