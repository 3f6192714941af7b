"""Plays the recorded cases and fails where one that used to pass no longer does.

    python tests/conformance/check.py nodes             compare with passing-nodes.txt
    python tests/conformance/check.py openai --update   write passing-openai.txt anew

The cases and their runner lie beside the repository, in ../shared/conformance, or where --cases says.
A case that was lost is played once more alone: a busy machine may spoil times, but not twice.
Exit status: 0 as before or better, 1 a case was lost, 2 nothing could be played.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DEVIATIONS = HERE / "DEVIATIONS.md"
SHARED = HERE.parents[2] / "shared" / "conformance"
RETRIED = 40
"""With more cases lost than this the machine is not to blame: they are not played again."""


def main() -> int:
    """Play a corpus, compare, and say what changed."""
    options = _options()
    passing = HERE / f"passing-{options.corpus}.txt"
    results = play(options.cases, options.corpus)
    if results is None:
        return 2
    before = set(passing.read_text(encoding="utf-8").split()) if passing.is_file() else set()
    lost = find_lost(before, results)
    for case in sorted(lost) if len(lost) <= RETRIED else []:
        if play_alone(options.cases, options.corpus, case):
            lost.discard(case)
            results[case]["status"] = "passed"
    now = {case for case, result in results.items() if result["status"] == "passed"}
    if options.update:
        passing.write_text("".join(f"{case}\n" for case in sorted(now)), encoding="utf-8")
    report(options.corpus, results, lost, now - before)
    return 1 if lost and not options.update else 0


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("corpus", choices=["nodes", "openai"])
    options.add_argument("--update", action="store_true", help="make what passes now the list to hold")
    options.add_argument("--cases", type=Path, default=SHARED, help="folder of run.py")
    return options.parse_args()


def play(cases: Path, corpus: str) -> dict[str, dict[str, Any]] | None:
    """Play all cases of a corpus; give `{case id: {"status", ...}}`, None where the runner could not play."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "out.json")
        _runner(cases, corpus, "--json", str(out), stdout=subprocess.DEVNULL)
        if not out.is_file():
            return None
        results: dict[str, dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))["results"]
        return results


def play_alone(cases: Path, corpus: str, case: str) -> bool:
    """Play one case with the machine to itself; show it whole where it fails again."""
    alone = ["--case", case, "--jobs", "1", "--calm-jobs", "1", "--show"]
    done = _runner(cases, corpus, *alone, stdout=subprocess.PIPE)
    if done.returncode:
        print(done.stdout)
    return done.returncode == 0


def _runner(cases: Path, corpus: str, *arguments: str, stdout: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(cases / "run.py"), corpus, "--deviations", str(DEVIATIONS), *arguments]
    return subprocess.run(command, stdout=stdout, text=True, check=False)


def find_lost(before: Iterable[str], results: dict[str, dict[str, Any]]) -> set[str]:
    """Give the cases that passed before and do not now, other than those that deviate on purpose.

    A case that is no longer in the corpus, or is set aside there now, is not the engine's loss.
    """
    return {case for case in before if results.get(case, {}).get("status") == "failed"}


def report(corpus: str, results: dict[str, dict[str, Any]], lost: set[str], won: set[str]) -> None:
    """Say how the corpus stands; the last line is `N passed, N failed`, failed being what was lost."""
    states = Counter(str(result["status"]) for result in results.values())
    print(f"{corpus}: " + ", ".join(f"{count} {state}" for state, count in states.most_common()))
    for case in sorted(lost):
        print(f"LOST {case} [{results[case].get('title', '')}] {_first_difference(results[case])}")
    if won:
        print(f"{len(won)} pass that are not in the list; --update puts them there")
    print(f"{states['passed']} passed, {len(lost)} failed")


def _first_difference(result: dict[str, Any]) -> str:
    if result.get("problem"):
        return str(result["problem"])
    first = next(iter(result.get("differences", [])), None)
    return f"{first['path']}: expected {first['expected']!r}, got {first['got']!r}" if first else ""


if __name__ == "__main__":
    sys.exit(main())
