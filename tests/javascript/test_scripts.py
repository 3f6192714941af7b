"""What both engines promise: isolation, limits, and calls to Python in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flowengine.errors import SettingsError
from flowengine.javascript import (
    Limits,
    OutOfMemoryError,
    Script,
    ScriptError,
    ScriptTimeoutError,
    open_script,
)

NEVER = "globalThis.never"


@pytest.fixture(params=["quickjs", "v8"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "v8":
        pytest.importorskip("peno")
    return str(request.param)


@pytest.fixture
def script(engine: str) -> Iterator[Script]:
    script = open_script(Limits(seconds=0.3, megabytes=64), engine)
    script.run("void (globalThis.never = new Promise(() => {}))")
    yield script
    script.close()


def seen_by(script: Script) -> list[object]:
    seen: list[object] = []
    script.bind("see", seen.append)
    return seen


def test_python_is_asked_while_a_time_limit_is_set(script: Script) -> None:
    seen = seen_by(script)
    script.bind("double", lambda number: number * 2)
    script.run("void see(double(21))")
    assert seen == [42]


def test_promise_jobs_have_run_when_run_returns(script: Script) -> None:
    seen = seen_by(script)
    script.run(f"(async () => {{ for (let i = 0; i < 50; i++) await null; see('done') }})(), {NEVER}")
    assert seen == ["done"]


@pytest.mark.parametrize(
    "source",
    [
        "(() => { while (true); })()",
        "(() => { try { while (true); } catch { } })()",
        "/(a+)+b/.test('a'.repeat(60))",
    ],
)
def test_an_endless_loop_is_stopped(script: Script, source: str) -> None:
    with pytest.raises(ScriptTimeoutError, match="timed out after 300ms"):
        script.run(f"void ({source})")


def test_endless_promise_jobs_are_stopped() -> None:
    script = open_script(Limits(seconds=0.3, megabytes=64))
    with pytest.raises(ScriptTimeoutError):
        script.run("(async () => { for (;;) await null })(), new Promise(() => {})")


def test_a_stopped_script_can_go_on(script: Script) -> None:
    seen = seen_by(script)
    with pytest.raises(ScriptTimeoutError):
        script.run("void (() => { while (true); })()")
    script.run("void see('alive')")
    assert seen == ["alive"]


def test_a_memory_bomb_is_stopped(engine: str) -> None:
    script = open_script(Limits(seconds=20, megabytes=64), engine)
    with pytest.raises(OutOfMemoryError, match="64 MB"):
        script.run("void (() => { const all = []; for (;;) all.push('x'.repeat(1000) + all.length) })()")


def test_endless_recursion_is_an_error_of_the_script(script: Script) -> None:
    with pytest.raises(ScriptError) as caught:
        script.run("void (function deeper() { return deeper() + 1 })()")
    assert (caught.value.name, str(caught.value)) == ("RangeError", "Maximum call stack size exceeded")


def test_what_a_script_throws_has_a_name(script: Script) -> None:
    with pytest.raises(ScriptError) as caught:
        script.run("void (() => { throw new TypeError('wrong') })()")
    assert (caught.value.name, str(caught.value)) == ("TypeError", "wrong")


def test_scripts_do_not_see_each_other(script: Script, engine: str) -> None:
    other = open_script(Limits(), engine)
    seen = seen_by(other)
    script.run("void (globalThis.secret = 1)")
    other.run("void see(typeof secret)")
    assert seen == ["undefined"]
    other.close()


def test_an_engine_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match='"spidermonkey" is not known'):
        open_script(Limits(), "spidermonkey")
