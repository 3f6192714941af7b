"""What comes from outside is text: nothing of it runs, nothing of it brings the page down, and secrets stay away."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Response, expect

from .author import Author, Tray
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

EVIL = '<img src="x" onerror="window.pwned = 1"><script>window.pwned = 2</script>'
LINK = f"[click](javascript:window.pwned=3) {EVIL} <a href='javascript:window.pwned=4'>or here</a>"
SECRET = "sk-nobody-may-read-this-0123456789"


def function(code: str) -> dict[str, Any]:
    return {"id": "make", "type": "function", "z": "f1", "name": "make", "func": code, "outputs": 1, "timeout": 0, "noerr": 0,
            "initialize": "", "finalize": "", "libs": [], "x": 320, "y": 200, "wires": [["show"]]}  # fmt: skip


def chain(code: str, **show: Any) -> list[dict[str, Any]]:
    """Press, make, show."""
    return [TAB, {**PRESS, "wires": [["make"]]}, function(code), {**SHOW, **show}]


def test_markup_in_names_statuses_and_messages_is_shown_and_never_run(
    openers: Opener, server: Server
) -> None:
    evil = json.dumps(EVIL)
    code = f"node.status({{text: {evil}}}); node.warn({evil}); return {{topic: {evil}, payload: {{[{evil}]: {evil}}}}};"
    flows = chain(code, name=EVIL)
    flows[0] = {**TAB, "label": EVIL, "info": LINK}
    flows += [
        {"id": "g", "type": "group", "z": "f1", "name": EVIL, "nodes": ["make"], "style": {"label": True, "fill": "red;background:url(x)"}, "x": 260, "y": 150, "w": 200, "h": 100},
        {"id": "note", "type": "comment", "z": "f1", "name": EVIL, "info": LINK, "x": 320, "y": 340, "wires": []},
        {"id": "odd", "type": EVIL, "z": "f1", "name": "odd", "x": 520, "y": 340, "wires": []},
        {"id": "sub", "type": "subflow", "name": EVIL, "info": LINK, "category": EVIL, "in": [], "out": [], "icon": "javascript:1", "color": "expression(1)"},
    ]  # fmt: skip
    server.deploy(flows)
    author = openers(server)
    author.press("Control+g")
    author.press("d")
    author.send("press")
    expect(author.page.locator(".msgs .msg")).to_have_count(2)
    expect(author.page.locator(".node-status")).to_contain_text("<img")
    author.page.locator(".msgs .tree .nest").last.click()
    for panel in "ihpcxe":
        author.press("Control+g")
        author.press(panel)
        author.page.locator(".side").wait_for()
    author.press("Control+k")
    author.page.locator("dialog.command input").fill("img")
    author.page.locator("#command-list li").first.wait_for()
    author.page.keyboard.press("Escape")
    form = author.edit("odd")
    form.box.get_by_role("tab", name="Description").click()
    form.box.locator("textarea, .code-home").first.wait_for()
    form.cancel()
    assert author.page.evaluate("window.pwned") is None
    assert author.page.locator('img[src="x"], a[href^="javascript"], main script').count() == 0


WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", event => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
MANY = "{{1330+7}}${1330+7}<script>window.pwned=5</script><svg onload=window.pwned=6><a href=javascript:window.pwned=7>x</a>\"'onfocus=window.pwned=8"
LIVE = """
[...document.querySelectorAll("*")].flatMap(one => [...one.attributes]
  .filter(({name, value}) => /^on/.test(name) || /^\\s*javascript:/i.test(value)).map(({name, value}) => `${one.tagName} ${name}=${value}`))
