import { describe, expect, test } from "vitest";
import { orderTabs, removeFlow } from "../../src/document/actions/flows";
import { group, membersDeep } from "../../src/document/actions/groups";
import { exportList, importAll, planImport } from "../../src/document/actions/imports";
import { move, remapOutputs, remove, update } from "../../src/document/actions/nodes";
import { fromSelection } from "../../src/document/actions/subflows";
import { bridges, connect, detach, mayConnect, splice } from "../../src/document/actions/wires";
import { type FlowDocument, FlowFileError, load } from "../../src/document/flow";
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

  test("no wire leads to another flow, or to what is not there", () => {
    const doc = sampleDoc();
    for (const target of ["far", "s1", "sub/out/0", "nowhere"]) expect(mayConnect(doc, { source: "a", port: 0, target })).toBe(false);
    expect(mayConnect(doc, { source: "sub/in/0", port: 0, target: "sub/out/0" })).toBe(true);
    expect(after(doc, connect([{ source: "a", port: 0, target: "nowhere" }, { source: "nowhere", port: 0, target: "a" }]))).toBe(doc);
  });

  test("closing a chain makes no wire to what is not there", () => {
    const doc = load([tab("tab1"), node("a", "inject", { wires: [["b"]] }), node("b", "function", { wires: [["gone", "c"]] }), node("c")]);
    expect(wires(after(doc, remove(doc, ["b"], sizeOf, { reconnect: true })))).toEqual(["a:0:c"]);
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

  test("all of a template becomes one of its own, and the ends stay where they are", () => {
    const doc = sampleDoc();
    const made = fromSelection(doc, "sub", ["sub/in/0", "s1", "sub/out/0"], "inner")!;
    const next = after(doc, made.recipe);
    expect(wires(next, "sub")).toEqual([`sub/in/0:0:${made.instance}`, `${made.instance}:0:sub/out/0`]);
    expect(wires(next, made.template)).toEqual([`${made.template}/in/0:0:s1`, `s1:0:${made.template}/out/0`]);
  });

  test("the instance lies in the group that its nodes lay in", () => {
    const doc = sampleDoc();
    const made = fromSelection(doc, "tab1", ["d"], "made")!;
    const next = after(doc, made.recipe);
    expect([next.entries[made.instance]!.g, next.entries.grp!.nodes, next.entries.d!.g]).toEqual(["grp", ["c", made.instance], undefined]);
  });

  test("an empty group has a place too", () => {
    const doc = load([tab("tab1"), { id: "grp", type: "group", z: "tab1", nodes: [], x: 100, y: 60, w: 200, h: 90 }]);
    const made = fromSelection(doc, "tab1", ["grp"], "made")!;
    expect(after(doc, made.recipe).entries[made.instance]).toMatchObject({ x: 100, y: 60 });
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

  /** Another template holds an instance of a template with two outputs, wired to its own ends. */
  const nested = () => load([
    tab("tab1"),
    { id: "sub", type: "subflow", name: "in", in: [{ x: 0, y: 0, wires: [] }], out: [{ x: 0, y: 0, wires: [] }, { x: 0, y: 0, wires: [] }], env: [] },
    { id: "outer", type: "subflow", name: "out", in: [{ x: 0, y: 0, wires: [{ id: "i" }] }], out: [{ x: 0, y: 0, wires: [{ id: "i", port: 0 }] }, { x: 0, y: 0, wires: [{ id: "i", port: 1 }] }], status: { x: 0, y: 0, wires: [{ id: "i", port: 1 }] }, env: [] },
    node("i", "subflow:sub", { z: "outer", wires: [[], []] }),
  ]);

  test("removing an output moves the wires of the templates that hold an instance", () => {
    const doc = nested();
    const next = after(doc, remove(doc, ["sub/out/0"], sizeOf));
    expect(wires(next, "outer")).toEqual(["outer/in/0:0:i", "i:0:outer/out/1", "i:0:outer/status/0"]);
  });

  test("removing the input of a template leaves no wire to its instances", () => {
    const inTemplate = nested();
    expect(after(inTemplate, remove(inTemplate, ["sub/in/0"], sizeOf)).entries.outer!.in).toEqual([{ x: 0, y: 0, wires: [] }]);
    const doc = load([tab("tab1"), inTemplate.entries.sub!, node("a", "inject", { wires: [["i", "b"]] }), node("b"), node("i", "subflow:sub", { wires: [[], []] })]);
    expect(after(doc, remove(doc, ["sub/in/0"], sizeOf)).entries.a!.wires).toEqual([["b"]]);
  });

  test("removing a template leaves no wire in those that held it", () => {
    const doc = nested();
    const next = after(doc, removeFlow(doc, "sub"));
    expect([next.entries.i, wires(next, "outer")]).toEqual([undefined, []]);
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

  test("what is copied with the ends of its template comes without the template", () => {
    const doc = sampleDoc();
    expect(exportList(doc, ["sub/in/0", "s1"]).map((entry) => entry.id)).toEqual(["s1"]);
    expect(exportList(doc, ["sub/in/0"]).map((entry) => entry.id)).toEqual(["sub", "s1"]);
  });

  test("a template that is here as it comes is used; another of its id comes as a copy", () => {
    const doc = sampleDoc();
    const list = exportList(doc, ["i"]);
    expect(planImport(doc, list, { flow: "tab2", mode: "copy" }).entries.map((entry) => entry.type)).toEqual(["subflow:sub"]);
    for (const changed of ["sub", "s1"]) {
      const mine = after(doc, update(changed, { name: "changed since" }));
      const plan = planImport(mine, list, { flow: "tab2", mode: "copy" });
      const [template, inside, instance] = plan.entries;
      expect(plan.entries.map((entry) => entry.type)).toEqual(["subflow", "function", `subflow:${template!.id}`]);
      expect([template!.name, inside!.name, inside!.z, instance!.z]).toEqual(["twice", "s1", template!.id, "tab2"]);
      expect(after(mine, importAll(plan)).entries[changed]!.name).toBe("changed since");
    }
  });

  test("a config node that belongs to a flow is used there, and copied once to another", () => {
    const doc = after(sampleDoc(), update("cfg", { z: "tab1" }));
    const list = exportList(doc, ["d"]);
    const here = planImport(doc, list, { flow: "tab1", mode: "copy" });
    expect(here.entries.map((entry) => [entry.type, entry.broker])).toEqual([["mqtt out", "cfg"]]);
    const first = planImport(doc, list, { flow: "tab2", mode: "copy" });
    const copy = first.entries.find((entry) => entry.type === "mqtt-broker")!;
    expect(copy).toMatchObject({ z: "tab2", name: "broker" });
    expect(first.entries.find((entry) => entry.type === "mqtt out")!.broker).toBe(copy.id);
    const second = planImport(after(doc, importAll(first)), list, { flow: "tab2", mode: "copy" });
    expect(second.entries.map((entry) => [entry.type, entry.broker])).toEqual([["mqtt out", copy.id]]);
  });

  test("a config node of a flow that does not come with it belongs to the flow it comes to", () => {
    const list = exportList(after(sampleDoc(), update("cfg", { z: "tab1" })), ["d"]);
    expect(planImport(load([tab("other")]), list, { flow: "other", mode: "copy" }).entries.map((entry) => entry.z)).toEqual(["other", "other"]);
  });

  test("a subflow is not put inside itself, neither at once nor through another", () => {
    const outer = load([tab("tab1"), { id: "outer", type: "subflow", name: "out", in: [], out: [], env: [] }, node("o", "subflow:outer"), ...exportList(sampleDoc(), ["i"]).map((entry) => (entry.id === "i" ? { ...entry, z: "outer" } : entry))]);
    const into = (from: FlowDocument, id: string, flow: string) => planImport(from, exportList(from, [id]), { flow, mode: "copy" });
    expect(() => into(sampleDoc(), "i", "sub")).toThrow(new FlowFileError("import.circular"));
    expect(() => into(outer, "o", "sub")).toThrow(new FlowFileError("import.circular"));
    expect(into(outer, "i", "tab1").entries).toHaveLength(1);
  });

  test("links to what is nowhere are left out, those to what is here are answered, none crosses the edge of a subflow", () => {
    const link = (id: string, way: "in" | "out" | "call", links: string[], z = "tab1") => node(id, `link ${way}`, { z, links });
    const doc = load([...sampleDoc().order.slice(0, 3).map((id) => sampleDoc().entries[id]!), link("here", "in", []), link("inside", "in", [], "sub")]);
    const list = [link("new", "out", ["here", "nowhere", "inside"]), link("call", "call", ["here", "inside"])];
    const next = after(doc, importAll(planImport(doc, list, { flow: "tab2", mode: "copy" })));
    expect(["new", "call", "here", "inside"].map((id) => next.entries[id]!.links)).toEqual([["here"], ["here"], ["new"], []]);
    const within = planImport(doc, list, { flow: "sub", mode: "copy" });
    expect(within.entries.map((entry) => entry.links)).toEqual([["inside"], ["here", "inside"]]);
  });

  test("what is replaced by the same from another flow leaves no wire in the template it lay in", () => {
    const doc = sampleDoc();
    const next = after(doc, importAll(planImport(doc, exportList(doc, ["s1"]), { flow: "tab1", mode: "replace" })));
    expect([next.entries.s1!.z, wires(next, "sub")]).toEqual(["tab1", []]);
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
