"""Logging in: with a password, and at a provider on another site."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ..admin.identity_provider import CLIENT, SECRET, Provider
from ..admin.servers import ARGON2, PASSWORD
from .conftest import Opener
from .servers import TAB, Server

pytestmark = pytest.mark.browser
REFUSED = "401|403"
"""What a page without a login may complain of."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider in a thread, on another site than the editor: localhost."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = Provider()
    asyncio.run_coroutine_threadsafe(running.start("localhost"), loop).result(20)
    running.people = {
        "1": {"preferred_username": "ann", "groups": ["admins"]},
        "2": {"preferred_username": "eve"},
    }
    running.subject = "1"
    yield running
    asyncio.run_coroutine_threadsafe(running.stop(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture
def guarded(provider: Provider, tmp_path: Path, page_is_built: None) -> Iterator[Server]:
    """A server where users log in by password or at the provider."""
    folder = tmp_path / "guarded"
    folder.mkdir()
    (folder / "flows.json").write_text(json.dumps([TAB]))
    (folder / "flowengine.toml").write_text(
        f'[[adminAuth.users]]\nusername = "bob"\npassword = "{ARGON2}"\n'
        f'[oidc]\nissuer = "{provider.issuer}"\nclientId = "{CLIENT}"\nclientSecret = "{SECRET}"\n'
        'label = "Sign in with Acme"\ngroupPermissions = { admins = "*" }\nproviderLogout = true\n'
    )
    server = Server(folder)
    provider.client.redirect_uris.add(f"{server.url}auth/strategy/callback")
    yield server
    server.stop()


def test_a_user_of_the_provider_lands_in_the_editor(
    guarded: Server, provider: Provider, openers: Opener
) -> None:
    author = openers(guarded, expected=REFUSED, opened=False)
    page = author.page
    page.goto(f"{guarded.url}#flow/f1")
    expect(page.get_by_label("Password")).to_be_visible()
    page.get_by_role("link", name="Sign in with Acme").click()
    expect(page.locator(".me.connected")).to_be_attached()
    expect(page).to_have_url(f"{guarded.url}#flow/f1")
    page.reload()
    expect(page.locator(".me.connected")).to_be_attached()
    # Logging out here does so there as well.
    page.locator(".me").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert provider.subject is None


def test_who_is_refused_reads_why_and_may_go_back(
    guarded: Server, provider: Provider, openers: Opener
) -> None:
    provider.subject = "2"
    author = openers(guarded, expected=REFUSED, opened=False)
    page = author.page
    page.goto(guarded.url)
    page.get_by_role("link", name="Sign in with Acme").click()
    expect(page.get_by_text("this account may not use this server")).to_be_visible()
    page.get_by_role("link", name="Back to the editor").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_password_does_as_well(guarded: Server, openers: Opener) -> None:
    author = openers(guarded, expected=REFUSED, opened=False)
    page = author.page
    page.goto(f"{guarded.url}#login")
    author.says("The login was not finished")
    page.get_by_label("User name").fill("bob")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    author.says("User name or password is wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".me.connected")).to_be_attached()
