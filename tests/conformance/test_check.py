"""The guard over passing cases, with a runner of a few lines in place of the real one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import check

# Plays what outcomes.json says; a case played alone has the outcome of alone.json.
RUNNER = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
if "--case" in sys.argv:
    case = sys.argv[sys.argv.index("--case") + 1]
    print("details of", case)
    sys.exit(json.loads((here / "alone.json").read_text())[case] != "passed")
outcomes = json.loads((here / "outcomes.json").read_text())
results = {case: {"status": status, "title": case, "problem": "broken"} for case, status in outcomes.items()}
pathlib.Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps({"results": results}))
sys.exit(1)
"""


class Guard:
    """check.py over a folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._monkeypatch = folder, monkeypatch
        self.list = folder / "passing-nodes.txt"
        monkeypatch.setattr(check, "HERE", folder)
        (folder / "run.py").write_text(RUNNER, encoding="utf-8")
        self.plays(alone={})

    def plays(self, **outcomes: dict[str, Any]) -> None:
        for name, content in outcomes.items():
            (self.folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")

    def run(self, *options: str) -> int:
        arguments = ["check.py", "nodes", "--cases", str(self.folder), *options]
        self._monkeypatch.setattr(sys, "argv", arguments)
        return check.main()


@pytest.fixture
def guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guard:
    return Guard(tmp_path, monkeypatch)


def test_a_lost_case_fails_the_build(guard: Guard, capsys: pytest.CaptureFixture[str]) -> None:
    guard.list.write_text("a/1\na/2\n", encoding="utf-8")
    guard.plays(outcomes={"a/1": "failed", "a/2": "passed"}, alone={"a/1": "failed"})
    assert guard.run() == 1
    said = capsys.readouterr().out
    assert "details of a/1" in said
    assert "LOST a/1 [a/1] broken" in said
    assert said.endswith("1 passed, 1 failed\n")


def test_a_case_that_passes_alone_was_only_disturbed(guard: Guard) -> None:
    guard.list.write_text("a/1\n", encoding="utf-8")
    guard.plays(outcomes={"a/1": "failed"}, alone={"a/1": "passed"})
    assert guard.run() == 0


def test_a_case_that_never_passed_is_no_loss(guard: Guard, capsys: pytest.CaptureFixture[str]) -> None:
    guard.plays(outcomes={"a/1": "failed", "a/2": "passed", "a/3": "seed bug"})
    assert guard.run() == 0
    assert "1 pass that are not in the list" in capsys.readouterr().out


def test_cases_that_deviate_or_are_gone_are_no_loss(guard: Guard) -> None:
    guard.list.write_text("a/1\na/2\n", encoding="utf-8")
    guard.plays(outcomes={"a/1": "deviates"})
    assert guard.run() == 0


def test_update_holds_what_passes_now(guard: Guard) -> None:
    guard.list.write_text("a/1\n", encoding="utf-8")
    guard.plays(outcomes={"a/1": "failed", "a/3": "passed", "a/2": "passed"}, alone={"a/1": "failed"})
    assert guard.run("--update") == 0
    assert guard.list.read_text(encoding="utf-8") == "a/2\na/3\n"


def test_many_losses_are_not_played_again(guard: Guard, capsys: pytest.CaptureFixture[str]) -> None:
    cases = [f"a/{number}" for number in range(check.RETRIED + 1)]
    guard.list.write_text("\n".join(cases), encoding="utf-8")
    guard.plays(outcomes=dict.fromkeys(cases, "failed"))
    assert guard.run() == 1
    assert "details of" not in capsys.readouterr().out


def test_a_runner_that_cannot_play_is_no_success(guard: Guard) -> None:
    (guard.folder / "run.py").write_text("raise SystemExit(2)", encoding="utf-8")
    assert guard.run() == 2
