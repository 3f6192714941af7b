import { beforeEach, describe, expect, test } from "vitest";
import { FormController } from "../../src/forms/controller";
import { defineElements } from "../../src/forms/elements";
import { type FormHost, giveHost } from "../../src/forms/host";
import { node } from "../flows";
import { useTypes } from "../types";

defineElements();
beforeEach(useTypes);

const FORM = `<fe-list name="props" inherits="p:payload,topic" default='{"p":"","v":"","vt":"str"}'><template><input name="p"><fe-typed-input name="v" type-name="vt" types="str,num,date"></fe-typed-input></template></fe-list>`;
let form: HTMLFormElement;

function start(values: Record<string, unknown>) {
  form = document.createElement("form");
  document.body.replaceChildren(form);
  const entry = node("i", "inject", values);
  giveHost(form, { entry, credentials: {} } as unknown as FormHost);
  form.innerHTML = FORM;
  return new FormController({ form, entry, descriptor: undefined, credentials: {}, loadMethod: async () => "", onChange: () => undefined });
}

const rows = () => [...form.querySelectorAll<HTMLElement>(".lst-row")];
const values = () => rows().map((row) => [row.querySelector<HTMLInputElement>("[name=p]")!.value, row.querySelector<HTMLInputElement>(".typed-value input")?.value, row.querySelector(".ty")!.textContent]);

function type(row: number, selector: string, text: string) {
  const input = rows()[row]!.querySelector<HTMLInputElement>(selector)!;
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function chooseType(row: number, at: number) {
  rows()[row]!.querySelector<HTMLElement>(".ty")!.click();
  document.querySelectorAll<HTMLElement>(".menu.open button")[at]!.click();
}

const FILE = { props: [{ p: "payload" }, { p: "topic", vt: "str" }, { p: "x", v: "1", vt: "num" }], payload: "hello", payloadType: "str", topic: "t" };

describe("rows whose value stands in the node", () => {
  test("show it, and change nothing untouched", () => {
    const controller = start(FILE);
    expect(values()).toEqual([["payload", "hello", "a z"], ["topic", "t", "a z"], ["x", "1", "0 9"]].map(([p, v, symbol]) => [p, v, expect.stringContaining(symbol!)]));
    expect(controller.result().changes).toEqual({});
  });

  test("keep an edited value where it was", () => {
    const controller = start(FILE);
    type(0, ".typed-value input", "bye");
    type(1, ".typed-value input", "u");
    expect(controller.result().changes).toEqual({ payload: "bye", topic: "u" });
    chooseType(0, 1);
    type(0, ".typed-value input", "5");
    expect(controller.result().changes).toEqual({ payload: "5", payloadType: "num", topic: "u" });
  });

  test("an edit of another row leaves them as they are", () => {
    const controller = start({ ...FILE, payload: 5, payloadType: "string" });
    type(2, ".typed-value input", "2");
    expect(controller.result().changes).toEqual({ props: [{ p: "payload" }, { p: "topic", vt: "str" }, { p: "x", v: "2", vt: "num" }] });
  });

  test("a field that cannot say the type gives its value to the row", () => {
    const controller = start(FILE);
    chooseType(1, 1);
    type(1, ".typed-value input", "7");
    expect(controller.result().changes).toEqual({ props: [{ p: "payload" }, { p: "topic", v: "7", vt: "num" }, FILE.props[2]], topic: "" });
  });

  test("a renamed or removed row takes its field with it", () => {
    const controller = start(FILE);
    type(0, "[name=p]", "other");
    expect(controller.result().changes).toEqual({ props: [{ p: "other", v: "hello", vt: "str" }, { p: "topic", vt: "str" }, FILE.props[2]], payload: undefined, payloadType: undefined });
    rows()[1]!.querySelector<HTMLElement>(".ib")!.click();
    expect(controller.result().changes).toMatchObject({ props: [{ p: "other", v: "hello", vt: "str" }, FILE.props[2]], topic: "" });
  });

  test("a value of the row itself stays there", () => {
    const controller = start({ props: [{ p: "payload", v: "a", vt: "str" }], payload: "old", payloadType: "date" });
    expect(values()[0]![1]).toBe("a");
    type(0, ".typed-value input", "b");
    expect(controller.result().changes).toEqual({ props: [{ p: "payload", v: "b", vt: "str" }] });
  });

  test("a node without a list has rows for its fields", () => {
    const controller = start({ payload: "p", payloadType: "str", topic: "t" });
    expect(values().map(([p, v]) => [p, v])).toEqual([["payload", "p"], ["topic", "t"]]);
    expect(controller.result().changes).toEqual({});
    type(0, ".typed-value input", "q");
    expect(controller.result().changes).toEqual({ payload: "q" });
  });
});
