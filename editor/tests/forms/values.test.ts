import { beforeEach, describe, expect, test } from "vitest";
import { fieldsOf, holds } from "../../src/forms/conditions";
import { controlsIn, fill, keepType, readAll } from "../../src/forms/controls";
import { defineElements } from "../../src/forms/elements";
import { difference, valueIn } from "../../src/forms/formData";
import { variablesFrom, withVariables } from "../../src/forms/variables";
import { matches } from "../../src/forms/methods";
import { broken, typedValid, validPath } from "../../src/forms/rules";
import { typesFrom } from "../../src/forms/types";
import { node } from "../flows";

defineElements();
const read = (values: Record<string, unknown>) => (name: string) => values[name];

describe("conditions", () => {
  test.each([
    ["type=str", { type: "str" }, true], ["type=str|num", { type: "num" }, true], ["type!=str", { type: "str" }, false], ["on", { on: true }, true], ["on", { on: "false" }, false],
    ["!on", {}, true], ["a=1,b", { a: 1, b: "x" }, true], ["a=1,b", { a: 1 }, false], ["list", { list: [] }, false], ["", {}, true], ["a=", {}, true],
  ])("%s with %o is %s", (condition, values, expected) => expect(holds(condition, read(values as Record<string, unknown>))).toBe(expected));

  test("a condition names what it reads", () => expect(fieldsOf("a=1|2, !b,c!=x")).toEqual(["a", "b", "c"]));
});

describe("rules", () => {
  test.each([
    ["", { required: true }, "required"], ["", {}, null], ["5 apples", { validate: "number" }, "number"], ["1e3", { validate: "number" }, null], ["1.5", { validate: "integer" }, "integer"],
    ["{", { validate: "json" }, "json"], [{ a: 1 }, { validate: "json" }, null], ["ftp", { validate: "url" }, "url"], ["https://a.b/c", { validate: "url" }, null], ["${PORT}", { validate: "integer" }, null],
    ["ab", { validate: "regex:^a b$" }, "regex"], ["a b", { validate: "regex:^a b$" }, null],
  ])("%o under %o breaks %s", (value, field, expected) => expect(broken(value, field, () => undefined)).toBe(expected));

  test("a typed value is judged by its type", () => {
    expect(broken("x", { validate: "typed:kind" }, read({ kind: "num" }))).toBe("typed");
    expect(broken("x", { validate: "typed:kind" }, read({ kind: "str" }))).toBeNull();
    expect([typedValid("true", "bool"), typedValid("yes", "bool"), typedValid("[1]", "bin"), typedValid("(", "re"), typedValid("0x1f", "num")]).toEqual([true, false, true, false, true]);
  });

  test.each(["payload", 'a.b["c d"][0]', "list[msg.index].x", "#:(memory)::count", "a.größe"])("%s is a path", (path) => expect(validPath(path)).toBe(true));
  test.each(["a..b", "a b", "a[", "a.öl", ".a", 'a["b]', ""])("%s is no path", (path) => expect(validPath(path)).toBe(false));
});

