"""``flowengine nodes``: packages added, listed, switched and removed at a terminal. pip is the real one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flowengine.admin.folder_lock import FolderLock
from flowengine.cli import main
from flowengine.errors import InstallError
from flowengine.node_packages import install_tools, read_record
from flowengine.node_sets import NodeSets

from ..wheels import index, wheels

__all__ = ["index", "wheels"]
FLOW = [{"id": "t", "type": "tab"}, {"id": "w", "type": "thermometer", "z": "t", "x": 1, "y": 1, "wires": []}]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "user"
    monkeypatch.setenv("FLOWENGINE_USER_DIR", str(place))
    return place


@pytest.fixture(autouse=True)
def forgotten(folder: Path) -> object:
    """Each command is a process of its own: what one imported, the next does not know."""
    yield
    forget(folder)


def forget(folder: Path) -> None:
    sets = NodeSets(packages_folder=folder / "packages")
    sets.packages()
    sets.close()


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    capsys.readouterr()
    main(["nodes", "--json"])
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return found


def test_a_package_comes_and_goes(index: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nodes", "add", "acme-weather==1.0"]) == 1
    said = capsys.readouterr()
    assert f"added acme-weather 1.0 to {folder / 'packages'}: barometer, thermometer" in said.out
    assert "Successfully installed acme-weather-1.0" in said.err
    assert "could not be imported: acme_weather.barometer: ModuleNotFoundError" in said.err
    (row,) = [one for one in listed(capsys) if one["package"]]
    assert (row["type"], row["package"], row["version"]) == ("thermometer", "acme-weather", "1.0")
    assert main(["nodes", "add", "acme-weather"]) == 2
    assert "is installed already" in capsys.readouterr().err
    assert main(["doctor"]) == 1
    assert "nodes of acme-weather 1.0: ModuleNotFoundError" in capsys.readouterr().out
    forget(folder)
    main(["nodes", "add", "--upgrade", "acme-weather"])
    assert "added acme-weather 2.0" in capsys.readouterr().out
    assert main(["nodes", "remove", "Acme_Weather"]) == 0
    assert not [one for one in listed(capsys) if one["package"]]


def test_what_is_in_use_stays(index: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["nodes", "add", "acme-weather"])
    (folder / "flows.json").write_text(json.dumps(FLOW))
    for command in (["remove", "acme-weather"], ["disable", "thermometer"]):
        assert main(["nodes", *command]) == 2
        assert "flows use thermometer" in capsys.readouterr().err
    (folder / "flows.json").write_text("[]")
    lock = FolderLock(folder)
    lock.take()
    assert main(["nodes", "remove", "acme-weather"]) == 2, "a server has the folder"
    lock.release()
    assert main(["nodes", "remove", "acme-weather"]) == 0


def test_types_are_switched(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    assert main(["nodes", "disable", "range"]) == 0
    kept = json.loads((folder / ".config.nodes.json").read_text())
    assert kept["flowengine"]["nodes"]["range"]["enabled"] is False
    assert main(["nodes", "enable", "flowengine/range"]) == 0
    assert main(["nodes", "disable", "no such type"]) == 2


def test_a_folder_and_a_wheel_may_be_named(
    index: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (wheel,) = index.glob("rival_weather-*.whl")
    assert main(["nodes", "add", str(wheel), "--user-dir", str(folder)]) == 0
    assert "added rival-weather 1.0" in capsys.readouterr().out
    # The library that it needs came from where pip looks.
    assert (folder / "packages" / "rain_library").is_dir()
    noted = json.loads((folder / "packages" / "installed.json").read_text())
    assert noted["rival-weather"]["wanted"] == str(wheel)


@pytest.mark.parametrize(
    "given",
    [
        "--index-url=http://127.0.0.1",
        "-e",
        "a b",
        "acme;sys_platform",
        "acme>=1",
        "/no/such/wheel.whl",
        "flowengine",
    ],
)
def test_what_cannot_be_added_changes_nothing(
    index: Path, folder: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nodes", "add", "--", given]) == 2
    assert capsys.readouterr().err
    assert not list(folder.rglob("*.py"))


@pytest.mark.parametrize("given", ["flowengine", "inject", "acme-weather"])
def test_what_is_not_a_package_that_was_added_is_not_removed(folder: Path, given: str) -> None:
    assert main(["nodes", "remove", given]) == 2


def test_a_machine_with_neither_pip_nor_uv_says_so(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install_tools, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    assert main(["nodes", "add", "acme-weather"]) == 2
    assert "there is neither pip nor uv" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not here")
def test_uv_does_it_where_there_is_no_pip(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install_tools, "find_spec", lambda name: None)
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(index))
    assert main(["nodes", "add", "rival-weather"]) == 0
    assert "added rival-weather 1.0" in capsys.readouterr().out
    assert (folder / "packages" / "rain_library").is_dir()
    assert main(["nodes", "add", "no-such-weather"]) == 2
    (wheel,) = index.glob("acme_weather-1.0-*.whl")
    main(["nodes", "add", str(wheel)])
    assert "added acme-weather 1.0" in capsys.readouterr().out


def test_a_lost_package_is_a_finding(index: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["nodes", "add", "rival-weather"])
    shutil.rmtree(folder / "packages" / "rival_weather")
    for place in (folder / "packages").glob("rival_weather-*.dist-info"):
        shutil.rmtree(place)
    capsys.readouterr()
    assert main(["doctor"]) == 1
    assert "rival-weather was added, but is not in" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["{", "[]", '{"acme-weather": 5}'])
def test_a_record_that_is_none_is_damaged(content: str, tmp_path: Path) -> None:
    (tmp_path / "installed.json").write_text(content)
    with pytest.raises(InstallError, match="is damaged"):
        read_record(tmp_path)


def test_a_damaged_record_is_not_written_over(
    index: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["nodes", "add", "acme-weather==1.0"])
    record = folder / "packages" / "installed.json"
    record.write_text("{")
    capsys.readouterr()
    for command in (["add", "rival-weather"], ["remove", "acme-weather"]):
        assert main(["nodes", *command]) == 2
        assert "installed.json is damaged" in capsys.readouterr().err
    assert record.read_text() == "{"
    assert main(["doctor"]) == 1
    assert "installed.json is damaged" in capsys.readouterr().out
    # As it says: without the record what is there works, and can be removed and added again.
    record.unlink()
    assert main(["nodes", "remove", "acme-weather"]) == 0
    main(["nodes", "add", "acme-weather==1.0"])
    assert "acme-weather" in record.read_text()
