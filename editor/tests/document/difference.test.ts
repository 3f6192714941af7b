import { expect, test } from "vitest";
import { countsOf, difference, linesBetween } from "../../src/document/difference";
import { load } from "../../src/document/flow";
import { mergeDocuments } from "../../src/document/merge";

const TAB = { id: "f", type: "tab", label: "Flow" };
const node = (id: string, more = {}) => ({ id, type: "function", z: "f", name: id, func: "", ...more });

test("what came, went and changed, with both values of each key", () => {
  const before = load([TAB, node("a", { x: 1 }), node("b"), node("same", { wires: [["a"]] })]);
  const after = load([TAB, node("a", { x: 2, extra: true }), node("c"), node("same", { wires: [["a"]] })]);
  const found = difference(before, after);
  expect(found.map(({ id, change }) => [id, change])).toEqual([["a", "changed"], ["c", "added"], ["b", "removed"]]);
  expect(found[0]!.fields).toEqual({ x: [1, 2], extra: [undefined, true] });
  expect(countsOf(found)).toEqual({ added: 1, changed: 1, removed: 1 });
  expect(difference(after, after)).toEqual([]);
});

const shown = (before: string, after: string) => linesBetween(before, after).map(({ sign, text }) => sign + text);

test("texts are compared line by line", () => {
  expect(shown("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
  expect(shown("a\nb", "a\nb\nc")).toEqual([" a", " b", "+c"]);
  expect(shown("one\ntwo\nthree\nfour", "two\nthree\nnew\nfour")).toEqual(["-one", " two", " three", "+new", " four"]);
});

test("what is the same far from a change is left out", () => {
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  const changed = lines.with(15, "other");
  expect(shown(lines.join("\n"), changed.join("\n"))).toEqual(["…", " line 13", " line 14", "-line 15", "+other", " line 16", " line 17", "…"]);
});

test("applying a comparison gives the later text", () => {
  for (let seed = 1; seed < 40; seed++) {
    const make = (step: number) => Array.from({ length: 12 }, (_, at) => String((seed * step * (at + 3)) % 5));
    const [before, after] = [make(7), make(11)];
    const lines = linesBetween(before.join("\n"), after.join("\n"));
    if (lines.some(({ sign }) => sign === "…")) continue;
    expect(lines.filter(({ sign }) => sign !== "-").map(({ text }) => text)).toEqual(after);
    expect(lines.filter(({ sign }) => sign !== "+").map(({ text }) => text)).toEqual(before);
  }
});

test("of what both sides changed the preferred side stays", () => {
  const base = load([TAB, node("a"), node("b"), node("c")]);
  const mine = load([TAB, node("a", { func: "mine" }), node("b", { func: "mine" }), node("c")]);
  const theirs = load([TAB, node("a", { func: "theirs" }), node("c", { func: "theirs" })]);
  const merged = mergeDocuments(base, mine, theirs, new Set(["a", "b"]));
  expect(merged.conflicts).toEqual(["a", "b"]);
  expect(merged.doc.order).toEqual(["f", "a", "c"]);
  expect([merged.doc.entries.a!.func, merged.doc.entries.c!.func]).toEqual(["theirs", "theirs"]);
  expect(mergeDocuments(base, mine, theirs).doc.entries.a!.func).toBe("mine");
});