describe("values", () => {
  let root: HTMLElement;
  beforeEach(() => {
    root = document.createElement("form");
    document.body.replaceChildren(root);
  });
  const show = (html: string, values: Record<string, unknown>) => {
    root.innerHTML = html;
    controlsIn(root).forEach((control) => fill(control, read(values)));
    return readAll(root);
  };

  test("plain controls are filled and read in the types the file has", () => {
    expect(show(
      `<input name="text"><input name="on" type="checkbox"><input name="flag" type="checkbox" value="yes" data-type="string"><input name="count" data-type="number"><textarea name="data" data-type="json"></textarea>
       <input type="radio" name="size" value="s"><input type="radio" name="size" value="m"><select name="pick"><option value="a"></select><select name="many" multiple><option value="1"><option value="2"></select>`,
      { text: "x", on: true, flag: "yes", count: 3, data: { a: [1] }, size: "m", pick: "other", many: ["2"] },
    )).toEqual({ text: "x", on: true, flag: "yes", count: 3, data: { a: [1] }, size: "m", pick: "other", many: ["2"] });
  });

  test("a typed input is two fields, and keeps a type it does not offer", () => {
    const html = `<fe-typed-input name="p" type-name="pt" types="msg,flow,str,num,bool"></fe-typed-input>`;
    expect(show(html, { p: "a.b", pt: "flow" })).toEqual({ p: "a.b", pt: "flow" });
    expect(show(html, { p: "x", pt: "strange" })).toEqual({ p: "x", pt: "strange" });
    expect(show(html, {})).toEqual({ p: "", pt: "msg" });
    expect(show(html, { p: "5x", pt: "num" })).toEqual({ p: "5x", pt: "num" });
    expect(root.querySelector("fe-typed-input")!.classList.contains("bad")).toBe(true);
  });

  test("own types of a typed input may offer values or none", () => {
    const [full, method] = typesFrom('[{"value":"full","label":"complete message","hasValue":false},{"value":"m","label":"method","options":[["get","GET"]]}]');
    expect([full!.hasValue, method!.options]).toEqual([false, [["get", "GET"]]]);
    expect(typesFrom("config:mqtt-broker")[0]!.config).toBe("mqtt-broker");
  });

  const list = `<fe-list name="rules" counts="outputs" default='{"t":"eq","v":"1","vt":"num"}' min="1"><template><select name="t"><option value="eq"><option value="null"></select><fe-typed-input name="v" type-name="vt" types="str,num" data-show-if="t!=null"></fe-typed-input></template></fe-list>`;

  test("a list is its rows, with the keys no control knows, and counts them", () => {
    const rules = [{ t: "eq", v: "5", vt: "num", case: true }, { t: "null" }];
    const values = show(list, { rules });
    expect(values.rules).toEqual([{ case: true, t: "eq", v: "5", vt: "num" }, { t: "null" }]);
    expect(values.outputs).toBe(2);
    expect(root.querySelectorAll<HTMLElement>("fe-typed-input")[1]!.hidden).toBe(true);
  });

  test("rows are added, removed and moved, and remember where they came from", () => {
    show(list, { rules: [{ t: "eq", v: "a", vt: "str" }, { t: "eq", v: "b", vt: "str" }] });
    const element = root.querySelector("fe-list")! as HTMLElement & { origins: (number | null)[] };
    root.querySelector<HTMLElement>(".lst-add")!.click();
    element.querySelectorAll(".grip")[2]!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
    element.querySelector<HTMLElement>(".lst-row .ib")!.click();
    expect(element.origins).toEqual([null, 1]);
    expect((readAll(root).rules as { v: string }[]).map((rule) => rule.v)).toEqual(["1", "b"]);
    element.querySelector<HTMLElement>(".lst-row .ib")!.click();
    element.querySelector<HTMLElement>(".lst-row .ib")!.click();
    expect(element.origins).toHaveLength(1); // min
  });

  test("of two cells with one name the one that is shown counts, and hidden cells add nothing", () => {
    const cells = `<select name="t"><option value="set"><option value="move"></select><input name="from" data-show-if="t=change"><input name="to" data-show-if="t=set"><input name="to" data-show-if="t=move">`;
    show(`<fe-list name="rules"><template>${cells}</template></fe-list>`, { rules: [{ t: "set", to: "a" }] });
    const values = () => readAll(root);
    expect(values()).toEqual({ rules: [{ t: "set", to: "a" }] });
    const [action, , first, second] = root.querySelectorAll<HTMLInputElement>(".lst-cells [name]");
    const type = (control: HTMLInputElement, text: string) => { control.value = text; control.dispatchEvent(new Event("input", { bubbles: true })); };
    type(first!, "b");
    expect(values()).toEqual({ rules: [{ t: "set", to: "b" }] });
    type(action!, "move");
    type(second!, "c");
    expect(values()).toEqual({ rules: [{ t: "move", to: "c" }] });
  });

  test("of several controls with one name the one that is shown counts, wherever it stands", () => {
    const html = `<div hidden><input name="v"></div><input name="v"><div hidden><input name="v"></div><input type="radio" name="r" value="a"><input type="radio" name="r" value="b"><div hidden><input type="radio" name="r" value="c"></div>`;
    expect(show(html, { v: "old", r: "b" })).toEqual({ v: "old", r: "b" });
    const inputs = root.querySelectorAll<HTMLInputElement>("[name=v]");
    inputs.forEach((input, at) => (input.value = ["x", "new", "y"][at]!));
    expect(readAll(root)).toMatchObject({ v: "new" });
    inputs[1]!.hidden = true;
    inputs[0]!.parentElement!.hidden = false;
    expect(readAll(root)).toMatchObject({ v: "x" });
  });

  test("a typed cell that takes over from its namesake has a type it offers; one that only is shown keeps what the file says", () => {
    const cells = `<select name="t"><option value="set"><option value="move"></select><fe-typed-input name="to" type-name="tot" types="str,msg" data-show-if="t=set"></fe-typed-input><fe-typed-input name="to" type-name="tot" types="msg,flow" data-show-if="t=move"></fe-typed-input>`;
    const rules = [{ t: "set", to: "a", tot: "str" }, { t: "move", to: "b", tot: "strange" }];
    expect(show(`<fe-list name="rules"><template>${cells}</template></fe-list>`, { rules })).toEqual({ rules });
    const action = root.querySelector<HTMLSelectElement>("select[name=t]")!;
    const choose = (value: string) => { action.value = value; action.dispatchEvent(new Event("input", { bubbles: true })); };
    choose("move");
    expect(readAll(root).rules).toEqual([{ t: "move", to: "", tot: "msg" }, rules[1]]);
    choose("set");
    expect(readAll(root)).toEqual({ rules });
  });

  test("a scalar list is a list of values, an object list is an object", () => {
    const template = (extra: string, cells: string) => `<fe-list name="x" ${extra}><template>${cells}</template></fe-list>`;
    expect(show(template("scalar", `<input name="value">`), { x: ["a", "b"] })).toEqual({ x: ["a", "b"] });
    expect(show(template("object", `<input name="key"><input name="value">`), { x: { k: "v" } })).toEqual({ x: { k: "v" } });
  });

  test("a secret says nothing until it is replaced", () => {
    expect(show(`<fe-secret name="key"></fe-secret>`, {})).toEqual({});
    const input = root.querySelector("input")!;
    input.value = "s3";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    expect(readAll(root)).toEqual({ key: "s3" });
  });

  test("code is text, as it was", () => {
    expect(show(`<fe-code name="func" lang="python">x = 1</fe-code>`, {})).toEqual({ func: "x = 1" });
    expect(show(`<fe-code name="func" lang="python"></fe-code>`, { func: "if a:\n    b()\n" })).toEqual({ func: "if a:\n    b()\n" });
  });

  test("disabled controls are not read", () => expect(show(`<input name="a" disabled><input name="b">`, { a: 1, b: 2 })).toEqual({ b: "2" }));
});

