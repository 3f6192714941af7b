import { describe, expect, test } from "vitest";
import { orderTabs, removeFlow } from "../../src/document/actions/flows";
import { group, membersDeep } from "../../src/document/actions/groups";
import { exportList, importAll, planImport } from "../../src/document/actions/imports";
import { move, remapOutputs, remove, update } from "../../src/document/actions/nodes";
import { fromSelection } from "../../src/document/actions/subflows";
import { bridges, connect, detach, mayConnect, splice } from "../../src/document/actions/wires";
import type { FlowDocument } from "../../src/document/flow";
import { load } from "../../src/document/flow";
import { change, type Recipe } from "../../src/document/history";
import { indexOf, wireId } from "../../src/document/index";
import { node, sampleDoc, sizeOf, tab } from "../flows";

const after = (doc: FlowDocument, recipe: Recipe) => change(doc, "test", recipe)?.doc ?? doc;
const wires = (doc: FlowDocument, flow = "tab1") => indexOf(doc).wiresOn(flow).map(wireId);
const chain = () => load([tab("tab1"), node("a", "inject", { wires: [["b"]] }), node("b", "function", { wires: [["c"]] }), node("c", "function", { wires: [["d", "e"]] }), node("d"), node("e")]);

describe("wires", () => {
  test("the same wire twice, a node to itself, and from an end backwards are refused", () => {
    const doc = sampleDoc();
    expect(mayConnect(doc, { source: "a", port: 0, target: "b" })).toBe(false);
    expect(mayConnect(doc, { source: "a", port: 0, target: "a" })).toBe(false);
    expect(mayConnect(doc, { source: "sub/out/0", port: 0, target: "s1" })).toBe(false);
    expect(mayConnect(doc, { source: "a", port: 0, target: "d" })).toBe(true);
  });

  test("a wire from a third output makes room for it", () => {
    expect(after(sampleDoc(), connect([{ source: "a", port: 2, target: "d" }])).entries.a!.wires).toEqual([["b"], [], ["d"]]);
  });

  test("a node dropped on a wire stands between", () => {
    expect(wires(after(sampleDoc(), splice({ source: "a", port: 0, target: "b" }, "far")))).toEqual(expect.arrayContaining(["a:0:far"]));
  });

  test("deleting the middle of a chain and reconnecting joins what was around it", () => {
    const doc = chain();
    expect(wires(after(doc, remove(doc, ["b", "c"], sizeOf, { reconnect: true })))).toEqual(["a:0:d", "a:0:e"]);
    expect(bridges(doc, "tab1", new Set(["b"])).map(wireId)).toEqual(["a:0:c"]);
  });

  test("detached nodes keep the wires among themselves", () => {
    const doc = chain();
    expect(wires(after(doc, detach(doc, "tab1", new Set(["b", "c"])))).sort()).toEqual(["a:0:d", "a:0:e", "b:0:c"]);
  });

  test("reordered outputs take their wires along", () => {
    const doc = sampleDoc();
    expect(after(doc, remapOutputs("b", [1, 0])).entries.b!.wires).toEqual([["j"], ["c", "d"]]);
  });

  test("fewer outputs drop the wires of those that went", () => {
    expect(after(sampleDoc(), update("b", { outputs: 1 })).entries.b!.wires).toEqual([["c", "d"]]);
  });
});

describe("groups", () => {
  test("a group fits its members and follows them", () => {
    const doc = load([tab("tab1"), node("a"), node("b", "debug", { x: 300, y: 200 })]);
    const made = group(doc, ["a", "b"], sizeOf)!;
    const grouped = after(doc, made.recipe);
    expect(grouped.entries[made.id]).toMatchObject({ x: 25, y: 50, w: 350, h: 190, nodes: ["a", "b"] });
    const moved = after(grouped, move(grouped, new Map([["b", { x: 400, y: 200 }]]), sizeOf));
    expect(moved.entries[made.id]).toMatchObject({ w: 450 });
  });

  test("deleting a group deletes what it holds", () => {
    const doc = sampleDoc();
    expect([...membersDeep(doc, ["grp"])]).toEqual(["grp", "c", "d"]);
    const left = after(doc, remove(doc, ["grp"], sizeOf));
    expect(left.order).not.toEqual(expect.arrayContaining(["c"]));
    expect(left.entries.b!.wires).toEqual([[], ["j"]]);
  });

  test("members of different groups do not make a group", () => {
    expect(group(sampleDoc(), ["a", "c"], sizeOf)).toBeNull();
  });
});

