"""Settings of a run without an editor: from a file, from the user folder, from the environment, from options."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from flowengine.cli import run, run_settings
from flowengine.errors import SettingsError

from ..engine.flows import node, tab
from .test_run import Finished, call, write

SETTINGS = """
functionEngine = "v8"
maxInFlight = 7
uiPort = 1999
lang = "de"
credentialSecret = "mine"

[prices."gpt-5-mini"]
input = 0.25

[contextStorage.default]
module = "memory"

[tracing]
enabled = true
sampleRatio = 0.5
"""


def given(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    run.declare(parser)
    return parser.parse_args(arguments)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLOWENGINE_UI_PORT", "FLOWENGINE_UI_HOST", "FLOWENGINE_FUNCTION_ENGINE"):
        monkeypatch.delenv(name, raising=False)


def test_settings_of_a_file_or_of_the_user_folder_count(tmp_path: Path) -> None:
    file = tmp_path / "flowengine.toml"
    file.write_text(SETTINGS)
    for options in (given("--settings", str(file)), given("--user-dir", str(tmp_path))):
        found = run_settings.read(options)
        assert (found.function_engine, found.max_in_flight, found.ui_port) == ("v8", 7, 1999)
        assert (found.lang, found.prices["gpt-5-mini"].input) == ("de", 0.25)
        assert found.context_storage == {"default": {"module": "memory"}}


def test_options_count_more_than_the_environment_and_that_more_than_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flowengine.toml").write_text(SETTINGS)
    monkeypatch.setenv("FLOWENGINE_UI_PORT", "2000")
    monkeypatch.setenv("FLOWENGINE_FUNCTION_ENGINE", "quickjs")
    found = run_settings.read(given("--user-dir", str(tmp_path), "--port", "2001", "--lang", "ja"))
    assert (found.ui_port, found.lang, found.function_engine, found.max_in_flight) == (
        2001,
        "ja",
        "quickjs",
        7,
    )
    assert run_settings.read(given()).ui_port == 2000


def test_a_user_folder_keeps_its_contexts_where_nothing_else_is_said(tmp_path: Path) -> None:
    assert (
        run_settings.read(given("--user-dir", str(tmp_path))).context_storage["default"]["module"]
        == "localfilesystem"
    )
    assert run_settings.read(given()).context_storage == {}


def test_tracing_is_as_the_settings_say_and_goes_where_the_option_says(tmp_path: Path) -> None:
    (tmp_path / "flowengine.toml").write_text(SETTINGS)
    settings = run_settings.read(given("--user-dir", str(tmp_path)))
    assert (found := run_settings.tracing_of(settings, None)) is not None
    assert (found.exporter, found.endpoint, found.sample_ratio) == ("otlp", "", 0.5)
    assert (found := run_settings.tracing_of(settings, "http://c:4318")) is not None
    assert (found.exporter, found.endpoint, found.sample_ratio) == ("otlp", "http://c:4318", 0.5)
    assert (found := run_settings.tracing_of(settings, "console")) is not None
    assert (found.exporter, found.sample_ratio) == ("console", 0.5)
    plain = run_settings.read(given())
    assert run_settings.tracing_of(plain, None) is None
    assert run_settings.tracing_of(plain, "") is not None


def test_a_run_that_asks_for_no_password_is_reached_from_this_machine_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('uiHost = "0.0.0.0"\nhttpNodeAuth = { user = "me", pass = "$argon2id$x" }')
    assert run_settings.read(given("--settings", str(file))).ui_host == "127.0.0.1"
    assert "httpNodeAuth: only `flowengine start` has that" in capsys.readouterr().err
    file.write_text('uiHost = "0.0.0.0"')
    assert run_settings.read(given("--settings", str(file))).ui_host == "0.0.0.0"


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the settings"):
        run_settings.read(given("--settings", str(tmp_path / "none.toml")))


async def ask(tmp_path: Path, settings: str) -> Finished:
    file = tmp_path / "flowengine.toml"
    file.write_text(settings)
    functions = node("work", "function", ["show"], func="while (true) {}", outputs=1)
    flow = [tab(), node("go", "inject", ["work"], props=[]), functions, node("show", "debug")]
    return await call("run", write(tmp_path, flow), "--settings", str(file), "--until-idle", "--inject", "go")


async def test_settings_reach_the_nodes_of_a_run(tmp_path: Path) -> None:
    done = await ask(tmp_path, "globalFunctionTimeout = 0.1")
    assert done.status == 1
    assert "timed out" in done.err
    assert done.values == []


async def test_a_slip_of_the_pen_is_told_and_a_wrong_value_ends_it(tmp_path: Path) -> None:
    assert (
        "did you mean globalFunctionTimeout?"
        in (await ask(tmp_path, "globalFunctionTimeou = 1\nfunctionTimeout = 0.1")).err
    )
    done = await ask(tmp_path, 'functionEngine = "cobol"')
    assert done.status != 0
    assert "settings: functionEngine: " in done.err
    assert "Traceback" not in done.err
