"""Which requests a proxy gets."""

from __future__ import annotations

from typing import Any

import pytest
from flowengine.nodes.network.proxies import proxy_for

from .flows import config, flow


@pytest.mark.parametrize(
    ("url", "env", "proxy"),
    [
        ("http://a.example/", {"http_proxy": "http://p:1"}, "http://p:1"),
        ("http://a.example/", {"HTTP_PROXY": "http://p:1"}, "http://p:1"),
        ("https://a.example/", {"http_proxy": "http://p:1"}, ""),
        ("https://a.example/", {"https_proxy": "p:1"}, "https://p:1"),
        ("wss://a.example/", {"all_proxy": "http://p:1"}, "http://p:1"),
        ("http://a.example/", {"http_proxy": "http://p:1", "no_proxy": "*"}, ""),
        ("http://a.example/", {"http_proxy": "http://p:1", "no_proxy": "b.example, a.example"}, ""),
        ("http://x.a.example/", {"http_proxy": "http://p:1", "no_proxy": "a.example"}, "http://p:1"),
        ("http://x.a.example/", {"http_proxy": "http://p:1", "no_proxy": ".a.example"}, ""),
        ("http://x.a.example/", {"http_proxy": "http://p:1", "no_proxy": "*a.example"}, ""),
        ("http://a.example:81/", {"http_proxy": "http://p:1", "no_proxy": "a.example:80"}, "http://p:1"),
        ("http://a.example/", {"http_proxy": "http://p:1", "no_proxy": "a.example:80"}, ""),
        ("no address", {"http_proxy": "http://p:1"}, ""),
    ],
)
def test_the_environment_names_a_proxy(url: str, env: dict[str, str], proxy: str):
    assert proxy_for(url, env) == proxy


@pytest.mark.parametrize("noproxy", [["a.example"], "a.example,b.example", None, []])
async def test_a_node_names_hosts_that_are_spared(noproxy: Any):
    async with flow(config("p", "http proxy", url="http://p:1", noproxy=noproxy)) as harness:
        proxy = harness.engine.nodes["p"]
        assert proxy.proxy_for("http://a.example/") == ("" if noproxy else "http://p:1")
        assert proxy.proxy_for("https://c.example/") == "http://p:1"
        assert proxy.account is None


async def test_its_account_is_its_secret():
    secrets = {"p": {"username": "ann", "password": "s3cret"}}
    async with flow(config("p", "http proxy", url="http://p:1"), credentials=secrets) as harness:
        assert harness.engine.nodes["p"].account == ("ann", "s3cret")
