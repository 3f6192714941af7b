"""How much the page may cost: to load, to show a large flow, to drag in it. Figures are printed with `-s`."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

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
    say("first load", sum(sizes.values()) / 1000, "kB gzip")
    assert sum(sizes.values()) < FIRST_LOAD, sizes
