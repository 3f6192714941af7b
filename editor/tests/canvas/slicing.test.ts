import { beforeEach, expect, test } from "vitest";
import { addJunctions } from "../../src/canvas/addJunctions";
import { sceneOf, wireEnds } from "../../src/canvas/scene";
import { crossings } from "../../src/canvas/slicing";
import { load } from "../../src/document/flow";
import { indexOf, wireId } from "../../src/document/index";
import { useSelection } from "../../src/document/selection";
import { currentDoc, useDocument } from "../../src/document/store";
import { useRegistry } from "../../src/server/registry";
import { node, tab } from "../flows";
import { useTypes } from "../types";

const doc = load([
  tab("tab1"), node("a", "inject", { x: 100, y: 100, wires: [["c", "d"]] }), node("b", "inject", { x: 100, y: 300, wires: [["d"]] }),
  node("c", "debug", { x: 500, y: 100, wires: [] }), node("d", "debug", { x: 500, y: 300, wires: [] }), node("e", "debug", { x: 500, y: 500, wires: [] }),
]);
const scene = () => sceneOf(currentDoc(), "tab1", useRegistry.getState().types);
const crossed = (...line: [number, number][]) => crossings(scene(), line.map(([x, y]) => ({ x, y })));
const idsOf = (found: ReturnType<typeof crossings>) => [...found.keys()].map(({ id }) => id).sort();
const wires = () => indexOf(currentDoc()).wiresOn("tab1").map(wireId).sort();
const junctions = () => Object.values(currentDoc().entries).filter(({ type }) => type === "junction");

beforeEach(() => {
  useTypes();
  useDocument.getState().open(doc, "1");
  useSelection.setState({ flow: "tab1", nodes: new Set(), wires: new Set() });
});

test("a line crosses the wires that lie between its ends, and no others", () => {
  expect(idsOf(crossed([300, 50], [300, 120]))).toEqual(["a:0:c"]);
  expect(idsOf(crossed([300, 50], [300, 350]))).toEqual(["a:0:c", "a:0:d", "b:0:d"]);
  expect(idsOf(crossed([300, 50], [300, 90]))).toEqual([]);
  expect(idsOf(crossed([20, 50], [20, 350]))).toEqual([]);
  expect(idsOf(crossed([300, 250], [300, 350], [310, 250]))).toEqual(["b:0:d"]);
});

test("where it crosses is on the line and on the wire", () => {
  const found = [...crossed([300, 50], [320, 350])];
  expect(found).toHaveLength(3);
  for (const [wire, { x, y }] of found) {
    expect(x).toBeCloseTo(300 + (20 * (y - 50)) / 300, 6);
    const [from, to] = wireEnds(scene(), wire);
    expect(y).toBeGreaterThanOrEqual(Math.min(from.y, to.y));
    expect(y).toBeLessThanOrEqual(Math.max(from.y, to.y));
  }
});

test("a line along a level wire does not cross it", () => {
  expect(idsOf(crossed([200, 100], [400, 100]))).toEqual([]);
});

test("wires with one source share a junction, another wire gets its own, and undo takes all back at once", () => {
  const before = wires();
  addJunctions(crossed([300, 50], [300, 350]));
  expect(junctions()).toHaveLength(2);
  expect(junctions().map(({ x, y }) => [Number(x) % 20, Number(y) % 20])).toEqual([[0, 0], [0, 0]]);
  const one = junctions().find(({ wires }) => (wires as string[][])[0]!.length === 2)!.id;
  const other = junctions().find(({ id }) => id !== one)!.id;
  expect(wires()).toEqual([`a:0:${one}`, `b:0:${other}`, `${one}:0:c`, `${one}:0:d`, `${other}:0:d`].sort());
  expect([...useSelection.getState().nodes].sort()).toEqual([one, other].sort());
  useDocument.getState().undo();
  expect(wires()).toEqual(before);
  expect(junctions()).toEqual([]);
});

test("wires with one target share a junction too", () => {
  const found = crossed([300, 50], [300, 350]);
  addJunctions(new Map([...found].filter(([{ target }]) => target === "d")));
  const [only, ...rest] = junctions();
  expect(rest).toEqual([]);
  expect(wires()).toEqual(["a:0:c", `a:0:${only!.id}`, `b:0:${only!.id}`, `${only!.id}:0:d`].sort());
});

test("a junction between nodes of one group is in that group", () => {
  useDocument.getState().open(load([
    tab("tab1"), { id: "g", type: "group", z: "tab1", nodes: ["a", "c"], x: 40, y: 60, w: 540, h: 80 }, node("a", "inject", { g: "g", x: 100, y: 100, wires: [["c"]] }), node("c", "debug", { g: "g", x: 500, y: 100, wires: [] }),
  ]), "1");
  addJunctions(crossed([300, 50], [300, 150]));
  expect(junctions()[0]).toMatchObject({ g: "g", x: 300, y: 100 });
  expect(currentDoc().entries.g!.nodes).toEqual(["a", "c", junctions()[0]!.id]);
});
