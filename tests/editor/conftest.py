"""A real browser before a real server: one of each for all tests of this folder, a fresh page for each test."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowengine.testing.openai_server import OpenAISimulator

pytest.importorskip("playwright.sync_api", reason="needs the extra 'editor'")

from playwright.sync_api import Browser, sync_playwright

from flowengine.folders import built_editor

from .author import Author
from .servers import ROOT, TAB, Server, Simulator

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FAILED = pytest.StashKey[bool]()
DESK = {"width": 1440, "height": 900}

Opener = Callable[..., Author]


@pytest.fixture(scope="package")
def page_is_built() -> None:
    """Build the page where there is none, as an installation does."""
    if built_editor() is not None:
        return
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "editor" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    builder.build(ROOT / "editor", ROOT / "flowengine" / "_editor")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = CHROMIUM if CHROMIUM.exists() else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shared_server(page_is_built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("editor"))
    yield server
    server.stop()


@pytest.fixture
def server(shared_server: Server) -> Server:
    """A server with one empty flow."""
    shared_server.deploy([TAB])
    return shared_server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def openers(chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens an author's own browser; at the end no page may have complained of what the test did not expect."""
    authors: list[Author] = []
    contexts = []

    def open_(server: Server, *, expected: str = "", opened: bool = True, **more: Any) -> Author:
        context = chromium.new_context(
            **{"viewport": DESK, "locale": "en-US", "reduced_motion": "reduce", **more}
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        author = Author(context.new_page(), server.url, expected)
        authors.append(author)
        return author.open() if opened else author

    yield open_
    if request.node.stash.get(FAILED, False):
        for at, author in enumerate(authors):
            author.page.screenshot(path=tmp_path / f"failed-{at}.png")
            print(f"picture: {tmp_path / f'failed-{at}.png'}; the page said {author.complaints}")  # noqa: T201
    for context in contexts:
        context.close()
    for author in authors:
        assert author.unexpected() == []


@pytest.fixture
def author(openers: Opener, server: Server) -> Author:
    return openers(server)


@pytest.fixture(scope="package")
def simulator() -> Iterator[OpenAISimulator]:
    with Simulator() as running:
        yield running
