/** Flows that the tests start from. */
import { type FlowEntry, load } from "../src/document/flow";

export const node = (id: string, type = "function", values: Record<string, unknown> = {}): FlowEntry => ({
  id, type, z: "tab1", name: id, x: 100, y: 100, wires: [[]], ...values,
});

export const tab = (id: string, label = id): FlowEntry => ({ id, type: "tab", label, disabled: false, info: "" });

export const sizeOf = (entry: FlowEntry) =>
  entry.type === "group" ? { w: Number(entry.w ?? 0), h: Number(entry.h ?? 0) } : { w: 100, h: 30 };

/** a -> b -> c, b -> d, a group around c and d, a broker with a user, a subflow with an instance, and what nobody knows. */
export const sample: FlowEntry[] = [
  { ...tab("tab1"), zebra: { kept: [1, { deep: null }] } },
  tab("tab2"),
  { id: "sub", type: "subflow", name: "twice", in: [{ x: 40, y: 40, wires: [{ id: "s1" }] }], out: [{ x: 400, y: 40, wires: [{ id: "s1", port: 0 }] }], env: [] },
  node("s1", "function", { z: "sub", x: 200, y: 40 }),
  { id: "grp", type: "group", z: "tab1", name: "pair", style: { fill: "#ffbfbf" }, nodes: ["c", "d"], x: 225, y: 40, w: 150, h: 200 },
  node("a", "inject", { wires: [["b"]], strange: "kept" }),
  node("b", "switch", { x: 200, wires: [["c", "d"], ["j"]], outputs: 2 }),
  node("c", "debug", { x: 300, g: "grp", wires: [] }),
  node("d", "mqtt out", { x: 300, y: 200, g: "grp", broker: "cfg" }),
  node("j", "junction", { x: 260, y: 300, wires: [["i"]] }),
  node("i", "subflow:sub", { x: 400, y: 300, wires: [["e"]] }),
  node("e", "never-heard-of", { x: 500, y: 300, wires: [], options: { "": [null] } }),
  { id: "cfg", type: "mqtt-broker", name: "broker", broker: "localhost" },
  node("far", "debug", { z: "tab2", wires: [] }),
];

export const sampleDoc = () => load(structuredClone(sample));
