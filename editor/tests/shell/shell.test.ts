import { readFileSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { update } from "../../src/document/actions/nodes";
import { load, save } from "../../src/document/flow";
import { mergeDocuments } from "../../src/document/merge";
import { useSelection } from "../../src/document/selection";
import { act, changesOf, currentDoc, useDocument } from "../../src/document/store";
import { loadActions, run } from "../../src/shell/actions";
import { deploy, hearDeploy, open } from "../../src/shell/deploy";
import { display, handleKey, keysOf, nameOf } from "../../src/shell/keys";
import { paletteGroups } from "../../src/shell/palette";
import { find } from "../../src/shell/search";
import { useUi } from "../../src/shell/ui";
import { bytesOf, copied, preview, seen } from "../../src/shell/seenValue";
import { join } from "../../src/shell/ValueTree";
import { has, setCatalogue, statusText, t } from "../../src/shell/words";
import { useRegistry } from "../../src/server/registry";
import { node, sampleDoc } from "../flows";
import { useTypes } from "../types";

beforeAll(loadActions);
beforeAll(() => setCatalogue("en-US", JSON.parse(readFileSync("../locales/en-US/editor.json", "utf8"))));
beforeEach(() => {
  useTypes();
  useDocument.getState().open(sampleDoc(), "1");
  useSelection.setState({ flow: "tab1", nodes: new Set(), wires: new Set(), hidden: new Set() });
  useUi.setState({ dialog: null, trays: [], command: null, panel: null });
});
afterEach(() => vi.unstubAllGlobals());

describe("words", () => {
  test("plurals and placeholders", () => {
    expect([t("top.changes", { count: 1 }), t("top.changes", { count: 3 })]).toEqual(["1 change is not deployed", "3 changes are not deployed"]);
    expect(t("notify.deployFailed", { reason: "<b>" })).toBe("Deploying failed: <b>");
  });

  test("plurals are those of the language, a placeholder without a value stays", () => {
    const words = { news: { one_one: "{count} Datei", one_other: "{count} Dateien", plain: "{who}: {what} {$t(news.plain)}" } };
    setCatalogue("de", words);
    expect([0, 1, 2].map((count) => t("news.one", { count }))).toEqual(["0 Dateien", "1 Datei", "2 Dateien"]);
    expect(t("news.plain", { who: "$t(news.one)" })).toBe("$t(news.one): {what} {$t(news.plain)}");
    expect([has("news.plain"), has("news.none"), t("news.none")]).toEqual([true, false, "news.none"]);
    setCatalogue("ja", { files_other: "{count}件" });
    expect(t("files", { count: 1 })).toBe("1件");
    setCatalogue("en-US", JSON.parse(readFileSync("../locales/en-US/editor.json", "utf8")));
  });

  test("Node-RED's status keys are said in our words, other texts as they are", () => {
    expect(statusText("node-red:common.status.connected")).toBe("connected");
    expect(statusText("OpenaiApi.status.requesting")).toBe("requesting");
    expect(statusText("3 of 4: done")).toBe("3 of 4: done");
    expect(statusText(7)).toBe("7");
  });
});

describe("keys", () => {
  const press = (key: string, modifiers: Partial<KeyboardEventInit> = {}, active = true) => {
    const event = new KeyboardEvent("keydown", { key, code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key, cancelable: true, bubbles: true, ...modifiers });
    Object.defineProperty(event, "target", { value: document.body });
    handleKey(event, active);
    return event;
  };

  test("a key has one name, whatever the layout does with Alt", () => {
    expect(nameOf(new KeyboardEvent("keydown", { key: "ArrowUp", ctrlKey: true, shiftKey: true }))).toBe("ctrl-shift-up");
    expect(nameOf(new KeyboardEvent("keydown", { key: "å", code: "KeyA", altKey: true }))).toBe("alt-a");
    expect(nameOf(new KeyboardEvent("keydown", { key: "+", shiftKey: true, ctrlKey: true }))).toBe("ctrl-+");
    expect(nameOf(new KeyboardEvent("keydown", { key: "?", shiftKey: true }))).toBe("?");
    expect(nameOf(new KeyboardEvent("keydown", { key: "p", metaKey: true, shiftKey: true }))).toBe("ctrl-shift-p");
  });

  test("a key acts, a chord needs both, and the canvas's keys rest while something else is open", () => {
    press("a", { ctrlKey: true });
    expect(useSelection.getState().nodes.size).toBeGreaterThan(3);
    press("Escape");
    expect(useSelection.getState().nodes.size).toBe(0);
    press("g", { ctrlKey: true });
    expect(useUi.getState().panel).toBeNull();
    press("d");
    expect(useUi.getState().panel).toBe("debug");
    press("a", { ctrlKey: true }, false);
    expect(useSelection.getState().nodes.size).toBe(0);
    useSelection.getState().select(["b"]);
    press("s", { altKey: true });
    press("u", { altKey: true });
    expect([...useSelection.getState().nodes].sort()).toEqual(["a", "b"]);
  });

  test("an action tells its keys", () => {
    expect(keysOf("undo")).toBe("ctrl-z");
    expect(display("ctrl-g d")).toEqual(["Ctrl", "G", "D"]);
    expect(display("ctrl--")).toEqual(["Ctrl", "−"]);
  });
});

describe("search", () => {
  const names = (query: string) => find(currentDoc(), query).map((hit) => (hit.kind === "entry" ? hit.entry.id : hit.kind === "action" ? `>${hit.action}` : hit.filter));

  test("names come before types before anything else an entry holds", () => {
    expect(names("broker")).toEqual(["cfg"]);
    expect(names("mqtt")).toEqual(["d", "cfg"]);
    expect(names("localhost")).toEqual(["cfg"]);
    expect(names("never-heard")[0]).toBe("e");
  });

  test("filters narrow, and combine with text", () => {
    act("edit", update("d", { broker: "" }));
    expect(names("is:config")).toEqual(["cfg"]);
    expect(names("is:invalid")).toEqual(["d"]);
    expect(names("is:unknown")).toEqual(["e"]);
    expect(names("is:unused")).toEqual(["cfg"]);
    expect(names("is:changed")).toEqual(["d"]);
    expect(names("flow:")).toEqual(["tab1", "tab2", "sub"]);
    expect(names("is:changed zzz")).toEqual([]);
  });

  test("> asks for commands", () => {
    expect(names(">zoom fit")).toEqual([">zoom-fit"]);
    expect(names(">undo")).toEqual([]); // nothing to undo
  });
});

describe("palette", () => {
  const groups = (filter = "") => Object.fromEntries(paletteGroups(currentDoc(), useRegistry.getState().types, filter).map((group) => [group.label, group.items.map((item) => item.type)]));

  test("types by category in the usual order, subflows among them, config types not", () => {
    expect(Object.keys(groups())).toEqual(["AI", "Subflows", "Common", "Function", "Network", "weather"]);
    expect(groups().Subflows).toEqual(["subflow:sub"]);
    expect(Object.values(groups()).flat()).not.toContain("mqtt-broker");
  });

  test("filtering looks at names", () => expect(groups("mqtt")).toEqual({ Network: ["mqtt out"] }));
});

describe("values", () => {
  test("paths are as one writes them", () => {
    expect([join("msg", "payload", false), join("msg.a", "0", true), join("msg", "x y", false), join("", "k", false)]).toEqual(["msg.payload", "msg.a[0]", 'msg["x y"]', "k"]);
  });
  test("buffers come as digits or numbers", () => {
    expect(bytesOf({ type: "Buffer", hex: "0aff" })).toEqual([10, 255]);
    expect(bytesOf({ type: "Buffer", data: [1] })).toEqual([1]);
    expect(bytesOf({ data: [1] })).toBeNull();
  });
  const wrapped = (type: string, data?: unknown, length?: number) => ({ __enc__: true, type, data, length });
  test.each([[null, "null"], [NaN, "NaN"], [wrapped("number", "-Infinity"), "-Infinity"], [wrapped("bigint", "123"), "123n"], [wrapped("regexp", "/a/g"), "/a/g"], [wrapped("undefined"), "undefined"], [wrapped("function"), "function"]])(
    "%j is one word: %s", (value, text) => expect(seen(value)).toMatchObject({ kind: "leaf", text }));
  test("what the server wrapped is read through", () => {
    expect(seen(wrapped("array", [1, 2], 1500))).toEqual({ kind: "array", parts: [1, 2], length: 1500 });
    expect(seen(wrapped("error", { name: "TypeError", message: "bad" }))).toMatchObject({ kind: "error", text: "TypeError: bad" });
    expect(seen({ type: "Buffer", data: [1, 2], __enc__: true, length: 9 })).toEqual({ kind: "bytes", bytes: [1, 2], length: 9 });
    expect(seen({ type: "error", data: 1 })).toMatchObject({ kind: "object", length: 2 });
  });
  test("a copy has what the flow had, not the wrapping", () => {
    expect(JSON.parse(copied({ list: wrapped("array", [wrapped("bigint", "1")], 9), error: wrapped("error", { message: "m" }), bytes: { type: "Buffer", hex: "0a" } })))
      .toEqual({ list: ["1n"], error: { message: "m" }, bytes: { type: "Buffer", data: [10] } });
    expect([copied("a\nb"), copied(undefined), copied(NaN), copied(wrapped("number", "NaN"))]).toEqual(["a\nb", "undefined", "NaN", "NaN"]);
  });
  test("a line shows the beginning, and only that is read", () => {
    const long = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`key${at}`, at]));
    Object.defineProperty(long, "key99", { enumerable: true, get: () => { throw new Error("read"); } });
    expect(preview(long)).toMatch(/^\{"key0":0,"key1":1,.{30,}…$/);
    expect(preview({ a: [1, "x"], b: wrapped("undefined"), c: {} })).toBe('{"a":[1,"x"],"b":undefined,"c":{}}');
  });
});

