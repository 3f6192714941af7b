"""The editor in the words of somebody who draws flows with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

UP_TO_DATE = ".upToDate"


class Tray:
    """The tray on top; a config node's lies on the one that asked for it."""

    def __init__(self, page: Page, depth: int = 1) -> None:
        self.page = page
        expect(page.locator("section.tray")).to_have_count(depth)
        self.depth = depth
        self.box = page.locator("section.tray").last
        expect(self.box.locator(".fields > *").first).to_be_attached()

    def field(self, name: str) -> Locator:
        """Give the control of a field by its wire name: an input, or what stands in one of our elements."""
        plain = f'input[name="{name}"], textarea[name="{name}"], select[name="{name}"]'
        typed = f'[name="{name}"] .typed-value:not([hidden])'
        inside = f'{typed} :is(input, select, textarea), [name="{name}"].secret input'
        return self.box.locator(f"{plain}, {inside}, fe-config[name='{name}'] select").first

    def fill(self, name: str, text: str) -> None:
        self.field(name).fill(text)

    def read_from(self, name: str, kind: str, text: str) -> None:
        """Have a typed field read from somewhere with each message."""
        self.box.locator(f'[name="{name}"] .ty').click()
        self.page.locator(".menu.open").get_by_role("option", name=kind).click()
        self.fill(name, text)

    def done(self) -> None:
        self.box.locator(".tray-b .primary").click()
        expect(self.page.locator("section.tray")).to_have_count(self.depth - 1)

    def cancel(self) -> None:
        self.box.locator(".tray-b").get_by_role("button", name=re.compile("Cancel")).click()
        expect(self.page.locator("section.tray")).to_have_count(self.depth - 1)

    def config(self, name: str) -> Tray:
        """Open the config node that a field names, a new one where it names none."""
        self.box.locator(f'fe-config[name="{name}"] .ib').click()
        return Tray(self.page, self.depth + 1)

    def method(self, name: str) -> None:
        """Choose a method of the OpenAI API."""
        picker = self.box.locator("fe-methods")
        picker.locator("input").fill(name)
        picker.locator(f'button[data-method="{name}"]').first.click()
        expect(self.box.locator("#method-form > *").first).to_be_attached()

    def add(self, parameter: str) -> None:
        """Show an optional parameter."""
        more = self.box.locator(".more .chk").last
        chip = self.box.locator(".more .chk", has_text=re.compile(rf"^\+ {parameter}\*?$"))
        if not chip.count():
            more.click()
        chip.click()


