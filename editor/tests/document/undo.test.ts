import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { addTab, newTab, orderTabs, removeFlow } from "../../src/document/actions/flows";
import { group, mergeGroups, putInto, takeOut, ungroup } from "../../src/document/actions/groups";
import { exportList, importAll, type ImportOptions, planImport } from "../../src/document/actions/imports";
import { add, move, remapOutputs, remove, setDisabled, setSecrets, update } from "../../src/document/actions/nodes";
import { addEnd, fromSelection } from "../../src/document/actions/subflows";
import { connect, detach, disconnect, mayConnect, splice } from "../../src/document/actions/wires";
import { type FlowDocument, FlowFileError, isFlow, isGroup, isPlaced, isTab, newId, save, textOf } from "../../src/document/flow";
import type { Recipe } from "../../src/document/history";
import { indexOf, parseSubflowEnd } from "../../src/document/index";
import { isCircular } from "../../src/document/instances";
import { changesOf, useDocument } from "../../src/document/store";
import { node, sampleDoc, sizeOf } from "../flows";

const text = (doc: FlowDocument) => JSON.stringify([save(doc), Object.entries(doc.secrets).sort()]);
const state = () => useDocument.getState();

beforeEach(() => state().open(sampleDoc(), "1"));

/** Every action, aimed at whatever is there by a list of random numbers. */
const ACTIONS: Record<string, (doc: FlowDocument, pick: (limit: number) => number) => Recipe | null> = {
  add: (doc, pick) => add([node(newId(), "debug", { z: aFlow(doc, pick), x: pick(900), y: pick(900) })]),
  update: (doc, pick) => update(anEntry(doc, pick), pick(2) ? { name: `n${pick(9)}`, extra: [pick(3)] } : { name: undefined }),
  outputs: (doc, pick) => update(aNode(doc, pick), { outputs: pick(3) }),
  remap: (doc, pick) => remapOutputs(aNode(doc, pick), [pick(3), null, pick(2)]),
  secret: (doc, pick) => setSecrets(aNode(doc, pick), { password: `p${pick(9)}` }),
  move: (doc, pick) => move(doc, new Map([[aNode(doc, pick), { x: pick(900), y: pick(900) }]]), sizeOf),
  moveEnd: (doc, pick) => move(doc, new Map([["sub/out/0", { x: pick(900), y: pick(900) }]]), sizeOf),
  remove: (doc, pick) => remove(doc, [aMember(doc, pick), aNode(doc, pick)], sizeOf, { reconnect: pick(2) === 1 }),
  removeEnd: (doc) => remove(doc, ["sub/out/0"], sizeOf),
  disable: (doc, pick) => setDisabled([aNode(doc, pick)], pick(2) === 1),
  connect: (doc, pick) => {
    const flow = aFlow(doc, pick);
    const ids = indexOf(doc).on(flow).filter(isPlaced).map((entry) => entry.id);
    if (ids.length < 2) return null;
    const wire = { source: ids[pick(ids.length)]!, port: pick(3), target: ids[pick(ids.length)]! };
    return mayConnect(doc, wire) ? connect([wire]) : null;
  },
  connectEnd: (doc, pick) => {
    const wire = { source: "sub/in/0", port: 0, target: pick(2) ? "s1" : "sub/out/0" };
    return mayConnect(doc, wire) ? connect([wire]) : null;
  },
  disconnect: (doc, pick) => {
    const wires = indexOf(doc).wiresOn(aFlow(doc, pick));
    return wires.length ? disconnect([wires[pick(wires.length)]!]) : null;
  },
  splice: (doc, pick) => {
    const wires = indexOf(doc).wiresOn("tab1");
    const node = aNode(doc, pick);
    return wires.length && doc.entries[node]?.z === "tab1" ? splice(wires[pick(wires.length)]!, node) : null;
  },
  detach: (doc, pick) => detach(doc, "tab1", new Set([aNode(doc, pick)])),
  group: (doc, pick) => group(doc, [aMember(doc, pick), aMember(doc, pick)], sizeOf)?.recipe ?? null,
  ungroup: (doc, pick) => ungroup(doc, [anEntry(doc, pick), "grp"]),
  mergeGroups: (doc, pick) => mergeGroups(doc, [...doc.order.filter((id) => isGroup(doc.entries[id]!) && doc.entries[id]!.z === "tab1" && !doc.entries[id]!.g), ...(pick(2) ? ["a"].filter((id) => doc.entries[id]?.z === "tab1" && !doc.entries[id]!.g) : [])], sizeOf),
  putInto: (doc) => (doc.entries.grp && !doc.entries.a?.g && doc.entries.a?.z === "tab1" && doc.entries.grp.z === "tab1" ? putInto("grp", ["a"], sizeOf) : null),
  takeOut: (doc, pick) => takeOut([aMember(doc, pick)], sizeOf),
  addTab: (_, pick) => addTab(newTab(`t${pick(9)}`)),
  orderTabs: (doc) => orderTabs(indexOf(doc).tabs.map((entry) => entry.id).reverse()),
  removeFlow: (doc, pick) => removeFlow(doc, aFlow(doc, pick)),
  addEnd: (doc, pick) => (doc.entries.sub ? addEnd("sub", (["in", "out", "status"] as const)[pick(3)]!, pick(400), pick(400)) : null),
  fromSelection: (doc, pick) => {
    const flow = aFlow(doc, pick);
    const ids = [...indexOf(doc).on(flow).map((entry) => entry.id), `${flow}/in/0`, `${flow}/out/0`].filter(() => pick(2) === 1);
    return fromSelection(doc, flow, ids, "made")?.recipe ?? null;
  },
  paste: (doc, pick) => pasted(doc, [aNode(doc, pick), aNode(doc, pick)], { flow: aFlow(doc, pick), mode: pick(2) ? "copy" : "replace", at: { x: pick(500), y: 50 } }),
};

