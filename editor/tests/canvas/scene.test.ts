import { beforeEach, expect, test } from "vitest";
import { toEdges, toNodes, virtualLinks } from "../../src/canvas/flowElements";
import { bounds, draggedGroups, itemAt, NO_DRAG, sceneOf, wireEnds } from "../../src/canvas/scene";
import { update } from "../../src/document/actions/nodes";
import { load } from "../../src/document/flow";
import { act, useDocument } from "../../src/document/store";
import { useRegistry } from "../../src/server/registry";
import { node, sampleDoc, tab } from "../flows";
import { useTypes } from "../types";

const NONE: ReadonlySet<string> = new Set();
const scene = (flow = "tab1") => sceneOf(useDocument.getState().doc, flow, useRegistry.getState().types);
const byId = <T extends { id: string }>(list: T[]) => new Map(list.map((one) => [one.id, one]));

beforeEach(() => {
  useTypes();
  useDocument.getState().open(sampleDoc(), "1");
});

test("a scene holds what lies on the flow, with wires from port to port", () => {
  expect([...scene().items.keys()]).toEqual(["grp", "a", "b", "c", "d", "j", "i", "e"]);
  const wire = scene().wires.find((one) => one.id === "b:0:c")!;
  expect(wireEnds(scene(), wire)).toEqual([{ x: 250, y: 93.5 }, { x: 250, y: 100 }]);
  expect(scene("nowhere").items.size).toBe(0);
});

test("the ends of a subflow are items of its flow", () => {
  expect([...scene("sub").items].map(([id, item]) => [id, item.kind, item.inputs, item.outputs])).toEqual([["s1", "node", 1, 1], ["sub/in/0", "end", 0, 1], ["sub/out/0", "end", 1, 0]]);
});

test("only what changed is drawn anew", () => {
  const before = scene();
  const nodes = toNodes(before, NONE, NO_DRAG, new Map());
  act("edit", update("a", { name: "other" }));
  const after = toNodes(scene(), NONE, NO_DRAG, byId(nodes));
  expect(after.filter((one, at) => one !== nodes[at]).map((one) => one.id)).toEqual(["a"]);
  const chosen = toNodes(scene(), new Set(["b"]), NO_DRAG, byId(after));
  expect(chosen.filter((one, at) => one !== after[at]).map((one) => one.id)).toEqual(["b"]);
});

test("a changed template redraws its instances", () => {
  const before = scene().items.get("i");
  act("edit", update("sub", { out: [] }));
  expect(before!.outputs).toBe(1);
  expect(scene().items.get("i")!.outputs).toBe(0);
});

test("nodes carry size and handles, so nothing is measured", () => {
  const [b] = toNodes(scene(), NONE, NO_DRAG, new Map()).filter((one) => one.id === "b");
  expect(b!.measured).toEqual({ width: 100, height: 30 });
  expect(b!.handles!.map((handle) => [handle.id, handle.type, handle.y + 6.5])).toEqual([["in", "target", 15], ["0", "source", 8.5], ["1", "source", 21.5]]);
});

test("a wire from a port that is not shown is kept but not drawn", () => {
  act("edit", update("b", { outputs: 2, wires: [["c"], [], ["d"]] }));
  useDocument.setState(({ doc }) => ({ doc: { ...doc, entries: { ...doc.entries, b: { ...doc.entries.b!, wires: [["c"], [], ["d"]] } } } }));
  expect(useDocument.getState().doc.entries.b!.wires).toEqual([["c"], [], ["d"]]);
  // Nothing may be put into it, cut or followed either.
  expect(scene().wires.map((wire) => wire.id)).not.toContain("b:2:d");
  expect(toEdges(scene(), NONE, new Map()).map((edge) => edge.id)).not.toContain("b:2:d");
});

test("a group follows the node that is dragged in it", () => {
  const boxes = draggedGroups(scene(), new Map([["d", { x: 450, y: 185 }]]));
  expect(boxes.get("grp")).toEqual({ x: 225, y: 50, w: 350, h: 190 });
});

test("what lies on top is hit first", () => {
  expect(itemAt(scene(), { x: 300, y: 100 })!.id).toBe("c");
  expect(itemAt(scene(), { x: 230, y: 150 })!.id).toBe("grp");
  expect(itemAt(scene(), { x: 900, y: 900 })).toBeNull();
  expect(bounds(scene(), ["a"])).toEqual({ x: 50, y: 85, w: 100, h: 30 });
});

test("links of this flow are drawn for the chosen end only", () => {
  const doc = load([tab("tab1"), node("out", "link out", { links: ["in"] }), node("in", "link in", { links: ["out"] })]);
  useDocument.getState().open(doc, "1");
  expect(virtualLinks(doc, scene(), new Set())).toEqual([]);
  for (const end of ["in", "out"]) expect(virtualLinks(doc, scene(), new Set([end]))).toMatchObject([{ source: "out", target: "in" }]);
});
