"""Public test tools: run a flow in this process, give it messages, see what comes out.

    async with FlowHarness(flow) as running:
        await running.send("n1", {"payload": 1})
        await running.settle(1)
        assert running.received("seen") == [{"payload": 2}]

``flowengine.testing.openai_server`` is a simulator of the OpenAI API.
"""

from .harness import FlowHarness

__all__ = ["FlowHarness"]
