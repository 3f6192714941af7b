"""Variables of subflows: designed in the template, filled in an instance's form, read by the nodes inside."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from .author import Author, Tray, meaning
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

SECRET = "the-key-of-the-house"
READS = "msg.payload = ['SIZE', 'LEVEL', 'LOUD', 'KEY'].map((name) => env.get(name)); msg.payload[3] = msg.payload[3].length; return msg;"
TEMPLATE: dict[str, Any] = {
    "id": "sub", "type": "subflow", "name": "Mailer", "info": "", "category": "", "color": "#DDAA99", "meta": {},
    "in": [{"x": 40, "y": 80, "wires": [{"id": "inner"}]}], "out": [{"x": 400, "y": 80, "wires": [{"id": "inner", "port": 0}]}],
    "env": [{"name": "SIZE", "type": "str", "value": "s", "ui": {"label": {"en-US": "How large", "de": "Größe"}, "type": "select",
             "opts": {"opts": [{"v": "s", "l": {"en-US": "small"}}, {"v": "l", "l": {"en-US": "large", "de": "groß"}}]}}},
            {"name": "LOUD", "type": "bool", "value": "false", "ui": {"type": "checkbox"}},
            {"name": "KEY", "type": "cred", "value": ""}],
}  # fmt: skip
INNER: dict[str, Any] = {"id": "inner", "type": "function", "z": "sub", "name": "inner", "func": READS, "outputs": 1, "timeout": 0, "noerr": 0,
                         "initialize": "", "finalize": "", "libs": [], "x": 220, "y": 80, "wires": [[]]}  # fmt: skip
INSTANCE = {
    "id": "use",
    "type": "subflow:sub",
    "z": "f1",
    "name": "",
    "x": 320,
    "y": 200,
    "wires": [["show"]],
}


def answer(author: Author, server: Server, number: int) -> str:
    httpx.post(f"{server.url}inject/press").raise_for_status()
    messages = author.page.locator(".msg")
    expect(messages).to_have_count(number)
    return messages.last.inner_text().replace("\n", " ")


def test_what_the_template_asks_is_filled_in_an_instance_and_read_inside(
    openers: Opener, server: Server
) -> None:
    server.deploy([TAB, TEMPLATE, INNER, {**PRESS, "wires": [["use"]]}, INSTANCE, SHOW])
    author = openers(server)
    author.page.evaluate("location.hash = 'flow/sub'")
    author.click("Properties")
    form = Tray(author.page)
    form.box.locator("[name=env] > .lst-add").last.click()
    row = form.box.locator("[name=env] > .lst-rows > .lst-row").last
    row.locator("input[name=name]").fill("LEVEL")
    row.locator(".env-ui > summary").click()
    row.locator("select[name=uiType]").select_option("spinner")
    row.locator("input[name=uiMin]").fill("2")
    row.locator("fe-list[name=uiLabels] .lst-add").click()
    row.locator("fe-list[name=uiLabels] input[name=text]").fill("How deep")
    form.done()

    form = author.edit_id("use")
    form.box.get_by_label("How large").select_option("large")
    form.box.get_by_label("How deep").fill("7")
    form.box.locator("[name='env:LOUD']").check()
    form.box.locator("[name='env:KEY'] input").fill(SECRET)
    form.done()
    author.deploy()
    flows = meaning(server.flows())
    assert flows["sub"]["env"][:3] == TEMPLATE["env"]
    assert flows["sub"]["env"][3]["ui"] == {
        "label": {"en-US": "How deep"},
        "type": "spinner",
        "opts": {"min": 2},
    }
    assert sorted(flows["use"]["env"], key=lambda one: one["name"]) == [
        {"name": "KEY", "type": "cred", "value": ""},
        {"name": "LEVEL", "type": "num", "value": "7"},
        {"name": "LOUD", "type": "bool", "value": "true"},
        {"name": "SIZE", "type": "str", "value": "l"},
    ]
    assert SECRET not in json.dumps(server.flows())
    author.press("Control+g")
    author.press("d")
    assert '0 "l" 1 7 2 true 3 20' in answer(author, server, 1)

    # Another edit of the same form leaves the secret where it is.
    form = author.edit("Mailer")
    expect(form.box.locator("[name='env:KEY'] input")).not_to_have_value(SECRET)
    form.box.locator("[name='env:LOUD']").uncheck()
    form.done()
    author.deploy()
    assert "2 false 3 20" in answer(author, server, 2)
    assert "LOUD" not in json.dumps(meaning(server.flows())["use"])


def test_looking_at_an_instance_changes_nothing(openers: Opener, server: Server) -> None:
    own = {**INSTANCE, "env": [{"name": "SIZE", "type": "str", "value": "s"}]}
    server.deploy([TAB, TEMPLATE, INNER, own])
    author = openers(server, locale="de")
    form = author.edit("Mailer")
    expect(form.box.get_by_label("Größe")).to_have_value("s")
    expect(form.box.locator("option", has_text="groß")).to_have_count(1)
    form.done()
    expect(author.page.locator(".upToDate")).to_be_visible()


def test_a_secret_of_a_flow_stays_on_the_server(author: Author, server: Server) -> None:
    author.run("Flow properties")
    form = Tray(author.page)
    form.box.locator("[name=env] .lst-add").click()
    form.box.locator("[name=env] input[name=name]").fill("KEY")
    form.read_from("value", "secret", SECRET)
    form.done()
    author.deploy()
    assert SECRET not in json.dumps(server.flows())
    assert httpx.get(f"{server.url}credentials/tab/f1").json() == {"has_KEY": True}