/** Null where a subflow would come to lie inside itself. */
function pasted(doc: FlowDocument, ids: string[], options: ImportOptions): Recipe | null {
  try {
    return importAll(planImport(doc, exportList(doc, ids), options));
  } catch (error) {
    expect(error).toBeInstanceOf(FlowFileError);
    return null;
  }
}

const aFlow = (doc: FlowDocument, pick: (limit: number) => number) => {
  const flows = doc.order.filter((id) => isTab(doc.entries[id]!) || doc.entries[id]!.type === "subflow");
  return flows[pick(Math.max(1, flows.length))] ?? "none";
};
const anEntry = (doc: FlowDocument, pick: (limit: number) => number) => doc.order[pick(Math.max(1, doc.order.length))] ?? "none";
const aNode = (doc: FlowDocument, pick: (limit: number) => number) => {
  const nodes = doc.order.filter((id) => isPlaced(doc.entries[id]!));
  return nodes[pick(Math.max(1, nodes.length))] ?? "none";
};

const aMember = (doc: FlowDocument, pick: (limit: number) => number) => {
  const members = doc.order.filter((id) => isPlaced(doc.entries[id]!) || isGroup(doc.entries[id]!));
  return members[pick(Math.max(1, members.length))] ?? "none";
};

const step = fc.record({ name: fc.constantFrom(...Object.keys(ACTIONS)), numbers: fc.array(fc.nat(10_000), { minLength: 6, maxLength: 6 }) });

function perform({ name, numbers }: { name: string; numbers: number[] }) {
  let at = 0;
  const pick = (limit: number) => numbers[at++ % numbers.length]! % limit;
  const recipe = ACTIONS[name]!(state().doc, pick);
  if (recipe) state().act(name, recipe);
}

test("any sequence of actions: undo all is the start, redo all is the end, letter for letter", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      state().open(sampleDoc(), "1");
      const start = text(state().doc);
      const between = [start];
      for (const one of steps) {
        const before = state().past.length;
        perform(one);
        if (state().past.length > before) between.push(text(state().doc));
      }
      const end = text(state().doc);
      for (let at = between.length - 2; state().past.length; at--) {
        state().undo();
        expect(text(state().doc)).toBe(between[at]);
      }
      expect(text(state().doc)).toBe(start);
      expect(changesOf(state()).count).toBe(0);
      while (state().future.length) state().redo();
      expect(text(state().doc)).toBe(end);
    }),
    { numRuns: 300 },
  );
});

test("any sequence of actions leaves no wire, link or group member that leads nowhere", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      state().open(sampleDoc(), "1");
      steps.forEach(perform);
      const { doc } = state();
      const index = indexOf(doc);
      expect(new Set(doc.order).size).toBe(doc.order.length);
      expect([...doc.order].sort()).toEqual(Object.keys(doc.entries).sort());
      const homeOf = (id: string) => parseSubflowEnd(id)?.subflow ?? doc.entries[id]?.z;
      for (const flow of doc.order.filter((id) => isFlow(doc.entries[id]!)))
        for (const wire of index.wiresOn(flow)) expect([homeOf(wire.source), homeOf(wire.target)], `${wire.source} -> ${wire.target}`).toEqual([flow, flow]);
      expect(index.subflows.filter((entry) => isCircular(doc, entry.id))).toEqual([]);
      for (const entry of Object.values(doc.entries).filter(isGroup))
        for (const member of entry.nodes as string[]) expect(textOf(doc.entries[member]!, "g")).toBe(entry.id);
    }),
    { numRuns: 300 },
  );
});

test("steps of one gesture are one undo", () => {
  const start = text(state().doc);
  for (const x of [101, 102, 103]) state().act("move", update("a", { x }), "nudge");
  expect(state().past).toHaveLength(1);
  state().undo();
  expect(text(state().doc)).toBe(start);
  state().redo();
  expect(state().doc.entries.a!.x).toBe(103);
});

test("a deploy keeps the way back, and going back is a change again", () => {
  state().act("edit", update("a", { name: "new" }));
  state().act("edit", setSecrets("cfg", { password: "x" }));
  state().deployedAs(state().doc, "2");
  expect(changesOf(state()).count).toBe(0);
  expect(state().doc.secrets).toEqual({});
  state().undo();
  state().undo();
  expect(state().doc.entries.a!.name).toBe("a");
  expect([...changesOf(state()).nodes.keys()]).toEqual(["a"]);
});

test("an action that changes nothing leaves no step", () => {
  expect(state().act("edit", update("a", { name: "a" }))).toBe(false);
  expect(state().past).toHaveLength(0);
});
