import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { logout } from "../../src/server/admin";
import { arrive, leave } from "../../src/server/arrival";
import { keepToken, token } from "../../src/server/http";

const answer = (body: unknown, status = 200) => new Response(body === "" ? "" : JSON.stringify(body), { status });

beforeEach(() => vi.stubGlobal("fetch", vi.fn()));
afterEach(() => {
  vi.unstubAllGlobals();
  keepToken(null);
  sessionStorage.clear();
  location.hash = "";
});

test("a page that nobody has come back to asks for no token", async () => {
  location.hash = "#flow/a";
  expect(await arrive()).toBe(true);
  expect(fetch).not.toHaveBeenCalled();
  expect(location.hash).toBe("#flow/a");
});

test("who comes back from a login elsewhere gets a token and the place that was left", async () => {
  location.hash = "#node/a";
  leave();
  location.hash = "#login";
  vi.mocked(fetch).mockResolvedValueOnce(answer({ access_token: "fresh" }));
  expect(await arrive()).toBe(true);
  expect(vi.mocked(fetch).mock.calls[0]).toMatchObject(["./auth/strategy/token", { method: "POST" }]);
  expect(token()).toBe("fresh");
  expect(location.hash).toBe("#node/a");
});

test("a link to #login logs nobody in, and is not tried again", async () => {
  location.hash = "#login";
  leave();
  vi.mocked(fetch).mockResolvedValueOnce(answer({ message: "no login waits" }, 403));
  expect(await arrive()).toBe(false);
  expect(token()).toBeNull();
  expect(location.hash).toBe("");
});

test("logging out may lead to where the login was", async () => {
  vi.mocked(fetch).mockResolvedValueOnce(answer("")).mockResolvedValueOnce(answer({ redirect: "https://id.example/logout" }));
  expect([await logout("a"), await logout("b")]).toEqual([undefined, "https://id.example/logout"]);
});
