"""The requests of an http request node: what its form, a message and its config nodes make of one."""

from __future__ import annotations

import math
import re
import ssl
from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

from flowengine.errors import NodeError
from flowengine.javascript_values import js_number, js_string
from flowengine.messages import UNDEFINED, Msg, own

from .cookie_jar import CookieJar
from .http_client import Call
from .proxies import proxy_for
from .reply_headers import drop_reply_headers
from .request_body import BodyPlan, add_to_query, plan_body
from .request_cookies import give_cookies
from .request_headers import RequestHeaders, apply_rules, compile_rules
from .urls import Url, parse_url

if TYPE_CHECKING:
    from .http_proxy import HttpProxy
    from .http_request import HttpRequest
    from .tls_config import TlsConfig


class PayloadRefused(Exception):
    """A payload that cannot go into a query."""


class CallMaker:
    """Makes requests for one node."""

    def __init__(self, node: HttpRequest, tls: TlsConfig | None, proxy: HttpProxy | None) -> None:
        config = node.config
        self._node, self._tls, self._proxy = node, tls, proxy
        self._method = (config.method or "GET").upper()
        self._uses_msg_method = config.method == "use"
        self._rules = compile_rules(config.headers, node)
        self._timeout = node.host.settings.http_request_timeout / 1000 or 120.0
        self._to_query = config.paytoqs in (True, "query")
        self._to_body = config.paytoqs == "body"
        self._auth = config.auth_type or "basic"

    def make(self, msg: Msg, text: str) -> Call:
        """Make the request of a message to an address. Raises PayloadRefused, or NodeError."""
        method = self._method
        if msg.get("method"):
            if self._uses_msg_method:
                method = js_string(msg["method"]).upper()
            elif self._node.config.method:
                self._node.warn(self._node.words("errors.no_override"))
        proxy, account = self._proxy_of(text)
        timeout = self._timeout_of(msg)
        headers = self._headers_of(msg)
        url = parse_url(_repair_query(text))
        jar = CookieJar()
        give_cookies(jar, url, headers.pop("cookie"), msg.get("cookies"))
        self._authorize(headers, url)
        plan = plan_body(method, msg.get("payload", UNDEFINED), headers, in_get=self._to_body)
        if method == "GET" and self._to_query and "payload" in msg:
            if not isinstance(msg["payload"], (dict, list, type(None))):
                raise PayloadRefused
            url = add_to_query(url, msg["payload"])
        return Call(
            method=method,
            url=url,
            headers=_finish(headers, plan),
            body=plan.body,
            timeout=timeout,
            follow=bool(msg.get("followRedirects", True)),
            jar=jar,
            proxy=proxy,
            proxy_account=account,
            ssl=self._ssl_of(msg),
            server_name=self._tls.server_name if self._tls else None,
        )

    def _headers_of(self, msg: Msg) -> RequestHeaders:
        headers = RequestHeaders()
        if isinstance(msg.get("headers"), dict):
            for name, value in (drop_reply_headers(own(msg)) or {}).items():
                headers.set(name, value)
        if (trace_headers := self._node.host.trace_headers) is not None:
            for name, value in trace_headers().items():
                headers.set(name, value)
        apply_rules(self._rules, headers, msg)
        return headers

    def _timeout_of(self, msg: Msg) -> float:
        asked = msg.get("requestTimeout", UNDEFINED)
        if asked is UNDEFINED:
            return self._timeout
        number = js_number(asked)
        if math.isnan(number):
            self._node.warn(self._node.words("errors.timeout_isnan"))
        elif number < 1:
            self._node.warn(self._node.words("errors.timeout_isnegative"))
        else:
            return number / 1000
        return self._timeout

    def _proxy_of(self, url: str) -> tuple[str, tuple[str, str] | None]:
        proxy = self._proxy.proxy_for(url) if self._proxy else proxy_for(url, self._node.host.env)
        if not proxy:
            return "", None
        try:
            parsed = parse_url(proxy)
        except NodeError:
            self._node.warn(self._node.words("errors.bad_proxy"))
            return "", None
        account = self._proxy.account if self._proxy else None
        if account is None and (parsed.username or parsed.password):
            account = (parsed.user, parsed.secret)
        return str(parsed.without_user()), account

    def _ssl_of(self, msg: Msg) -> ssl.SSLContext | bool:
        if self._tls is not None:
            return self._tls.tls_context()
        asked = msg.get("rejectUnauthorized", UNDEFINED)
        if asked is UNDEFINED:
            return True
        wanted = {"true": True, "false": False}.get(asked.lower()) if isinstance(asked, str) else asked
        if not isinstance(wanted, bool):
            self._node.warn(self._node.words("errors.rejectunauthorized_invalid"))
            return True
        return True if wanted else _trusting()

    def _authorize(self, headers: RequestHeaders, url: Url) -> None:
        user, password = self.account(url)
        if self._auth == "bearer" and self._node.credential_values:
            headers.set("Authorization", f"Bearer {password}")
        elif url.username or url.password or (self._auth == "basic" and (user or password)):
            headers.set("Authorization", f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}")

    def account(self, url: Url) -> tuple[str, str]:
        """Return user and password for an address; those in the address itself go first."""
        if self._auth != "digest" and (url.username or url.password):
            return url.user, url.secret
        user, password = (
            js_string(self._node.credential_values.get(key) or "") for key in ("user", "password")
        )
        return user or url.user, password or url.secret


def _repair_query(text: str) -> str:
    """Encode percent signs in a query that stand for nothing."""
    place, question, query = text.partition("?")
    return place + question + re.sub("%(?![0-9A-Fa-f]{2})", "%25", query) if query else text


def _finish(headers: RequestHeaders, plan: BodyPlan) -> dict[str, Any]:
    if plan.content_type is not None:
        headers.set("Content-Type", plan.content_type)
    headers.pop("content-length")  # counted anew: what a message brings along may be that of another body
    return headers.lines()


@cache
def _trusting() -> ssl.SSLContext:
    """A context that takes any certificate, as a message may ask for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
