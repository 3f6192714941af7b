import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readFlows, writeFlows } from "../../src/server/admin";
import { readForm } from "../../src/server/api";
import { Comms, commsAddress, type Connection } from "../../src/server/comms";
import { address, keepToken, ServerError, whenLoginNeeded } from "../../src/server/http";
import { decode, dismiss, heard, notify, useRuntime } from "../../src/server/runtime";

const answer = (body: unknown, status = 200) => new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
const asked = () => vi.mocked(fetch).mock.calls.map(([url, init]) => [url, init?.method ?? "GET", Object.fromEntries(new Headers(init?.headers))] as const);

beforeEach(() => vi.stubGlobal("fetch", vi.fn()));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  keepToken(null);
});

test("addresses are relative and escaped", () => {
  expect(address(["api", "types", "http in", "form"], { lang: "de", method: undefined })).toBe("./api/types/http%20in/form?lang=de");
});

test("flows are read and written in version 2, with revision, kind and token", async () => {
  vi.mocked(fetch).mockImplementation(async () => answer({ flows: [], rev: "1" }));
  keepToken("secret");
  await readFlows();
  await writeFlows([], "1", "nodes");
  expect(asked()).toEqual([
    ["./flows", "GET", { accept: "application/json", authorization: "Bearer secret", "node-red-api-version": "v2" }],
    ["./flows", "POST", { authorization: "Bearer secret", "content-type": "application/json", "node-red-api-version": "v2", "node-red-deployment-type": "nodes" }],
  ]);
  expect(vi.mocked(fetch).mock.calls[1]![1]!.body).toBe('{"flows":[],"rev":"1"}');
});

test("an error says what the server said; 401 asks for a login", async () => {
  const login = vi.fn();
  whenLoginNeeded(login);
  vi.mocked(fetch).mockResolvedValueOnce(answer({ code: "x", message: "no such type" }, 404));
  await expect(readForm("x", "en")).rejects.toMatchObject({ status: 404, message: "no such type" });
  vi.mocked(fetch).mockResolvedValueOnce(answer("", 401));
  await expect(readFlows()).rejects.toThrow(ServerError);
  expect(login).toHaveBeenCalledOnce();
});

class FakeSocket {
  static all: FakeSocket[] = [];
  sent: unknown[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.onclose?.();
  }
}

test("the websocket subscribes, unpacks batches and comes back ever more slowly", () => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all = [];
  const messages: unknown[] = [];
  const states: Connection[] = [];
  const comms = new Comms("ws://x/comms", (topic, data) => messages.push([topic, data]), (state) => states.push(state));
  comms.open();
  const [socket] = FakeSocket.all;
  socket!.onopen!();
  expect(socket!.sent).toContainEqual({ subscribe: "status/#" });
  socket!.onmessage!({ data: JSON.stringify([{ topic: "status/a", data: { text: "x" } }, { topic: "hb", data: 1 }, { topic: "debug", data: { id: "d" } }]) });
  socket!.onmessage!({ data: JSON.stringify({ topic: "status/b", data: {} }) });
  expect(messages).toEqual([["status/a", { text: "x" }], ["debug", { id: "d" }], ["status/b", {}]]);
  socket!.onclose!();
  vi.advanceTimersByTime(500);
  expect(FakeSocket.all).toHaveLength(2);
  FakeSocket.all[1]!.onclose!();
  vi.advanceTimersByTime(900);
  expect(FakeSocket.all).toHaveLength(2);
  vi.advanceTimersByTime(100);
  FakeSocket.all[2]!.onopen!();
  expect(states).toEqual(["connecting", "connected", "lost", "lost", "lost", "lost", "connected"]);
  comms.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(3);
});

test("with a token it says so first", () => {
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all = [];
  keepToken("secret");
  const comms = new Comms("ws://x", () => undefined, () => undefined);
  comms.open();
  FakeSocket.all[0]!.onopen!();
  expect(FakeSocket.all[0]!.sent).toEqual([{ auth: "secret" }]);
  FakeSocket.all[0]!.onmessage!({ data: '{"auth":"ok"}' });
  expect(FakeSocket.all[0]!.sent.slice(1)).toContainEqual({ subscribe: "status/#" });
  comms.close();
});

test("the websocket's address follows the page", () => {
  expect(commsAddress("https://h:1/admin/?x#y")).toBe("wss://h:1/admin/comms");
});

test("a status is kept until it is empty", () => {
  heard("status/n", { fill: "red", shape: "ring", text: "bad" });
  expect(useRuntime.getState().statuses.n).toEqual({ fill: "red", shape: "ring", text: "bad" });
  heard("status/n", {});
  expect("n" in useRuntime.getState().statuses).toBe(false);
});

test("streamed text goes onto one tape until it is done; the next begins anew", () => {
  heard("live/n", { text: "Hel" });
  heard("live/n", { text: "lo", tokens: 2 });
  expect(useRuntime.getState().live.n).toMatchObject({ text: "Hello", tokens: 2, done: false });
  heard("live/n", { done: true });
  heard("live/n", { text: "x" });
  expect(useRuntime.getState().live.n).toMatchObject({ text: "x", done: false });
});

test("debug messages are decoded, counted when they are errors, and left out while paused", () => {
  useRuntime.setState({ debug: [], unseenErrors: 0 });
  heard("debug", { id: "d", format: "Object", msg: '{"a":1}' });
  heard("debug", { id: "d", format: "error", level: 20, msg: "bad" });
  useRuntime.setState({ debugPaused: true });
  heard("debug", { id: "d", format: "string[1]", msg: "x" });
  useRuntime.setState({ debugPaused: false });
  expect(useRuntime.getState().debug.map((one) => one.value)).toEqual([{ a: 1 }, "bad"]);
  expect(useRuntime.getState().unseenErrors).toBe(1);
});

test.each([["number", "12", 12], ["boolean", "true", true], ["undefined", "(undefined)", undefined], ["string[2]", "12", "12"], ["array[2]", "[1,2]", [1, 2]], ["null", "(undefined)", null], ["number", "NaN", NaN], ["number", "-Infinity", -Infinity], ["buffer[2000]", "0a0b", { type: "Buffer", hex: "0a0b", length: 2000 }], ["Object", "not json", "not json"]])(
  "%s %s is decoded", (format, msg, value) => expect(decode({ format, msg })).toEqual(value));

test("news need no secure page", () => {
  vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.fill(1) });
  useRuntime.setState({ notifications: [] });
  notify("error", "bad");
  expect(useRuntime.getState().notifications.map(({ text }) => text)).toEqual(["bad"]);
});

test("news of the same kind replace each other and leave a line in the log", () => {
  vi.useFakeTimers();
  useRuntime.setState({ notifications: [], events: [] });
  notify("success", "one", { id: "deploy" });
  notify("success", "two", { id: "deploy" });
  expect(useRuntime.getState().notifications.map((one) => one.text)).toEqual(["two"]);
  vi.advanceTimersByTime(5000);
  expect(useRuntime.getState().notifications).toEqual([]);
  const id = notify("error", "stays");
  vi.advanceTimersByTime(60_000);
  expect(useRuntime.getState().notifications).toHaveLength(1);
  dismiss(id);
  expect(useRuntime.getState().events.map((one) => one.text)).toEqual(["one", "two", "stays"]);
});
