import { beforeEach, expect, test, vi } from "vitest";
import { FormController } from "../../src/forms/controller";
import { defineElements } from "../../src/forms/elements";
import { type FormHost, giveHost } from "../../src/forms/host";
import type { FlowEntry } from "../../src/document/flow";
import { typeOf } from "../../src/server/registry";
import { node } from "../flows";
import { useTypes } from "../types";

defineElements();

const FRAGMENTS: Record<string, string> = {
  create: `<div class="row"><label>model</label><div><input name="defaults.model" required></div></div>
    <div class="row" data-optional="defaults.input"><label>input</label><div><fe-typed-input name="defaults.input" type-name="defaultTypes.input" types="msg,str"></fe-typed-input></div></div>
    <div class="row" data-optional="defaults.temperature"><label>temperature</label><div><input name="defaults.temperature" data-type="number" data-validate="number"></div></div>`,
  remove: `<div class="row"><label>id</label><div><input name="defaults.id"></div></div><div class="row"><label>model</label><div><input name="defaults.model"></div></div>`,
};

let form: HTMLFormElement;
const settle = () => vi.waitFor(() => expect(form.querySelector("#part")!.children.length).toBeGreaterThan(0));

function start(html: string, entry: FlowEntry, credentials: Record<string, string | boolean> = {}, nodes: ReturnType<FormHost["nodes"]> = []) {
  form = document.createElement("form");
  document.body.replaceChildren(form);
  giveHost(form, {
    entry, credentials, configs: () => [], labelOf: () => "", editConfig: () => undefined, testConfig: async () => ({ ok: true, message: "" }), nodes: () => nodes, methodsHere: () => [], paths: async () => [],
    methods: async () => [{ family: "f", label: "F", methods: ["create", "remove"].map((name) => ({ name, label: name, verb: "POST", path: `/${name}` })) }],
  });
  form.innerHTML = html;
  const problems: number[] = [];
  const controller = new FormController({ form, entry, descriptor: typeOf(entry.type), credentials, loadMethod: async (method) => FRAGMENTS[method]!, onChange: (count) => problems.push(count) });
  return { controller, problems };
}