describe("writing back", () => {
  const entry = node("n", "x", { count: 5, text: "5", defaults: { model: "m", other: 1 }, defaultTypes: { model: "msg" } });

  test("a value that reads the same keeps its type", () => {
    expect(keepType("5", 5)).toBe(5);
    expect(difference(entry, { count: "5", text: "5" }, new Set(["count", "text"]))).toEqual({});
    expect(difference(entry, { count: "6" }, new Set(["count"]))).toEqual({ count: "6" });
  });

  test("dotted names go one level down; what was shown and is gone is removed, what was never shown stays", () => {
    expect(valueIn(entry, "defaults.model")).toBe("m");
    expect(difference(entry, { "defaults.temperature": 0.4 }, new Set(["defaults.model", "defaultTypes.model", "defaults.temperature"]))).toEqual({ defaults: { other: 1, temperature: 0.4 }, defaultTypes: {} });
  });

  test("nothing changed is nothing", () => expect(difference(entry, { "defaults.model": "m" }, new Set(["defaults.model"]))).toEqual({}));

  test("the variables of an instance are fields and become a list again", () => {
    const instance = node("i", "subflow:s", { env: [{ name: "A", type: "str", value: "1" }] });
    expect(withVariables(instance)).toMatchObject({ "env:A": "1", "envType:A": "str" });
    expect(variablesFrom(instance, { name: "x", "env:B": "2", "envType:B": "num" }, () => true)).toEqual({ name: "x", env: [{ name: "A", type: "str", value: "1" }, { name: "B", value: "2", type: "num" }] });
    expect(variablesFrom(instance, {}, (name) => name !== "env:A")).toEqual({ env: [] });
  });
});

test("methods are found by words of label, name, path and family in any order", () => {
  const method = { name: "createEmbedding", label: "create embeddings", verb: "POST", path: "/embeddings" };
  expect(["embed create", "/embed", "vectors", ""].map((text) => matches(method, { label: "Vectors" }, text))).toEqual([true, true, true, true]);
  expect(matches(method, { label: "Vectors" }, "delete")).toBe(false);
});
