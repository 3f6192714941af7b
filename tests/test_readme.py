"""The README promises only what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands() -> list[list[str]]:
    """Give the arguments of every `flowengine ...` in the README that ends by itself."""
    found = re.findall(r"\.venv/bin/flowengine ([^\n]*?)(?:  .*)?$", README, re.MULTILINE)
    return [line.split() for line in found if not line.startswith("run") or "--until-idle" in line]


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert run("-c", example) == "Hello world\n"


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_the_commands_run(arguments: list[str]) -> None:
    said = run("-m", "flowengine", *arguments)
    assert "--simulator" not in arguments or "(simulated) You said" in said


def test_the_two_lines_start_from_nothing() -> None:
    assert len(re.findall(r"^python3 -m venv .venv && ", README, re.MULTILINE)) == 2


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_path_that_is_named_is_there(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"(?:`|\]\(|bash |python )((?:[\w.]+/)+[\w.-]*|\w+\.(?:md|json|toml))[`) \n]", text)
    made = (".venv/",)
    missing = [path for path in named if not path.startswith(made) and not (ROOT / path).exists()]
    assert missing == []
