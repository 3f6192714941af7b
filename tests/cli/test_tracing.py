"""``flowengine run --trace``: what goes to the terminal, what is said where it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

from ..engine.flows import node, tab
from .test_run import call, write

SECRET = "pass-4711-word"


def flow(url: str) -> list[dict[str, object]]:
    return [
        tab(),
        node("in", "inject", ["ask"], name="go", props=[]),
        node("ask", "http request", url=url, name="ask", authType="basic"),
    ]


async def test_spans_are_printed(tmp_path: Path) -> None:
    file = write(tmp_path, flow("http://127.0.0.1:1/"))
    credentials = tmp_path / "flow_cred.json"
    credentials.write_text(json.dumps({"ask": {"user": "me", "password": SECRET}}))
    done = await call(
        "run", file, "--trace", "console", "--until-idle", "--inject", "go", "--credentials", str(credentials),
        env={"OTEL_SERVICE_NAME": "night-shift"},
    )  # fmt: skip
    assert '"name": "go"' in done.err
    assert '"service.name": "night-shift"' in done.err
    assert '"error.type": "ECONNREFUSED"' in done.err
    assert SECRET not in done.err


async def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    done = await call("run", write(tmp_path, flow("http://127.0.0.1:1/")), "--trace", "collector")
    assert done.status != 0
    assert "no http or https address" in done.err
    assert "Traceback" not in done.err