class Author:
    """One browser page with the editor in it."""

    def __init__(self, page: Page, url: str, expected: str = "") -> None:
        self.page, self.url = page, url
        self.expected = expected
        """Expression for what the page may complain of."""
        self.complaints: list[str] = []
        """What the page said on its console or threw."""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location['url'].removeprefix(self.url)}".strip())

    def unexpected(self) -> list[str]:
        """Give the complaints that nobody foresaw."""
        return [text for text in self.complaints if not (self.expected and re.search(self.expected, text))]

    # coming and going

    def open(self, fragment: str = "") -> Author:
        self.page.goto(self.url + fragment)
        self.page.locator(".palette .chip:visible, .m-nav:visible").first.wait_for()
        expect(self.page.locator(".me.connected")).to_be_attached()
        self.until("performance.getEntriesByName('ready').length > 0")
        return self

    def reload(self) -> None:
        self.page.reload()
        self.page.locator(".palette .chip").first.wait_for()
        self.until("performance.getEntriesByName('ready').length > 0")

    # what is there

    def node(self, label: str) -> Locator:
        exactly = re.compile(f"^{re.escape(label)}$")
        named = self.page.locator(".node-label", has_text=exactly)
        return self.page.locator(".react-flow__node").filter(has=named)

    @property
    def nodes(self) -> Locator:
        return self.page.locator(".react-flow__node")

    @property
    def wires(self) -> Locator:
        return self.page.locator(".react-flow__edge")

    def says(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page shows a text."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def until(self, script: str) -> None:
        """Wait until what a script gives, or promises, is true: for what the page does not show."""
        for _ in range(100):
            if self.page.evaluate(script):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"still not so: {script}")

    def exported(self) -> list[dict[str, Any]]:
        """Give the whole document by the export dialog."""
        self.press("Control+e")
        self.page.get_by_role("radio", name="Everything").click()
        text = self.page.locator("dialog textarea").input_value()
        self.page.keyboard.press("Escape")
        expect(self.page.locator("dialog")).to_have_count(0)
        flows: list[dict[str, Any]] = json.loads(text)
        return flows

    # drawing

    def drag(self, kind: str, x: float, y: float) -> None:
        """Take a type from the palette to a place on the screen."""
        chip = self.page.locator(f'.chip[data-type="{kind}"]')
        chip.scroll_into_view_if_needed()
        box = chip.bounding_box()
        assert box
        mouse = self.page.mouse
        mouse.move(box["x"] + 40, box["y"] + 10)
        mouse.down()
        mouse.move(box["x"] + 60, box["y"] + 14)
        mouse.move(x, y, steps=4)
        mouse.up()

    def place(self, kind: str, x: float, y: float) -> str:
        """Drag a type onto the canvas; give the label of the node that is there now."""
        self.press("Escape")
        chosen = self.page.locator(".node.sel .node-label")
        expect(chosen).to_have_count(0)
        self.drag(kind, x, y)
        expect(chosen).to_have_count(1)
        return chosen.inner_text()

    def drag_node(self, label: str, dx: float, dy: float) -> None:
        x, y = self.middle(self.node(label).locator(".node-label"))
        self.draw((x, y), (x + dx, y + dy))

    def draw(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Move the pressed mouse."""
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(start[0] + 8, start[1] + 2)
        mouse.move(*end, steps=5)
        mouse.up()

    def wire(self, source: str, target: str, port: int = 0) -> None:
        out = self.node(source).locator(".port.out").nth(port)
        into = self.node(target).locator(".port.in")
        before = self.wires.count()
        self.draw(self.middle(out), self.middle(into))
        expect(self.wires).to_have_count(before + 1)

    def middle(self, what: Locator) -> tuple[float, float]:
        box = what.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def press(self, keys: str) -> None:
        """Press keys with the canvas in the focus, not a field."""
        self.page.evaluate("document.activeElement?.blur()")
        self.page.keyboard.press(keys)

    def run(self, command: str) -> None:
        """Run a command of the command box by its name."""
        self.press("Control+k")
        self.page.locator("dialog.command input").fill(f">{command}")
        self.page.locator("#command-list li", has_text=command).first.click()

    def select(self, *labels: str) -> None:
        for at, label in enumerate(labels):
            self.node(label).locator(".node-label").click(modifiers=["Control"] if at else [])

    def edit(self, label: str) -> Tray:
        self.node(label).locator(".node-label").dblclick()
        return Tray(self.page)

    def edit_type(self, kind: str) -> Tray:
        """Open the form of the first node of a type, wherever it lies."""
        self.press("Control+k")
        self.page.locator("dialog.command input").fill(kind)
        hit = self.page.locator(
            "#command-list li", has=self.page.locator(".where", has_text=re.compile(f"^{kind} ·"))
        )
        hit.first.click()
        expect(self.page.locator(".node.sel")).to_have_count(1)
        self.press("Enter")
        return Tray(self.page)

    def edit_id(self, node_id: str) -> Tray:
        """Open the form of a node by the link that leads to it."""
        self.page.goto(f"{self.url}#node/{node_id}")
        expect(self.page.locator(f'.react-flow__node.selected[data-id="{node_id}"]')).to_be_visible()
        self.press("Enter")
        return Tray(self.page)

    def click(self, name: str | re.Pattern[str]) -> None:
        """Click the button of a name."""
        self.page.get_by_role("button", name=name).first.click()

    def send(self, label: str) -> None:
        """Press the button of an inject node."""
        self.node(label).get_by_role("button", name="Send a message").click()

    # import and deploy

    def import_(self, flows: list[dict[str, Any]] | str, replace: bool = False) -> None:
        self.press("Control+i")
        dialog = self.page.locator("dialog.modal")
        dialog.locator("textarea").fill(flows if isinstance(flows, str) else json.dumps(flows))
        if replace:
            dialog.get_by_label("Replace what is here").check()
        dialog.locator(".primary").click()
        expect(dialog).to_have_count(0)

    def deploy(self) -> None:
        """Deploy, whatever the checks say, and wait until nothing is left to deploy."""
        self.page.locator(".deploy > button").first.click()
        anyway = self.page.get_by_role("button", name="Deploy anyway")
        done = self.page.locator(UP_TO_DATE)
        anyway.or_(done).first.wait_for()
        if anyway.is_visible():
            anyway.click()
        expect(done).to_be_visible()


def meaning(flows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give flows as what they mean: entries by id, in whatever order they and their keys stand."""
    return {entry["id"]: entry for entry in flows}


def load(path: Path) -> list[dict[str, Any]]:
    flows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return flows


__all__ = ["Author", "Error", "Tray", "load", "meaning"]
