import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { align, distribute, shift } from "../../src/canvas/arrange";
import { curvePath, curves, distanceTo, middleOf } from "../../src/canvas/curve";
import Elk from "elkjs/lib/elk.bundled.js";
import { tidy } from "../../src/canvas/layout";
import { sceneOf } from "../../src/canvas/scene";
import { connected, nearest } from "../../src/canvas/select";
import { viewportFor } from "../../src/canvas/viewport";
import { load } from "../../src/document/flow";
import { useDocument } from "../../src/document/store";
import { useRegistry } from "../../src/server/registry";
import { node, tab } from "../flows";
import { useTypes } from "../types";

const doc = load([
  tab("tab1"), node("a", "inject", { x: 100, y: 100, wires: [["b"]] }), node("b", "function", { x: 300, y: 140, wires: [["c"]] }),
  node("c", "debug", { x: 560, y: 90, wires: [] }), node("z", "debug", { x: 100, y: 400, wires: [] }),
]);
const scene = () => sceneOf(doc, "tab1", useRegistry.getState().types);
beforeEach(() => {
  useTypes();
  useDocument.getState().open(doc, "1");
});

test("a level wire is straight, another leaves and arrives level within 75 px", () => {
  expect(curvePath({ x: 0, y: 5 }, { x: 40, y: 5 })).toBe("M0 5H40");
  fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: -900, max: 900 }), (dx, dy) => {
    const [from, a, b, to] = curves({ x: 0, y: 0 }, { x: dx, y: dy })[0]!;
    expect(a.y).toBe(from.y);
    expect(b.y).toBe(to.y);
    expect(a.x).toBeLessThanOrEqual(75);
    expect(to.x - b.x).toBeLessThanOrEqual(75);
  }));
});

test("the handles grow with the distance", () => {
  expect(curvePath({ x: 188, y: 100 }, { x: 228, y: 140 })).toBe("M188 100C212.8 100 203.2 140 228 140");
  expect(curvePath({ x: 928, y: 200 }, { x: 1068, y: 80 })).toBe("M928 200C1003 200 993 80 1068 80");
});

test("a wire backwards goes round and its parts meet", () => {
  const parts = curves({ x: 300, y: 0 }, { x: 100, y: 40 });
  expect(parts).toHaveLength(3);
  for (let at = 1; at < parts.length; at++) expect(parts[at]![0]).toEqual(parts[at - 1]![3]);
  expect(parts[2]![3]).toEqual({ x: 100, y: 40 });
});

test("the middle of a wire is on it", () => {
  const [from, to] = [{ x: 0, y: 0 }, { x: 200, y: 90 }];
  expect(distanceTo(middleOf(from, to), from, to)).toBeLessThan(1);
  expect(distanceTo({ x: 100, y: 300 }, from, to)).toBeGreaterThan(150);
});

test("upstream, downstream and all that is connected", () => {
  expect([...connected(doc, scene(), ["b"], ["upstream"])]).toEqual(["b", "a"]);
  expect([...connected(doc, scene(), ["b"], ["downstream"])]).toEqual(["b", "c"]);
  expect([...connected(doc, scene(), ["a"], ["upstream", "downstream"])].sort()).toEqual(["a", "b", "c"]);
});

test("arrow keys go to the node that lies that way", () => {
  expect(nearest(scene(), "a", "right")).toBe("b");
  expect(nearest(scene(), "a", "down")).toBe("z");
  expect(nearest(scene(), "b", "left")).toBe("a");
  expect(nearest(scene(), "z", "down")).toBeNull();
});

test("aligning moves only what is out of line", () => {
  expect([...align(doc, scene(), ["a", "z"], "left")]).toEqual([]);
  expect([...align(doc, scene(), ["a", "b"], "top")]).toEqual([["b", { x: 300, y: 100 }]]);
  expect([...align(doc, scene(), ["b"], "grid")]).toEqual([["b", { x: 310, y: 140 }]]);
});

test("distributing makes the gaps equal", () => {
  expect([...distribute(doc, scene(), ["a", "b", "c"], "x")]).toEqual([["b", { x: 330, y: 140 }]]);
  expect(shift(doc, scene(), ["a"], 20, 0).get("a")).toEqual({ x: 120, y: 100 });
});

test("tidying puts every node right of what feeds it, on the grid, without overlaps", async () => {
  const places = await tidy(scene(), new Set(), new AbortController().signal, (graph) => new Elk().layout(graph));
  expect(places.get("a")!.x).toBeLessThan(places.get("b")!.x - 99);
  expect(places.get("b")!.x).toBeLessThan(places.get("c")!.x - 99);
  for (const { x, y } of places.values()) expect([(x - 50) % 20, y % 20]).toEqual([0, 0]);
  const all = [...places.values()];
  for (const one of all) for (const other of all) if (one !== other) expect(Math.abs(one.x - other.x) >= 100 || Math.abs(one.y - other.y) >= 30).toBe(true);
});

test("fitting shows a box whole and never larger than life", () => {
  const { zoom, x, y } = viewportFor({ x: 0, y: 0, w: 4000, h: 100 }, 1000, 600);
  expect(zoom).toBeCloseTo(0.22);
  expect([x, y].map(Math.round)).toEqual([60, 289]);
  expect(viewportFor({ x: 0, y: 0, w: 10, h: 10 }, 1000, 600).zoom).toBe(1);
});