describe("deploy", () => {
  const server = (...answers: [number, unknown][]) => {
    const list = [...answers];
    vi.stubGlobal("fetch", vi.fn(async () => { const [status, body] = list.shift()!; return new Response(JSON.stringify(body), { status }); }));
  };
  const sent = (call: number) => JSON.parse(vi.mocked(fetch).mock.calls[call]![1]!.body as string);
  const cleanDoc = () => act("edit", (draft) => { delete draft.entries.e; draft.order = draft.order.filter((id) => id !== "e"); draft.entries.i!.wires = [[]]; });

  test("what is not complete is shown first, and can be deployed anyway", async () => {
    server([200, { rev: "2" }]);
    await deploy("full");
    const { dialog } = useUi.getState();
    expect(dialog!.kind).toBe("deploy-problems");
    expect(fetch).not.toHaveBeenCalled();
    (dialog as { proceed: () => void }).proceed();
    await vi.waitFor(() => expect(useDocument.getState().rev).toBe("2"));
  });

  test("flows go out with the revision and their new credentials, then nothing is changed", async () => {
    cleanDoc();
    useDocument.setState(({ doc }) => ({ doc: { ...doc, secrets: { cfg: { password: "s" } } } }));
    server([200, { rev: "2" }]);
    await deploy("nodes");
    expect(sent(0).rev).toBe("1");
    expect(sent(0).flows.find((entry: { id: string }) => entry.id === "cfg").credentials).toEqual({ password: "s" });
    expect(changesOf(useDocument.getState()).count).toBe(0);
    expect(run("undo")).toBe(true);
    expect(changesOf(useDocument.getState()).count).toBeGreaterThan(0);
  });

  test("when somebody was faster, merging takes theirs, keeps mine, and is one step", async () => {
    cleanDoc();
    act("edit", update("a", { name: "mine" }));
    const theirs = save(sampleDoc()).map((entry) => (entry.id === "b" ? { ...entry, name: "theirs" } : entry));
    server([409, { code: "version_mismatch" }], [200, { flows: theirs, rev: "9" }], [200, [{ id: 4, rev: "9", user: "ann" }]]);
    await deploy("full");
    const { dialog } = useUi.getState();
    expect(dialog).toMatchObject({ kind: "conflict", by: { user: "ann" }, theirs: { entries: { b: { name: "theirs" } } } });
    (dialog as { proceed: (how: string) => void }).proceed("merge");
    expect(currentDoc().entries).toMatchObject({ a: { name: "mine" }, b: { name: "theirs" } });
    expect(useDocument.getState().rev).toBe("9");
    expect([...changesOf(useDocument.getState()).nodes.keys()]).toEqual(["a", "i"]);
  });

  test("taking theirs can be undone: what was mine comes back", async () => {
    cleanDoc();
    act("edit", update("a", { name: "mine" }));
    useDocument.setState(({ doc }) => ({ doc: { ...doc, secrets: { cfg: { password: "mine" } } } }));
    const mine = currentDoc();
    const theirs = save(sampleDoc()).map((entry) => (entry.id === "a" ? { ...entry, name: "theirs" } : entry));
    server([409, { code: "version_mismatch" }], [200, { flows: theirs, rev: "9" }], [404, {}]);
    await deploy("full");
    (useUi.getState().dialog as unknown as { proceed: (how: string) => void }).proceed("reload");
    expect(save(currentDoc())).toEqual(theirs);
    expect([useDocument.getState().rev, changesOf(useDocument.getState()).count, currentDoc().secrets]).toEqual(["9", 0, {}]);
    useDocument.getState().undo();
    expect(save(currentDoc())).toEqual(save(mine));
  });

  test("a restart sends nothing and what is changed stays changed", async () => {
    act("edit", update("a", { name: "mine" }));
    const before = changesOf(useDocument.getState()).count;
    server([200, { rev: "1" }]);
    await deploy("reload");
    expect(sent(0).flows).toEqual([]);
    expect(changesOf(useDocument.getState()).count).toBe(before);
  });

  test("secrets typed while a deploy is under way wait for the next one", async () => {
    cleanDoc();
    useDocument.setState(({ doc }) => ({ doc: { ...doc, secrets: { cfg: { password: "sent" } } } }));
    vi.stubGlobal("fetch", vi.fn(async () => {
      useDocument.setState(({ doc }) => ({ doc: { ...doc, secrets: { ...doc.secrets, a: { key: "later" } } } }));
      return new Response(JSON.stringify({ rev: "2" }));
    }));
    await deploy("nodes");
    expect(currentDoc().secrets).toEqual({ a: { key: "later" } });
  });

  test("a server without flows is shown with one, the same at every visit until it is deployed", async () => {
    open(load([]), "0");
    const [first] = currentDoc().order;
    expect(useSelection.getState().flow).toBe(first);
    expect(changesOf(useDocument.getState()).count).toBe(0);
    open(load([]), "0");
    expect(currentDoc().order).toEqual([first]);
    act("add", (draft) => { draft.order.push("n"); draft.entries.n = { ...node("n"), z: first }; });
    server([409, {}], [200, { flows: [{ id: "tab9", type: "tab" }], rev: "3" }], [404, {}], [200, { rev: "4" }]);
    await deploy("full");
    (useUi.getState().dialog as { proceed: (how: string) => void }).proceed("merge");
    expect(currentDoc().order).toEqual(["tab9", first, "n"]);
    await deploy("full");
    open(load([]), "5");
    expect(currentDoc().order).not.toContain(first);
  });

  test("another's deploy is taken when nothing is changed here, otherwise only told", async () => {
    server([200, { flows: [{ id: "tab9", type: "tab" }, node("x")], rev: "5" }]);
    await hearDeploy("5");
    expect(currentDoc().order).toEqual(["tab9", "x"]);
    act("edit", update("x", { name: "mine" }));
    await hearDeploy("6");
    expect(fetch).toHaveBeenCalledOnce();
    expect(currentDoc().entries.x!.name).toBe("mine");
  });
});

test("a merge keeps mine where both changed and says so; additions of both sides stay", () => {
  const base = sampleDoc();
  const withEntry = (id: string, name: string) => ({ ...base, order: [...base.order, id], entries: { ...base.entries, [id]: node(id), a: { ...base.entries.a!, name } } });
  const { doc, conflicts, taken } = mergeDocuments(base, withEntry("m", "mine"), withEntry("t", "theirs"));
  expect(conflicts).toEqual(["a"]);
  expect(taken).toEqual(["t"]);
  expect(doc.entries.a!.name).toBe("mine");
  expect(doc.order.slice(-2)).toEqual(["t", "m"]);
});
