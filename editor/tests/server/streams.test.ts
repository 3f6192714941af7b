import { afterEach, expect, test } from "vitest";
import { clearDebug, connectionChanged, heard, pauseDebug, useRuntime } from "../../src/server/runtime";

const MARK = { id: "m1.1", node: "api", open: true };
const chunk = (text: string) => ({ object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: text } }] });
const shown = (text: string, { stream = MARK, value = chunk(text), ...more }: Record<string, unknown> = {}) =>
  heard("debug", { id: "show", z: "f1", path: "f1", property: "payload", ...(typeof value === "string" ? { format: `string[${value.length}]`, msg: value } : { format: "Object", msg: JSON.stringify(value) }), stream: { text, chunks: 1, ...(stream as object) }, ...more });
const entries = () => useRuntime.getState().debug;

afterEach(() => {
  clearDebug();
  useRuntime.setState({ live: {}, totals: { tokens: 0, costs: {} }, debugPaused: false, connection: "connecting" });
});

test("chunks of a stream are one entry whose text grows", () => {
  for (const text of ["", "Once ", "upon ", "a time"]) shown(text);
  const [entry, ...others] = entries();
  expect(others).toEqual([]);
  expect(entry!.stream).toMatchObject({ text: "Once upon a time", chunks: 4, done: false });
  expect(entry!.value).toEqual(chunk("a time"));
});

test("another debug node, another property and another stream have entries of their own", () => {
  shown("a");
  shown("a", { id: "other" });
  shown("a", { property: "payload.choices[0].delta.content", value: "a" });
  shown("b", { stream: { ...MARK, id: "m2.2" } });
  shown("!");
  expect(entries().map((one) => one.stream!.text)).toEqual(["a!", "a", "a", "b"]);
});

test("messages without a mark stay apart, even of the same node in the middle of a stream", () => {
  shown("a");
  heard("debug", { id: "show", property: "payload", format: "string[5]", msg: "plain" });
  shown("b");
  expect(entries().map((one) => one.stream?.text ?? one.value)).toEqual(["ab", "plain"]);
});

test("a stream is done by its report, and says what it took", () => {
  shown("all");
  heard("live/api", { done: true, seconds: 2, tokens: 30, activity: 1, streams: [{ id: "m1.1", tokens: 20, cost: 0.5, currency: "EUR", seconds: 2 }] });
  expect(entries()[0]!.stream).toMatchObject({ done: true, tokens: 20, cost: 0.5, currency: "EUR", seconds: 2, text: "all" });
});

test("a message that comes after the end joins and leaves it done; the next round of its call goes on", () => {
  shown("a");
  shown("b", { stream: { ...MARK, open: false } });
  expect(entries()[0]!.stream).toMatchObject({ text: "ab", done: true });
  shown("c");
  expect(entries()[0]!.stream).toMatchObject({ text: "abc", done: false });
});

test("several messages may come as one", () => {
  shown("so ");
  shown("it is", { stream: { ...MARK, chunks: 40 } });
  expect(entries()[0]!.stream).toMatchObject({ text: "so it is", chunks: 41 });
});

test("what comes during a pause is there after it", () => {
  shown("a");
  pauseDebug(true);
  shown("b");
  shown("new", { stream: { ...MARK, id: "m2.2" } });
  expect(entries()[0]!.stream!.text).toBe("a");
  pauseDebug(false);
  expect(entries().map((one) => one.stream!.text)).toEqual(["ab"]);
});

test("what is cleared does not come back by the end of a pause", () => {
  shown("a");
  pauseDebug(true);
  shown("b");
  clearDebug();
  pauseDebug(false);
  expect(entries()).toEqual([]);
  shown("c");
  expect(entries()[0]!.stream!.text).toBe("c");
});

test("a lost connection leaves nothing running", () => {
  shown("a");
  heard("live/api", { done: false, text: "a", seconds: 1 });
  heard("live/other", { done: true, tokens: 3 });
  connectionChanged("lost");
  expect(entries()[0]!.stream!.done).toBe(true);
  expect(Object.keys(useRuntime.getState().live)).toEqual(["other"]);
});

test("totals count each token and cent once", () => {
  heard("live/a", { done: false, activity: 1, tokens: 10, cost: 0.25, currency: "USD" });
  heard("live/a", { done: true, activity: 1, tokens: 30, cost: 0.75, currency: "USD" });
  heard("live/a", { done: true, activity: 1, tokens: 30, cost: 0.75, currency: "USD" });
  heard("live/a", { done: true, activity: 2, tokens: 5, cost: 1, currency: "EUR" });
  heard("live/b", { done: true, activity: 3, tokens: 1 });
  expect(useRuntime.getState().totals).toEqual({ tokens: 36, costs: { USD: 0.75, EUR: 1 } });
});

test("five thousand chunks are one entry still", () => {
  for (let at = 0; at < 5000; at++) shown(`w${at} `);
  expect(entries()).toHaveLength(1);
  expect(entries()[0]!.stream!.text).toMatch(/^w0 .*w4999 $/);
});
