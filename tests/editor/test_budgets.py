"""How much the page may cost: to load, to show a large flow, to drag in it. Figures are printed with `-s`."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from math import log2

import pytest
from playwright.sync_api import CDPSession, Response, expect

from .author import Author
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server
from .test_importing import grid

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST_LOAD = 200_000
"""Bytes, compressed, before anything is opened."""
MOST_ELEMENTS = 3000
DRAG = 12.0
"""Milliseconds of main thread a frame."""
FRAMES = 60

READY = """() => new Promise((resolve) => {
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    const fetched = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/flows")).at(-1).responseEnd;
    resolve(performance.now() - fetched);
  }));
  const shown = () => document.querySelector(".react-flow__node, canvas.overview");
  if (shown()) return painted();
  new MutationObserver((_, observer) => shown() && (observer.disconnect(), painted())).observe(document, { childList: true, subtree: true });
})"""
"""Milliseconds from the arrival of the document to the frame that shows it."""


NEEDED_FIRST = """() => {
  const shown = performance.getEntriesByName("shown")[0].startTime;
  const loaded = performance.getEntriesByType("resource").filter(({ startTime }) => startTime < shown);
  return [location.href, ...loaded.map(({ name }) => name)];
}"""
"""Addresses of what was asked for before the flow was shown."""

MADE = """() => {
  window.made = 0;
  const count = (changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(({ classList }) => (window.made += Number(classList?.contains("react-flow__node") ?? 0))));
  new MutationObserver(count).observe(document.querySelector(".canvas-flow"), { childList: true, subtree: true });
}"""
"""Counts the elements of nodes that are made from now on, for however short a time."""


def ready_in(author: Author) -> float:
    """Load the page anew; seconds from the arrived document to the painted canvas."""
    author.page.add_init_script(f"window.ready = ({READY})()")
    author.open()
    return float(author.page.evaluate("window.ready")) / 1000


def say(name: str, value: float, unit: str) -> None:
    print(f"\n{name}: {value:.1f} {unit}")  # noqa: T201


def elements(author: Author) -> int:
    return int(author.page.evaluate("document.querySelectorAll('*').length"))


@pytest.mark.parametrize(("count", "seconds"), [(1000, 2.0), (5000, 5.0)])
def test_a_large_flow_is_soon_there_with_few_elements(
    openers: Opener, server: Server, count: int, seconds: float
) -> None:
    server.deploy(grid(count))
    author = openers(server, opened=False)
    took = ready_in(author)
    say(f"{count} nodes ready", took, "s")
    author.run("Fit")
    expect(author.page.locator("canvas.overview")).to_be_visible()
    say("elements, overview", elements(author), "")
    assert elements(author) < MOST_ELEMENTS
    author.page.goto(f"{author.url}#node/n{count // 2 + 25}")
    expect(author.page.locator(".node.sel")).to_be_in_viewport()
    author.run("Zoom to 100 %")
    expect(author.page.locator(".zoom .pc")).to_have_text("100 %")
    expect(author.nodes.nth(60)).to_be_attached()
    say("elements, life size", elements(author), "")
    assert elements(author) < MOST_ELEMENTS
    assert took < seconds


ZOOM = "new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a"


def zoom_to(author: Author, zoom: float) -> None:
    """Turn the wheel over the canvas until the flow is shown at a zoom, within a hundredth of it."""
    author.page.mouse.move(700, 450)
    author.page.keyboard.down("Control")
    for _ in range(80):
        now = float(author.page.evaluate(ZOOM))
        if abs(now / zoom - 1) < 0.01:
            break
        author.page.mouse.wheel(0, max(-40.0, min(40.0, -100 * log2(zoom / now))))
        author.page.evaluate("new Promise(requestAnimationFrame)")
    author.page.keyboard.up("Control")
    assert float(author.page.evaluate(ZOOM)) == pytest.approx(zoom, rel=0.01)


@pytest.mark.parametrize("count", [1000, 5000])
def test_no_zoom_shows_many_elements(openers: Opener, server: Server, count: int) -> None:
    server.deploy(grid(count))
    author = openers(server)
    author.page.goto(f"{author.url}#node/n{count // 2 + 25}")
    expect(author.page.locator(".node.sel")).to_be_in_viewport()
    author.page.wait_for_timeout(500)
    for zoom in (1.0, 0.8, 0.76, 0.7, 0.64, 0.5, 0.41, 0.3):
        zoom_to(author, zoom)
        author.page.wait_for_timeout(200)
        say(f"elements of {count} nodes at {zoom:.0%}", elements(author), "")
        assert elements(author) < MOST_ELEMENTS


def test_a_jump_to_where_all_is_in_view_makes_no_elements(openers: Opener, server: Server) -> None:
    server.deploy([*grid(1000), {**TAB, "id": "f2", "label": "Flow 2"}])
    author = openers(server)
    overview = author.page.locator("canvas.overview")
    author.press("Control+0")
    expect(author.nodes.first).to_be_visible()
    author.page.evaluate(MADE)
    author.press("Control+1")
    expect(overview).to_be_visible()
    author.page.locator(".tab", has_text="Flow 2").click()
    expect(overview).to_have_count(0)
    author.page.locator(".tab", has_text="Many").click()
    expect(overview).to_be_visible()
    expect(author.nodes).to_have_count(0)
    assert author.page.evaluate("window.made") < MOST_ELEMENTS / 10


def place_of(author: Author, at: int) -> tuple[float, float]:
    """Where the middle of a node of the grid is on the screen."""
    matrix = author.page.evaluate(
        "(() => { const m = new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform); return [m.e, m.f, m.a]; })()"
    )
    box = author.page.locator(".canvas-flow").bounding_box()
    assert box
    x, y = 120 + 200 * (at % 50), 60 + 60 * (at // 50)
    return box["x"] + matrix[0] + x * matrix[2], box["y"] + matrix[1] + y * matrix[2]


def test_in_a_crowd_nodes_are_chosen_dragged_and_wired_as_ever(openers: Opener, server: Server) -> None:
    server.deploy(grid(1000))
    author = openers(server)
    author.page.goto(f"{author.url}#node/n505")
    expect(author.page.locator(".node.sel")).to_be_in_viewport()
    author.page.wait_for_timeout(500)
    zoom_to(author, 0.5)
    expect(author.page.locator("canvas.overview")).to_be_visible()
    chosen = author.page.locator(".react-flow__node.selected")

    author.page.mouse.click(*place_of(author, 506))
    expect(chosen).to_have_count(1)
    expect(chosen).to_have_attribute("data-id", "n506")
    author.page.keyboard.down("Control")
    author.page.mouse.click(*place_of(author, 507))
    author.page.keyboard.up("Control")
    expect(chosen).to_have_count(2)

    x, y = place_of(author, 456)
    author.draw((x, y), (x + 20, y + 30))  # twice as much of the flow
    author.page.mouse.click(*place_of(author, 405))
    out = author.page.locator('.react-flow__node[data-id="n405"] .port.out')
    x, y = place_of(author, 355)
    author.draw(author.middle(out), (x - 26, y))

    left, top = place_of(author, 503)
    author.draw((left - 42, top - 14), (left + 142, top + 42))
    author.press("Control+Shift+g")
    author.deploy()
    nodes = {node["id"]: node for node in server.flows()}
    # What a drag takes to begin is not moved; the grid does the rest.
    assert nodes["n456"]["x"] in (1340, 1360)
    assert nodes["n456"]["y"] == 660
    assert nodes["n405"]["wires"] == [["n406", "n355"]]
    assert {node["id"] for node in nodes.values() if node.get("g")} == {"n503", "n504", "n553", "n554"}
    wire = author.page.locator(".react-flow__edge.selected")
    x, y = place_of(author, 605)
    author.page.mouse.move(x + 50, y + 2)
    expect(author.page.locator('.react-flow__edge[data-id="n605:0:n606"]')).to_be_attached()
    author.page.mouse.click(x + 50, y)
    expect(wire).to_have_count(1)
    author.press("Delete")
    author.deploy()
    assert server.node("node 605")["wires"] == [[]]


def test_arranging_goes_on_beside_the_page_and_can_be_cancelled(openers: Opener, server: Server) -> None:
    server.deploy(grid(400))
    author = openers(server)
    with author.page.expect_worker() as started:
        author.run("Tidy up")
    assert "elk" in started.value.url
    author.page.locator(".news", has_text="being arranged").get_by_role("button", name="Cancel").click()
    expect(author.page.locator(".news")).to_have_count(0)
    expect(author.page.locator(".upToDate")).to_be_visible()
    author.run("Tidy up")
    author.select("node 51")  # the page is there meanwhile
    expect(author.page.locator(".deploy")).to_be_visible(timeout=60_000)
    assert author.page.workers == []
    author.press("Control+z")
    expect(author.page.locator(".upToDate")).to_be_visible()


def main_thread(session: CDPSession) -> float:
    """Seconds of CPU the page's main thread has used."""
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def cost_of_a_drag(author: Author, start: tuple[float, float]) -> float:
    """Milliseconds of main thread CPU a frame while a node is dragged."""
    session = author.page.context.new_cdp_session(author.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    mouse = author.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move(start[0] + 10, start[1] + 10)
    author.page.evaluate(
        "window.frames_seen = 0; (function count() { window.frames_seen++; requestAnimationFrame(count); })()"
    )
    before = main_thread(session)
    for step in range(FRAMES):
        mouse.move(start[0] + 10 + 2 * step, start[1] + 10 + step)
        author.page.evaluate("new Promise(requestAnimationFrame)")
    used = main_thread(session) - before
    frames = author.page.evaluate("window.frames_seen")
    mouse.up()
    return 1000 * used / max(frames, FRAMES)


def places(author: Author) -> Iterator[tuple[str, tuple[float, float]]]:
    """Bring the flow into both zooms; give where a node can be grabbed."""
    author.run("Zoom to 100 %")
    node = author.node("node 210")
    author.page.goto(f"{author.url}#node/n210")
    expect(node).to_be_in_viewport()
    author.page.wait_for_timeout(500)
    yield "life size", author.middle(node.locator(".node-label"))
    for _ in range(6):
        author.page.get_by_role("button", name="Zoom out").click()
        author.page.wait_for_timeout(300)
    expect(author.page.locator("canvas.overview")).to_be_visible()
    box = author.page.locator(".canvas-flow").bounding_box()
    assert box
    zoom = author.page.evaluate(
        "new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a"
    )
    view = author.page.evaluate(
        "(() => { const m = new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform); return [m.e, m.f]; })()"
    )
    x, y = 120 + 200 * (210 % 50), 60 + 60 * (210 // 50)
    yield "overview", (box["x"] + view[0] + x * zoom, box["y"] + view[1] + y * zoom)


def test_dragging_costs_little_in_both_zooms(openers: Opener, server: Server) -> None:
    server.deploy(grid(1000))
    author = openers(server)
    for name, place in places(author):
        cost = cost_of_a_drag(author, place)
        say(f"drag, {name}", cost, "ms a frame")
        expect(author.page.locator(".deploy")).to_be_visible()
        assert cost < DRAG
        author.press("Control+z")


def test_the_first_load_is_small(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, opened=False)
    sizes: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if response.request.resource_type in ("document", "script", "stylesheet"):
            sizes[response.url] = len(gzip.compress(response.body(), 9))

    author.page.on("response", weigh)
    author.open()
    author.page.wait_for_load_state("networkidle")
    before = author.page.evaluate(NEEDED_FIRST)
    first = {url: size for url, size in sizes.items() if url in before}
    say("first load", sum(first.values()) / 1000, "kB gzip")
    say("with what is fetched ahead", sum(sizes.values()) / 1000, "kB gzip")
    assert len(first) > 2
    assert sum(first.values()) < FIRST_LOAD, first
    # What is opened most is here before it is asked for; what is large and seldom wanted is not.
    ahead = " ".join(sizes.keys() - first.keys())
    assert all(name in ahead for name in ("Trays", "CommandBox", "PanelContent"))
    assert not any(name in " ".join(sizes) for name in ("elk", "codemirror", "jsonata"))


def test_a_part_that_does_not_come_is_said_and_the_page_can_be_loaded_anew(
    openers: Opener, server: Server
) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, opened=False, expected="ERR_FAILED|Failed to fetch|Unable to preload")
    author.page.route(re.compile("/assets/(Trays|CommandBox)-"), lambda route: route.abort())
    author.open()
    author.page.wait_for_load_state("networkidle")
    author.press("Control+k")
    news = author.page.locator(".news.error")
    expect(news).to_contain_text("could not be loaded")
    author.select("press")  # nothing lies over the canvas
    expect(author.page.locator(".node.sel")).to_have_count(1)
    author.page.unroute_all()
    with author.page.expect_navigation():
        news.get_by_role("button", name="Load anew").click()
    author.page.locator(".palette .chip").first.wait_for()
    author.press("Control+k")
    expect(author.page.locator("dialog.command input")).to_be_focused()
    author.page.keyboard.press("Escape")
    author.edit("press").cancel()