function type(selector: string, value: string) {
  const input = form.querySelector<HTMLInputElement>(selector)!;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

beforeEach(useTypes);

test("a field is shown by its condition and judged only while it is shown", () => {
  const { problems } = start(`<select name="kind"><option value="a"><option value="b"></select><div data-show-if="kind=b"><input name="url" required></div>`, node("h", "http in", { kind: "a", url: "" }));
  expect(form.querySelector<HTMLElement>("[data-show-if]")!.hidden).toBe(true);
  expect(problems.at(-1)).toBe(0);
  type("select", "b");
  expect(form.querySelector<HTMLElement>("[data-show-if]")!.hidden).toBe(false);
  expect(problems.at(-1)).toBe(1);
});

test("what is wrong is said below the field once it was touched", () => {
  start(`<div><input name="port"></div>`, node("c", "mqtt-broker", { port: 1883 }));
  expect(form.querySelector(".hint.err")).toBeNull();
  type("input", "x");
  expect(form.querySelector<HTMLElement>(".hint.err")!.dataset.rule).toBe("integer");
  type("input", "1884");
  expect(form.querySelector(".hint.err")).toBeNull();
});

test("credentials go apart, and only what was typed", () => {
  const { controller } = start(`<input name="broker"><input name="user"><fe-secret name="password"></fe-secret>`, node("c", "mqtt-broker", { broker: "h" }), { user: "joe", has_password: true });
  expect(controller.result()).toMatchObject({ changes: {}, secrets: {} });
  form.querySelector<HTMLElement>("fe-secret button")!.click();
  type("fe-secret input", "new");
  expect(controller.result()).toMatchObject({ changes: {}, secrets: { password: "new" } });
});

const METHOD_FORM = `<fe-methods name="method" into="part"></fe-methods><div id="part"></div>`;
const choose = async (method: string) => {
  await vi.waitFor(() => expect(form.querySelector(`[data-method=${method}]`)).not.toBeNull());
  form.querySelector<HTMLElement>(`[data-method=${method}]`)!.click();
};

test("another method brings its fields; what was typed is there again when one comes back", async () => {
  const { controller } = start(METHOD_FORM, node("o", "OpenAI API", { method: "create", defaults: { model: "m", custom: 1 }, defaultTypes: {} }));
  await settle();
  type("[name='defaults.model']", "m2");
  await choose("remove");
  await vi.waitFor(() => expect(form.querySelector("[name='defaults.id']")).not.toBeNull());
  expect(form.querySelector<HTMLInputElement>("[name='defaults.model']")!.value).toBe("m2");
  type("[name='defaults.id']", "x1");
  await choose("create");
  await vi.waitFor(() => expect(form.querySelector("[name='defaults.id']")).toBeNull());
  // The id belonged to the other method; `custom` was shown by none and stays.
  expect(controller.result().changes).toEqual({ defaults: { model: "m2", custom: 1 } });
});

test("an optional parameter is a chip until it is wanted, and unset again by its cross", async () => {
  const { controller } = start(METHOD_FORM, node("o", "OpenAI API", { method: "create", defaults: { model: "m" }, defaultTypes: {} }));
  await settle();
  const chips = () => [...form.querySelectorAll<HTMLElement>(".more .chk")].map((chip) => chip.textContent);
  expect(chips()).toEqual(["+ input", "+ temperature"]);
  form.querySelectorAll<HTMLElement>(".more .chk")[1]!.click();
  type("[name='defaults.temperature']", "0.4");
  expect(chips()).toEqual(["+ input"]);
  expect(controller.result().changes).toEqual({ defaults: { model: "m", temperature: 0.4 } });
  form.querySelector<HTMLElement>("[data-optional='defaults.temperature'] .drop-optional")!.click();
  expect(controller.result().changes).toEqual({});
});

test("a typed parameter is kept with its type", async () => {
  const { controller } = start(METHOD_FORM, node("o", "OpenAI API", { method: "create", defaults: { model: "m" }, defaultTypes: {} }));
  await settle();
  form.querySelector<HTMLElement>(".more .chk")!.click();
  type("fe-typed-input input", "payload.prompt");
  expect(controller.result().changes).toEqual({ defaults: { model: "m", input: "payload.prompt" }, defaultTypes: { input: "msg" } });
});

const LITERAL = `<fe-typed-input name="defaults.n" type-name="defaultTypes.n" types="msg,flow" literal="num"><input data-type="number" data-validate="number"></fe-typed-input>
  <fe-typed-input name="defaults.on" type-name="defaultTypes.on" types="msg,flow" literal="bool"><input type="checkbox"></fe-typed-input>`;
const typeOfField = (name: string, label: string) => {
  form.querySelector<HTMLElement>(`[name='${name}'] .ty`)!.click();
  [...document.querySelectorAll<HTMLElement>("[role=option]")].find((one) => one.textContent!.includes(label))!.click();
};
const plainOf = (name: string) => form.querySelector<HTMLInputElement>(`[name='${name}'] .typed-plain input`)!;

test("a plain value keeps its control and its JSON type, and no type is kept with it", () => {
  const { controller, problems } = start(LITERAL, node("o", "OpenAI API", { defaults: { n: 1, on: true } }));
  expect(controller.result().changes).toEqual({});
  expect([plainOf("defaults.n").value, plainOf("defaults.on").checked]).toEqual(["1", true]);
  type("[name='defaults.n'] .typed-plain input", "2");
  plainOf("defaults.on").click();
  expect(controller.result().changes).toEqual({ defaults: { n: 2, on: false } });
  type("[name='defaults.n'] .typed-plain input", "x");
  expect(problems.at(-1)).toBe(1);
  expect(form.querySelector<HTMLElement>(".hint.err")!.dataset.rule).toBe("number");
});

test("a plain value turns into one that is read with each message, and back", () => {
  const { controller, problems } = start(LITERAL, node("o", "OpenAI API", { defaults: { n: 1 } }));
  typeOfField("defaults.n", "msg.");
  expect(problems.at(-1)).toBe(1); // nothing says yet where to read it
  type("[name='defaults.n'] .typed-value:not(.typed-plain) input", "count");
  expect(problems.at(-1)).toBe(0);
  expect(controller.result().changes).toEqual({ defaults: { n: "count" }, defaultTypes: { n: "msg" } });
  typeOfField("defaults.n", "0 9");
  expect(controller.result().changes).toEqual({});
});

test("a type that the node had goes when the plain value comes, also over a change of methods", () => {
  const { controller } = start(LITERAL, node("o", "OpenAI API", { defaults: { n: "count", on: true }, defaultTypes: { n: "msg", other: "env" } }));
  expect(form.querySelector<HTMLElement>("[name='defaults.n'] .typed-plain")!.hidden).toBe(true);
  expect(controller.result().changes).toEqual({});
  typeOfField("defaults.n", "0 9");
  type("[name='defaults.n'] .typed-plain input", "3");
  expect(controller.result().changes).toEqual({ defaults: { n: 3, on: true }, defaultTypes: { other: "env" } });
});

test("of two fields with one name the one that is shown is read, and an untouched form changes nothing", () => {
  const html = `<select name="kind"><option value="a"><option value="b"></select><div data-show-if="kind=a"><input name="v"></div><div data-show-if="kind=b"><select name="v"><option value="7"></select></div><div data-show-if="kind=c"><input name="v" data-type="json"></div>`;
  const { controller } = start(html, node("h", "http in", { kind: "a", v: "1" }));
  expect(controller.result().changes).toEqual({});
  type("input[name=v]", "2");
  expect(controller.result().changes).toEqual({ v: "2" });
  type("[name=kind]", "b");
  type("select[name=v]", "7");
  expect(controller.result().changes).toEqual({ kind: "b", v: "7" });
});

test("the scope of a catch node is null, its group, or chosen nodes", () => {
  const html = `<span id="f-scope-label">From</span><fe-scope id="f-scope" name="scope" all="all nodes" group="same group" chosen="selected nodes"></fe-scope>`;
  const there = [node("a", "debug"), node("b", "debug")].map((entry) => ({ entry, label: entry.id, where: "" }));
  const scoped = (scope: unknown) => start(html, node("c", "catch", scope === undefined ? {} : { scope }), {}, there).controller;
  for (const scope of [null, "group", [], ["b", "gone"], undefined]) expect(scoped(scope).result().changes).toEqual({});
  const reach = () => form.querySelector<HTMLSelectElement>("fe-scope select")!;
  expect([...reach().options].map((option) => option.text)).toEqual(["all nodes", "same group", "selected nodes"]);
  const controller = scoped(null);
  const choose = (value: string) => { reach().value = value; reach().dispatchEvent(new Event("change", { bubbles: true })); };
  expect(form.querySelector<HTMLElement>(".node-list")!.hidden).toBe(true);
  choose("group");
  expect(controller.result().changes).toEqual({ scope: "group" });
  choose("chosen");
  expect(form.querySelector<HTMLElement>(".node-list")!.hidden).toBe(false);
  form.querySelectorAll<HTMLInputElement>(".node-list input")[1]!.click();
  expect(controller.result().changes).toEqual({ scope: ["b"] });
  choose("all");
  expect(controller.result().changes).toEqual({});
});

test("of nodes of which only one is meant the last choice stays, in a list", () => {
  const nodes = ["a", "b", "c"].map((id) => ({ entry: node(id, "link in"), label: id, where: "" }));
  const { controller } = start('<fe-nodes name="links" types="link in" everywhere single="list"></fe-nodes>', node("n", "link call", { links: ["a", "b"] }), {}, nodes);
  const boxes = () => [...form.querySelectorAll<HTMLInputElement>("fe-nodes label input")];
  expect(boxes().map(({ type, checked }) => [type, checked])).toEqual([["radio", true], ["radio", false], ["radio", false]]);
  expect(controller.result().changes).toEqual({});
  boxes()[2]!.click();
  expect(boxes().map(({ checked }) => checked)).toEqual([false, false, true]);
  expect(controller.result().changes).toEqual({ links: ["c"] });
});

test("a text that the server keeps is said to be there, and stays unless another is typed", () => {
  const { controller } = start('<textarea name="password"></textarea>', node("n", "mqtt-broker"), { has_password: true });
  expect(form.querySelector("textarea")!.placeholder).not.toBe("");
  expect(controller.result().secrets).toEqual({});
  type("textarea", "new");
  expect(controller.result().secrets).toEqual({ password: "new" });
});

test("a number or JSON that was offered and not typed is no value; an empty text is one", () => {
  const row = (name: string, control: string) => `<div class="row" data-optional="defaults.${name}"><label>${name}</label><fe-typed-input name="defaults.${name}" type-name="defaultTypes.${name}" types="msg">${control}</fe-typed-input></div>`;
  const html = `<div>${row("seed", '<input data-type="number">')}${row("tools", '<textarea data-type="json"></textarea>')}${row("user", "<input>")}${row("n", '<input data-type="number">')}</div>`;
  const { controller } = start(html, node("n", "OpenAI API", { defaults: { n: "" } }));
  expect(controller.result().changes).toEqual({});
  for (const name of ["seed", "tools", "user"]) [...form.querySelectorAll<HTMLElement>(".more .chk")].find((chip) => chip.textContent === `+ ${name}`)!.click();
  expect(controller.result().changes).toEqual({ defaults: { n: "", user: "" } });
  type('[name="defaults.seed"] input', "7");
  expect(controller.result().changes).toEqual({ defaults: { n: "", user: "", seed: 7 } });
  type('[name="defaults.seed"] input', "");
  expect(controller.result().changes).toEqual({ defaults: { n: "", user: "" } });
});

test("a secret that is replaced by nothing is removed; one that is left alone stays", () => {
  const html = '<fe-secret name="password"></fe-secret>';
  const { controller } = start(html, node("n", "mqtt-broker"), { has_password: true });
  expect(controller.result().secrets).toEqual({});
  form.querySelector<HTMLElement>("fe-secret button")!.click();
  expect(controller.result().secrets).toEqual({ password: "" });
  expect(start(html, node("n", "mqtt-broker")).controller.result().secrets).toEqual({});
});
