import { beforeEach, expect, test } from "vitest";
import { anatomyOf, boxAround, labelled, outputY, portsOf } from "../../src/canvas/anatomy";
import { categoryOf, glyphOf, hasLabel, HUES, labelOf, nearestHue } from "../../src/canvas/look";
import { useDocument } from "../../src/document/store";
import { typeOf } from "../../src/server/registry";
import { node, sampleDoc } from "../flows";
import { useTypes } from "../types";

beforeEach(() => {
  useTypes();
  useDocument.getState().open(sampleDoc(), "1");
});

// Without a canvas a letter counts 7, so the rule can be checked with numbers.
test("a node is whole grid cells wide, with 50 beside its label and 7 more for an input", () => {
  expect(labelled("a".repeat(10), 0, 1)).toEqual({ w: 120, h: 30 });
  expect(labelled("a".repeat(10), 1, 1)).toEqual({ w: 140, h: 30 });
  expect(labelled("x", 1, 1)).toEqual({ w: 100, h: 30 });
});

test("height follows lines and outputs", () => {
  expect(labelled("two\\n lines", 1, 1).h).toBe(54);
  expect(labelled("x", 1, 4).h).toBe(60);
});

test("a node without label is 30 by 30, and shows its name when told to", () => {
  const link = node("l", "link in", { links: [] });
  expect(anatomyOf(link)).toMatchObject({ w: 30, h: 30, bare: true, inputs: 0, outputs: 1 });
  expect(anatomyOf({ ...link, l: true }).bare).toBe(false);
  expect(hasLabel(node("d", "debug", { l: false }), typeOf("debug"))).toBe(false);
});

test("ports stand 13 apart around the middle", () => {
  expect([0, 1, 2].map((at) => outputY(at, 3, 45))).toEqual([9.5, 22.5, 35.5]);
});

test("the number of ports comes from the node where its type says so, else from the type or the template", () => {
  expect(portsOf(node("f", "function", { outputs: 3 }), typeOf("function"), undefined)).toEqual({ inputs: 1, outputs: 3 });
  expect(portsOf(node("u", "nobody", { wires: [[], []] }), undefined, undefined)).toEqual({ inputs: 1, outputs: 2 });
  expect(anatomyOf(sampleDoc().entries.i!)).toMatchObject({ inputs: 1, outputs: 1, label: "i" });
});

test("the place in the file is the middle of a node and the corner of a group", () => {
  expect(boxAround(node("a", "debug", { name: "x" }))).toEqual({ x: 50, y: 85, w: 100, h: 30 });
  expect(boxAround(sampleDoc().entries.grp!)).toEqual({ x: 225, y: 40, w: 150, h: 200 });
});

test("a label is the first rule whose placeholders are filled", () => {
  const label = (values: object) => labelOf(node("h", "http in", { name: "", ...values }), typeOf("http in"));
  expect(label({ url: "/a", method: "post" })).toBe("[post] /a");
  expect(label({ name: "mine", url: "/a" })).toBe("mine");
  expect(label({})).toBe("http in");
  expect(labelOf(node("i", "inject", { name: "", payloadType: "date" }), typeOf("inject"))).toBe("timestamp");
});

test("colours of other people's nodes find the nearest of ours, unknown types are unknown", () => {
  expect(categoryOf("switch", typeOf("switch"))).toBe("flow");
  expect(categoryOf("contrib", typeOf("contrib"))).toBe("network");
  expect(categoryOf("nobody", undefined)).toBe("unknown");
  expect(categoryOf("subflow:sub", undefined)).toBe("custom");
  for (const [name, hue] of Object.entries(HUES)) if (name !== "unknown") expect(nearestHue(hue)).toBe(name);
  expect(glyphOf({ type: "contrib", icon: "font-awesome/fa-envelope" }, typeOf("contrib"))).toBe("mail");
});
