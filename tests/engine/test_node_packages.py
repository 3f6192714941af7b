"""Node types of packages: found without importing, imported one by one, listed with the reason where they fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flowengine.node_packages import NodeModule, module_name
from flowengine.node_sets import NodeSets

NODE = "from flowengine.node import Node\n\nclass One(Node):\n    type = {type!r}\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A folder of packages on the path; what was imported of it is forgotten."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("pkg_"):
            del sys.modules[name]


def install(site: Path, name: str, files: dict[str, str], *, entry: str = "") -> None:
    """Lay out a package as pip leaves it."""
    texts = {f"{name}/{file}": text for file, text in files.items()}
    texts[f"{name}-1.0.dist-info/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    texts[f"{name}-1.0.dist-info/entry_points.txt"] = f"[flowengine.nodes]\n{name} = {entry or name}\n"
    for file, text in texts.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text, "utf-8")


def imported() -> set[str]:
    return {name for name in sys.modules if name.startswith("pkg_")}


def test_only_the_module_of_a_type_is_imported(site: Path) -> None:
    install(
        site,
        "pkg_a",
        {"__init__.py": "", "sun.py": NODE.format(type="sun"), "moon.py": NODE.format(type="moon")},
    )
    sets = NodeSets()
    assert sets.find("inject") is not None
    assert imported() == set()
    assert sets.find("sun") is not None
    assert imported() == {"pkg_a", "pkg_a.sun"}
    assert sets.find("stars") is None
    assert imported() == {"pkg_a", "pkg_a.sun"}


def test_a_type_is_found_though_its_file_has_another_name(site: Path) -> None:
    install(
        site,
        "pkg_a",
        {"__init__.py": "", "sky/lights.py": NODE.format(type="sun & moon"), "sky/__init__.py": ""},
    )
    found = NodeSets().find("sun & moon")
    assert found is not None
    assert found.__module__ == "pkg_a.sky.lights"


def test_a_type_that_is_made_up_at_import_is_found_by_its_file(site: Path) -> None:
    text = "from flowengine.node import Node\n\nclass One(Node):\n    type = 'acme ' + 'sun'\n"
    install(site, "pkg_a", {"acme_sun.py": text})
    assert NodeSets().find("acme sun") is not None


def test_the_core_set_and_then_the_first_package_have_a_type(site: Path) -> None:
    install(
        site,
        "pkg_a",
        {"__init__.py": "", "star.py": NODE.format(type="star"), "x.py": NODE.format(type="inject")},
    )
    install(site, "pkg_b", {"__init__.py": "", "star.py": NODE.format(type="star")})
    sets = NodeSets()
    types = sets.all()
    assert types["star"].__module__ == "pkg_a.star"
    assert types["inject"].__module__ == "flowengine.nodes.common.inject"
    assert sets.broken == {
        "pkg_a.x": 'type "inject" is already defined in flowengine.nodes.common.inject',
        "pkg_b.star": 'type "star" is already defined in pkg_a.star',
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_library\n", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("raise SystemExit('not on this machine')\n", "SystemExit: not on this machine"),
        ("def broken(:\n", "SyntaxError: invalid syntax"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_fails_takes_no_other_with_it(site: Path, text: str, reason: str) -> None:
    install(
        site,
        "pkg_a",
        {"__init__.py": "", "sun.py": NODE.format(type="sun"), "moon.py": text + NODE.format(type="moon")},
    )
    sets = NodeSets()
    assert sets.find("moon") is None
    assert sets.reason("moon").startswith(reason)
    assert sets.reason("nothing has this") == ""
    assert "sun" in sets.all()


def test_an_announcement_that_leads_nowhere_is_listed(site: Path) -> None:
    install(site, "pkg_a", {"__init__.py": ""}, entry="pkg_missing.inner")
    (package,) = [one for one in NodeSets().packages() if one.name == "pkg-a"]
    assert package.error == "No module named 'pkg_missing.inner'"


def test_what_is_no_node_is_left_alone(site: Path) -> None:
    bomb = "raise RuntimeError('imported')\n"
    install(
        site,
        "pkg_a",
        {"__init__.py": "", "_client.py": bomb, "tests/test_sun.py": bomb, "sun.py": NODE.format(type="sun")},
    )
    sets = NodeSets()
    assert "sun" in sets.all()
    assert sets.broken == {}


def test_a_single_module_may_be_announced(site: Path) -> None:
    install(site, "pkg_a", {})
    (site / "pkg_a.py").write_text(NODE.format(type="sun"))
    assert NodeSets().find("sun") is not None


def test_types_are_read_from_the_text(tmp_path: Path) -> None:
    file = tmp_path / "many.py"
    file.write_text(
        "class A:\n    type = 'a'\n    other = 'b'\nclass C:\n    type: ClassVar[str] = \"c d\"  # said\ntype = 'e'\n"
    )
    assert NodeModule("many", file).types == ("a", "c d")
    assert module_name("OpenAI API") == "openai_api"
