import { readFileSync } from "node:fs";
import { act as flush } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { indexOf } from "../../src/document/index";
import { currentDoc, useDocument } from "../../src/document/store";
import Trays from "../../src/shell/Trays";
import { openTray, useUi } from "../../src/shell/ui";
import { setCatalogue } from "../../src/shell/words";
import { sampleDoc } from "../flows";
import { useTypes } from "../types";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
HTMLElement.prototype.scrollIntoView ??= () => undefined;

const FORMS: Record<string, string> = {
  switch: `<div class="row"><label for="f-name">Name</label><div><input id="f-name" name="name"></div></div>
    <fe-list name="rules" counts="outputs"><template><select name="t"><option value="eq"><option value="else"></select></template></fe-list>`,
  "mqtt out": `<fe-config name="broker" type="mqtt-broker" required></fe-config>`,
  "mqtt-broker": `<input name="broker" required><fe-secret name="password"></fe-secret>`,
  "link out": `<fe-nodes name="links" types="link in" everywhere></fe-nodes>`,
};

let root: Root;
const page = () => document.body;
const settle = () => flush(async () => void (await new Promise((done) => setTimeout(done, 5))));
const click = (text: string) => flush(async () => [...page().querySelectorAll<HTMLElement>(".tray:not([inert]) button")].find((button) => button.textContent!.startsWith(text))!.click());
async function open(...request: Parameters<typeof openTray>) {
  await flush(async () => openTray(...request));
  await settle();
}
function type(selector: string, value: string) {
  const input = page().querySelector<HTMLInputElement>(selector)!;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

beforeAll(() => setCatalogue("en-US", JSON.parse(readFileSync("../locales/en-US/editor.json", "utf8"))));
beforeEach(async () => {
  useTypes();
  useDocument.getState().open(sampleDoc(), "1");
  useUi.setState({ trays: [], dialog: null });
  vi.stubGlobal("fetch", vi.fn(async (url: string) => {
    const [, name] = /types\/([^/]+)\/form/.exec(url) ?? [];
    if (url.includes("credentials")) return new Response('{"has_password":true}');
    return name && FORMS[decodeURIComponent(name)] ? new Response(FORMS[decodeURIComponent(name)]) : new Response("", { status: 404 });
  }));
  const home = document.createElement("div");
  document.body.replaceChildren(home);
  root = createRoot(home);
  await flush(async () => root.render(<Trays />));
});
afterEach(async () => {
  await flush(async () => root.unmount());
  vi.unstubAllGlobals();
});

test("a node is edited in one step; cancelling changes nothing", async () => {
  await open({ kind: "node", id: "b" });
  type("[name=name]", "renamed");
  await click("Cancel");
  expect(currentDoc().entries.b!.name).toBe("b");
  await open({ kind: "node", id: "b" });
  type("[name=name]", "renamed");
  await click("Done");
  expect(currentDoc().entries.b!.name).toBe("renamed");
  expect(useDocument.getState().past).toHaveLength(1);
  expect(useUi.getState().trays).toHaveLength(0);
});

test("an opened form that was only looked at is no change", async () => {
  await open({ kind: "node", id: "d" });
  await click("Done");
  expect(useDocument.getState().past).toHaveLength(0);
});

test("removing the first rule of a switch takes that output's wires and moves the others up", async () => {
  await flush(async () => void useDocument.getState().act("edit", (draft) => { draft.entries.b!.rules = [{ t: "eq" }, { t: "else" }]; }));
  await open({ kind: "node", id: "b" });
  await flush(async () => page().querySelector<HTMLElement>(".lst-row .ib")!.click());
  await click("Done");
  expect(currentDoc().entries.b).toMatchObject({ rules: [{ t: "else" }], outputs: 1, wires: [["j"]] });
});

test("a config node is made from the form that needs it, and its id taken", async () => {
  await open({ kind: "node", id: "d" });
  const select = page().querySelector<HTMLSelectElement>("fe-config select")!;
  await flush(async () => {
    select.value = "+";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await settle();
  expect(page().querySelectorAll(".tray")).toHaveLength(2);
  type(".tray:not([inert]) [name=broker]", "mqtt.example");
  await flush(async () => page().querySelector<HTMLElement>(".tray:not([inert]) fe-secret button")!.click());
  type(".tray:not([inert]) fe-secret input", "pass");
  await click("Add");
  await settle();
  await click("Done");
  const made = currentDoc().entries[String(currentDoc().entries.d!.broker)]!;
  expect(made).toMatchObject({ type: "mqtt-broker", broker: "mqtt.example", port: 1883 });
  expect(made.id).not.toBe("cfg");
  expect(currentDoc().secrets[made.id]).toEqual({ password: "pass" });
  expect(indexOf(currentDoc()).users(made.id).map((entry) => entry.id)).toEqual(["d"]);
});

test("what has been typed outlives types that are read anew; a form without changes shows them", async () => {
  const fetched = () => vi.mocked(fetch).mock.calls.filter(([url]) => String(url).includes("/form")).length;
  await open({ kind: "node", id: "b" });
  await flush(async () => useTypes());
  await settle();
  expect(fetched()).toBe(2);
  type("[name=name]", "typed");
  await flush(async () => useTypes());
  await settle();
  expect(fetched()).toBe(2);
  await click("Done");
  expect(currentDoc().entries.b!.name).toBe("typed");
});

test("a config node that is deleted from the form that uses it is chosen no more", async () => {
  await open({ kind: "node", id: "d" });
  const select = page().querySelector<HTMLSelectElement>("fe-config select")!;
  expect(select.value).toBe("cfg");
  await flush(async () => page().querySelector<HTMLElement>("fe-config .ib")!.click());
  await settle();
  await click("Delete");
  const { dialog } = useUi.getState();
  await flush(async () => dialog?.kind === "confirm" && dialog.proceed());
  expect([currentDoc().entries.cfg, select.value]).toEqual([undefined, ""]);
  await click("Done");
  expect(currentDoc().entries.d!.broker).toBe("");
});

test("a type nobody knows shows its keys and keeps what is not touched", async () => {
  const before = currentDoc().entries.e!;
  await open({ kind: "node", id: "e" });
  expect([...page().querySelectorAll("[name]")].map((field) => field.getAttribute("name"))).toEqual(["name", "options"]);
  type("[name=name]", "new");
  await click("Done");
  expect(currentDoc().entries.e).toEqual({ ...before, name: "new" });
});

test("a flow's properties and variables", async () => {
  await open({ kind: "flow", id: "tab1" });
  type("[name=label]", "Main");
  await flush(async () => page().querySelector<HTMLElement>(".lst-add")!.click());
  type(".env-name", "KEY");
  type("fe-typed-input input", "value");
  await click("Done");
  expect(currentDoc().entries.tab1).toMatchObject({ label: "Main", env: [{ name: "KEY", value: "value", type: "str" }], zebra: { kept: [1, { deep: null }] } });
  expect("locked" in currentDoc().entries.tab1!).toBe(false);
});

test("disabling in the tray is part of the same step", async () => {
  await open({ kind: "node", id: "b" });
  await flush(async () => page().querySelector<HTMLInputElement>(".tray-b [role=switch]")!.click());
  await click("Done");
  expect(currentDoc().entries.b!.d).toBe(true);
});