describe("subflows", () => {
  test("a selection becomes a template with one input and an output for each port that leaves it", () => {
    const doc = chain();
    const made = fromSelection(doc, "tab1", ["b", "c"], "middle")!;
    const next = after(doc, made.recipe);
    expect(wires(next)).toEqual([`a:0:${made.instance}`, `${made.instance}:0:d`, `${made.instance}:0:e`]);
    expect(wires(next, made.template)).toEqual(["b:0:c", `${made.template}/in/0:0:b`, `c:0:${made.template}/out/0`]);
    expect(next.entries[made.instance]!.type).toBe(`subflow:${made.template}`);
  });

  test("a selection that would need two inputs is refused", () => {
    const doc = load([tab("tab1"), node("a", "inject", { wires: [["c"]] }), node("b", "inject", { wires: [["d"]] }), node("c"), node("d")]);
    expect(fromSelection(doc, "tab1", ["c", "d"], "no")).toBeNull();
  });

  test("removing an output of the template removes that port from every instance", () => {
    const doc = sampleDoc();
    const next = after(doc, remove(doc, ["sub/out/0"], sizeOf));
    expect(next.entries.sub!.out).toEqual([]);
    expect(next.entries.i!.wires).toEqual([]);
  });

  test("removing a template removes its instances and the wires to them", () => {
    const doc = sampleDoc();
    const next = after(doc, removeFlow(doc, "sub"));
    expect(next.entries.i).toBeUndefined();
    expect(next.entries.s1).toBeUndefined();
    expect(next.entries.j!.wires).toEqual([[]]);
  });
});

describe("copy and import", () => {
  test("a copy gets new ids everywhere and uses the config node that is here", () => {
    const doc = sampleDoc();
    const plan = planImport(doc, exportList(doc, ["a", "b", "d"]), { flow: "tab2", mode: "copy" });
    expect(plan.entries.map((entry) => entry.type).sort()).toEqual(["inject", "mqtt out", "switch"]);
    const byType = Object.fromEntries(plan.entries.map((entry) => [entry.type, entry]));
    expect(byType["mqtt out"]!.broker).toBe("cfg");
    expect(byType.inject!.wires).toEqual([[byType.switch!.id]]);
    expect(byType.switch!.wires).toEqual([[byType["mqtt out"]!.id], []]);
    expect(plan.entries.every((entry) => entry.z === "tab2" && !doc.entries[entry.id])).toBe(true);
  });

  test("a whole file keeps its tabs; a second import of it asks about the conflicts", () => {
    const empty = load([]);
    const list = exportList(sampleDoc(), ["tab1"]);
    const plan = planImport(empty, list, { flow: "", mode: "replace" });
    expect(plan.tabs).toEqual(["tab1"]);
    const next = after(empty, importAll(plan));
    expect(planImport(next, list, { flow: "tab1", mode: "copy" }).conflicts).toEqual(list.map((entry) => entry.id));
  });

  test("pasted nodes are centred where asked, in whole grid steps", () => {
    const doc = sampleDoc();
    const plan = planImport(doc, exportList(doc, ["a", "b"]), { flow: "tab1", mode: "copy", at: { x: 507, y: 333 } });
    expect(plan.entries.map((entry) => entry.x)).toEqual([460, 560]);
  });
});

test("tabs change their order without moving anything else in the file", () => {
  const doc = sampleDoc();
  const next = after(doc, orderTabs(["tab2", "tab1"]));
  expect(next.order.slice(0, 3)).toEqual(["tab2", "tab1", "sub"]);
});
