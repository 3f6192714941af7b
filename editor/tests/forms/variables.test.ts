import { expect, test } from "vitest";
import type { FlowEntry } from "../../src/document/flow";
import { instanceForm } from "../../src/forms/local";
import { controlOf, designFrom, fromRow, secretsFrom, toRow, UNCHANGED, type Variable, variablesFrom, withDesign, withSecrets, withVariables, wordIn } from "../../src/forms/variables";

const CHOICE: Variable = { name: "SIZE", type: "str", value: "s", ui: { icon: "font-awesome/fa-tag", label: { "en-US": "Size", de: "Größe" }, type: "select", opts: { opts: [{ v: "s", l: { "en-US": "small" } }, { v: "l", l: { "en-US": "large", de: "groß" } }] } } };
const LEVEL: Variable = { name: "LEVEL", type: "num", value: "3", ui: { type: "spinner", opts: { min: 1, max: 9 } } };
const PLAIN: Variable = { name: "HOST", type: "str", value: "localhost" };
const TEXTS: Variable = { name: "T", type: "str", value: "", ui: { type: "input", opts: { types: ["str", "env"] } } };
const SECRET: Variable = { name: "KEY", type: "cred", value: "" };
const BROKER: Variable = { name: "BROKER", type: "mqtt-broker", value: "b1", ui: { type: "conf-types" } };
const HEADING: Variable = { name: "", type: "str", value: "", ui: { label: { "en-US": "More" }, type: "none" } };
const HIDDEN: Variable = { name: "H", type: "str", value: "x", ui: { type: "hide" } };
const ALL = [CHOICE, LEVEL, PLAIN, TEXTS, SECRET, BROKER, HEADING, HIDDEN];
const template = { id: "s", type: "subflow", env: ALL } as unknown as FlowEntry;
const instance = (env: Variable[] = []) => ({ id: "i", type: "subflow:s", env }) as unknown as FlowEntry;

test("a designed list reads back as it was", () => {
  expect(ALL.map((one) => fromRow(toRow(one), "en-US"))).toEqual(ALL);
  expect(designFrom({ env: withDesign(template).env }, "en-US").env).toEqual(ALL);
});

test("only what differs from a plain field is written", () => {
  const plain = toRow(PLAIN);
  expect(fromRow({ ...plain, uiType: "checkbox" }, "de")).toEqual({ ...PLAIN, ui: { type: "checkbox" } });
  expect(fromRow({ ...plain, uiType: "spinner", uiMin: "", uiMax: 5 }, "de").ui).toEqual({ type: "spinner", opts: { max: 5 } });
  expect(fromRow({ ...plain, uiLabels: [{ lang: "de", text: "Rechner" }, { lang: "ja", text: "" }] }, "de").ui).toEqual({ label: { de: "Rechner" } });
  expect(fromRow({ ...plain, uiType: "select", uiOptions: [{ v: "a", text: "A" }] }, "de").ui).toEqual({ type: "select", opts: { opts: [{ v: "a", l: { de: "A" } }] } });
  expect(fromRow({ ...plain, uiType: "cred" }, "de")).toEqual({ ...PLAIN, type: "cred" });
});

test("variables without a name go, headings stay", () => {
  expect(designFrom({ env: [toRow({ name: "", type: "str", value: "" }), toRow(HEADING)] }, "de")).toEqual({ env: [HEADING] });
});

test("words are those of the language, its parent, or the author", () => {
  expect([wordIn(CHOICE.ui!.label, "de-AT"), wordIn(CHOICE.ui!.label, "ja"), wordIn({ fr: "taille" }, "ja"), wordIn(undefined, "ja")]).toEqual(["Größe", "Size", "taille", undefined]);
});

test("an instance's form has the control of each variable, in the language", () => {
  const form = document.createElement("form");
  form.innerHTML = instanceForm(template, "de");
  const label = (name: string) => form.querySelector(`label[for="f-env-${name}"]`)?.textContent;
  expect([label("SIZE"), label("HOST"), label("H")]).toEqual(["Größe", "HOST", undefined]);
  expect([...form.querySelectorAll("select option")].map((one) => one.textContent)).toEqual(["small", "groß"]);
  expect(form.querySelector<HTMLInputElement>("[name='env:LEVEL']")).toMatchObject({ type: "number", min: "1", max: "9" });
  expect(form.querySelector("[name='env:T']")!.getAttribute("types")).toBe("str,env");
  expect(form.querySelector("fe-config")!.getAttribute("type")).toBe("mqtt-broker");
  expect(form.querySelector(".env-heading")!.textContent).toBe("More");
});

test("an instance stores what differs from its template, as its control gives it", () => {
  expect(withVariables(instance([{ name: "HOST", type: "str", value: "far" }]), template)).toMatchObject({ "env:HOST": "far", "env:SIZE": "s", "env:LEVEL": "3" });
  const after = (changes: Record<string, unknown>, env: Variable[] = []) => variablesFrom(instance(env), changes, () => true, template).env;
  expect(after({})).toBeUndefined();
  expect(after({ "env:SIZE": "l" })).toEqual([{ name: "SIZE", value: "l", type: "str" }]);
  expect(after({ "env:LEVEL": "5", "env:BROKER": "b2" })).toEqual([{ name: "LEVEL", value: "5", type: "num" }, { name: "BROKER", value: "b2", type: "conf-type" }]);
  expect(after({ "env:SIZE": "s" }, [{ name: "SIZE", value: "l", type: "str" }])).toEqual([]);
  expect(after({ "env:SIZE": "l" }, [{ name: "HOST", type: "str", value: "localhost" }])).toEqual([{ name: "HOST", type: "str", value: "localhost" }, { name: "SIZE", value: "l", type: "str" }]);
});

test("a switch is stored as Node-RED stores it", () => {
  const switched = { ...template, env: [{ name: "ON", type: "bool", value: "false", ui: { type: "checkbox" } }] } as FlowEntry;
  expect(variablesFrom(instance(), { "env:ON": true }, () => true, switched).env).toEqual([{ name: "ON", value: "true", type: "bool" }]);
  expect(controlOf({ name: "K", type: "cred" })).toBe("cred");
});

test("a value that the form does not show stays", () => {
  const own = [{ name: "H", type: "str", value: "kept" }];
  expect(variablesFrom(instance(own), { "env:SIZE": "l" }, (name) => name !== "env:H", template).env).toEqual([...own, { name: "SIZE", value: "l", type: "str" }]);
});

test("secrets leave the flow and those that are stored stay stored", () => {
  const entry = { id: "t", type: "tab", env: [SECRET, { name: "OLD", type: "cred", value: "" }] } as unknown as FlowEntry;
  const shown = withSecrets(entry, { has_KEY: true, OLD: "typed" });
  expect(shown.env).toEqual([{ ...SECRET, value: UNCHANGED }, { name: "OLD", type: "cred", value: "typed" }]);
  expect(secretsFrom({ env: [{ ...SECRET, value: UNCHANGED }, { name: "NEW", type: "cred", value: "s" }] }, entry)).toEqual({
    changes: { env: [SECRET, { name: "NEW", type: "cred", value: "" }] }, secrets: { KEY: UNCHANGED, NEW: "s", OLD: "" },
  });
  expect(secretsFrom({ label: "x" }, entry)).toEqual({ changes: { label: "x" }, secrets: {} });
});
