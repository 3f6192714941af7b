"""The files that run the server elsewhere: what they call is there, and systemd understands its unit."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from flowengine.admin.settings import ServerSettings
from flowengine.cli import main

FOLDER = Path(__file__).parents[2] / "examples" / "deployment"
UNIT = (FOLDER / "flowengine.service").read_text()
CONTAINER = (FOLDER / "Containerfile").read_text()


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    file = tmp_path / "flowengine.service"
    file.write_text(UNIT.replace("/opt/flowengine/bin/flowengine ", f"{shutil.which('true')} "))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if file.name in line]
    assert (done.returncode, said) == (0, []), done.stderr


def commands() -> list[list[str]]:
    """Return the words of every command line of flowengine in the two files."""
    plain = [line.removeprefix("#").strip() for line in (UNIT + CONTAINER).splitlines()]
    found = [shlex.split(line) for line in plain if re.search(r"flowengine (start|init|users) ", line)]
    found += [
        json.loads(line[4:]) for line in plain if line.startswith("CMD [") and "flowengine" in line[:20]
    ]
    names = ("start", "init", "users")
    return [words[next(at for at, word in enumerate(words) if word in names) :] for words in found]


def test_their_commands_are_ours(capsys: pytest.CaptureFixture[str]) -> None:
    found = commands()
    assert {command[0] for command in found} == {"start", "init", "users"}
    assert ["start", "--host", "0.0.0.0", "--log-format", "json"] in found
    for command in found:
        with pytest.raises(SystemExit) as asked:
            main([*command, "--help"])
        assert asked.value.code == 0
        known = capsys.readouterr().out
        assert [word for word in command if word.startswith("--") and word not in known] == []


def test_the_stop_of_the_unit_is_longer_than_ours() -> None:
    allowed = re.search(r"TimeoutStopSec=(\d+)", UNIT)
    assert allowed
    assert int(allowed[1]) > ServerSettings().stop_timeout


def test_the_container_keeps_to_one_folder_without_being_root() -> None:
    lines = CONTAINER.splitlines()
    assert "USER flowengine" in lines
    assert (
        lines.index("USER flowengine")
        < lines.index("ENV FLOWENGINE_USER_DIR=/data")
        < lines.index("VOLUME /data")
    )
    assert "health/ready" in CONTAINER
    assert not re.search(r"--insecure|SECRET=|KEY=", CONTAINER)