"""


def in_every_text() -> list[dict[str, Any]]:
    """Make flows with script in every text that an author, or somebody who sends him flows, can fill in."""
    place = {"z": "f1", "name": MANY, "info": MANY, "y": 100}
    env = [
        {
            "name": "HARMLESS",
            "type": "str",
            "value": MANY,
            "ui": {
                "label": {"en-US": MANY},
                "type": "select",
                "opts": {"opts": [{"l": {"en-US": MANY}, "v": MANY}]},
            },
        }
    ]
    code = f"node.status({{text: {json.dumps(MANY)}}}); node.error({json.dumps(MANY)}, msg); flow.set({json.dumps('a')}, {json.dumps(MANY)}); return msg;"
    return [
        {**TAB, "label": MANY, "info": MANY, "env": env},
        {"id": "sub", "type": "subflow", "name": MANY, "info": MANY, "category": MANY, "color": MANY, "icon": MANY, "env": env,
         "in": [{"x": 1, "y": 1, "wires": []}], "out": [], "inputLabels": [MANY], "meta": {"module": MANY, "desc": MANY}},
        {**PRESS, "name": MANY, "info": MANY, "icon": MANY, "props": [{"p": "payload"}, {"p": "topic", "vt": "str"}], "topic": MANY, "payload": MANY, "wires": [["make"]]},
        {**function(code), **place, "x": 320, "outputLabels": [MANY], "wires": [["show"]]},
        {**SHOW, "name": MANY, "info": MANY},
        {"id": "group", "type": "group", **place, "nodes": ["note"], "env": env, "style": {"label": True, "color": MANY, "fill": MANY, "stroke": MANY}, "x": 90, "y": 300, "w": 300, "h": 100},
        {"id": "note", "type": "comment", **place, "g": "group", "x": 200, "y": 340, "wires": []},
        {"id": "inst", "type": "subflow:sub", **place, "x": 320, "y": 420, "env": env, "wires": []},
        {"id": "hook", "type": "http in", **place, "x": 520, "y": 420, "url": MANY, "method": "get", "wires": [[]]},
        {"id": "rule", "type": "change", **place, "x": 520, "y": 480, "rules": [{"t": "set", "p": MANY, "pt": "msg", "to": MANY, "tot": "str"}], "wires": [[]]},
        {"id": "alien", "type": MANY, **place, "x": 320, "y": 480, MANY: MANY, "wires": []},
        {"id": "api", "type": "OpenAI API", **place, "x": 520, "y": 540, "service": "host", "method": MANY, "wires": [[]]},
        {"id": "host", "type": "Service Host", "name": MANY, "apiBase": MANY, "credentials": {"secureApiKeyValueType": MANY}},
    ]  # fmt: skip


def test_script_in_every_text_runs_in_no_panel_and_no_form(openers: Opener, server: Server) -> None:
    flows = in_every_text()
    server.deploy([TAB])
    server.deploy(flows)
    saved = httpx.post(f"{server.url}library/local/functions/x.js", json={"text": MANY, "name": MANY})
    assert saved.status_code == 204
    author = openers(server, opened=False, expected=r"404 \(Not Found\)")
    dialogs: list[str] = []
    author.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    author.page.add_init_script(WATCH)
    author.open()
    author.press("Control+g")
    author.press("d")
    httpx.post(f"{server.url}inject/press", json={}).raise_for_status()
    author.page.locator(".msgs .msg").first.wait_for()
    harmless(author, "debug")
    for panel in "ihpcxev":
        author.press("Control+g")
        author.press(panel)
        author.page.locator(".side, dialog").first.wait_for()
        harmless(author, f"panel {panel}")
        author.press("Escape")
    for keys in ("Control+k", "Control+e", "Control+i", "Control+Shift+l", "?"):
        author.press(keys)
        if keys == "Control+i":
            author.page.locator("dialog textarea").fill(json.dumps(flows))
        elif keys == "Control+k":
            author.page.locator("dialog.command input").fill("script")
        author.page.wait_for_timeout(200)
        harmless(author, keys)
        author.press("Escape")
        author.press("Escape")
    for node in flows:
        if "x" in node and node["type"] not in ("group", MANY):
            author.page.goto(f"{author.url}#node/{node['id']}")
            author.page.locator(f'.react-flow__node.selected[data-id="{node["id"]}"]').wait_for()
            author.page.get_by_role("button", name="Edit", exact=False).first.wait_for()
            author.page.wait_for_timeout(300)
            author.press("Enter")
            tray = Tray(author.page)
            for tab in tray.box.get_by_role("tablist").first.get_by_role("tab").all():
                tab.click()
                harmless(author, f"form of {node['type']}, {tab.inner_text()}")
            tray.cancel()
    assert dialogs == []


def harmless(author: Author, place: str) -> None:
    """Check that nothing ran, that nothing was held back at the last moment, and that nothing waits for a click."""
    seen = author.page.evaluate("[window.pwned ?? null, window.violations]")
    assert seen == [None, []], place
    assert author.page.evaluate(LIVE) == [], place
    assert "1337" not in author.page.inner_text("body"), place


def test_the_page_says_that_only_its_own_scripts_run(server: Server) -> None:
    policy = httpx.get(server.url).headers["Content-Security-Policy"]
    script = re.search(r"script-src ([^;]*)", policy)
    assert script
    assert script[1] == "'self'"
    assert "default-src 'self'" in policy


def test_a_huge_message_is_cut_and_the_page_stays_quick(openers: Opener, server: Server) -> None:
    code = (
        "msg.payload = {text: 'x'.repeat(1e7), list: Array.from({length: 1e5}, (_, at) => at)}; return msg;"
    )
    server.deploy(chain(code))
    author = openers(server)
    author.press("Control+g")
    author.press("d")
    author.send("press")
    shown = author.page.locator(".msgs .msg")
    expect(shown).to_have_count(1, timeout=20_000)
    expect(shown).to_contain_text("text")
    assert author.page.evaluate("document.querySelector('.msgs').innerText.length") < 20_000
    author.drag_node("show", 0, 100)
    expect(author.page.locator(".deploy")).to_be_visible()


def test_a_storm_of_messages_keeps_the_last_of_them(openers: Opener, server: Server) -> None:
    server.deploy(chain("for (let at = 0; at < 3000; at++) node.send({payload: at}); return null;"))
    author = openers(server)
    author.press("Control+g")
    author.press("d")
    author.send("press")
    expect(author.page.locator(".msgs .msg", has_text="2999")).to_have_count(1, timeout=20_000)
    assert author.page.locator(".msgs .msg").count() <= 500


def test_a_secret_goes_to_the_server_and_never_comes_back(openers: Opener, server: Server) -> None:
    author = openers(server)
    answers: list[str] = []

    def note(response: Response) -> None:
        if response.request.resource_type in ("fetch", "xhr"):
            answers.append(response.text())

    author.click("add one")
    host = Tray(author.page)
    host.fill("name", "secretive")
    host.fill("apiBase", "http://127.0.0.1:9/v1")
    host.fill("secureApiKeyValue", SECRET)
    host.done()
    assert SECRET not in json.dumps(author.exported())
    author.deploy()

    author.page.on("response", note)
    author.reload()
    author.press("Control+g")
    author.press("c")
    author.page.get_by_role("button", name="secretive").click()
    host = Tray(author.page)
    expect(host.box.locator("fe-secret")).to_contain_text("stored, never shown")
    host.fill("name", "still secretive")
    host.done()
    author.deploy()
    assert answers
    assert not [text for text in answers if SECRET in text]
    assert SECRET not in author.page.content()
    assert SECRET not in json.dumps(server.flows())
    stored = httpx.get(f"{server.url}credentials/Service Host/{server.node('still secretive')['id']}").json()
    assert stored["has_secureApiKeyValue"] is True


def test_errors_of_nodes_appear_beside_the_messages(openers: Opener, server: Server) -> None:
    server.deploy(chain("throw new Error('out of paper')"))
    author = openers(server)
    author.send("press")
    author.page.get_by_role("button", name="1 error").click()
    message = author.page.locator(".msgs .msg.err")
    expect(message).to_contain_text("out of paper")
    expect(message).to_contain_text("make")
    message.get_by_role("button", name="make").click()
    expect(author.page.locator(".node.sel .node-label")).to_have_text("make")


INSECURE = """
delete Crypto.prototype.randomUUID;
Object.defineProperty(Navigator.prototype, "clipboard", {get: () => undefined});
"""
"""What a browser keeps from a page that came without TLS from another machine."""


def test_a_page_without_tls_from_another_machine_can_do_the_same(openers: Opener, server: Server) -> None:
    server.deploy([TAB, {**PRESS, "payload": "copy me"}, SHOW])
    author = openers(server, opened=False)
    author.page.add_init_script(INSECURE)
    author.open()
    author.press("Control+g")
    author.press("d")
    author.send("press")
    message = author.page.locator(".msgs .msg", has_text="copy me")
    message.hover()
    message.get_by_role("button", name="Copy value").click()
    author.press("Control+i")
    field = author.page.locator("dialog textarea")
    expect(field).to_be_focused()
    author.page.get_by_role("button", name="From clipboard").click()
    expect(author.page.locator("dialog")).to_contain_text("Use the paste key instead")
    field.focus()
    author.page.keyboard.press("Control+v")
    expect(field).to_have_value("copy me")
    author.page.keyboard.press("Escape")
    author.press("Control+e")
    author.page.get_by_role("button", name="Copy", exact=True).click()
    author.says("Flow copied")


def test_a_third_partys_page_may_not_frame_or_call_the_editor(author: Author, server: Server) -> None:
    answer = httpx.get(server.url)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    foreign = httpx.post(f"{server.url}flows", json=[], headers={"Origin": "http://elsewhere.example"})
    assert foreign.status_code == 403
