import { beforeEach, describe, expect, test } from "vitest";
import { duplicateSelection, paste, removeSelection, selectionText } from "../../src/canvas/clipboard";
import { createNode, insertNode, mayHold, recentTypes, wireUnder } from "../../src/canvas/insert";
import { deployProblems, problemsOf } from "../../src/canvas/problems";
import { currentScene } from "../../src/canvas/viewport";
import { update } from "../../src/document/actions/nodes";
import { save } from "../../src/document/flow";
import { indexOf, wireId } from "../../src/document/index";
import { useSelection } from "../../src/document/selection";
import { act, currentDoc, useDocument } from "../../src/document/store";
import { type ActionName, loadActions, run } from "../../src/shell/actions";
import { useRuntime } from "../../src/server/runtime";
import { node, sampleDoc } from "../flows";
import { useTypes } from "../types";

await loadActions();

const wires = () => indexOf(currentDoc()).wiresOn("tab1").map(wireId);
const choose = (...ids: string[]) => useSelection.getState().select(ids);
const undo = () => useDocument.getState().undo();

beforeEach(() => {
  localStorage.clear();
  useTypes();
  useDocument.getState().open(sampleDoc(), "1");
  useSelection.setState({ flow: "tab1", nodes: new Set(), wires: new Set(), hidden: new Set(), openSubflows: [] });
});

describe("new nodes", () => {
  test("a node has its type's defaults and a wire list for each output", () => {
    expect(createNode("switch", "tab1", { x: 10, y: 20 })).toMatchObject({ type: "switch", z: "tab1", x: 10, y: 20, rules: [{ t: "eq" }], outputs: 1, wires: [[]] });
    expect(createNode("subflow:sub", "tab1", { x: 0, y: 0 })).toMatchObject({ type: "subflow:sub", wires: [[]] });
  });

  test("it lands on the grid, is chosen, and is remembered as recent", () => {
    const id = insertNode("debug", { x: 203, y: 97 })!;
    expect(currentDoc().entries[id]).toMatchObject({ x: 210, y: 100 });
    expect([...useSelection.getState().nodes]).toEqual([id]);
    expect(recentTypes()).toEqual(["debug"]);
  });

  test("dropped at the end of a wire it is wired, dropped on one it stands between", () => {
    const end = insertNode("debug", { x: 0, y: 0 }, { from: { node: "a", port: 0, kind: "source" } });
    expect(wires()).toContain(`a:0:${end}`);
    const between = insertNode("function", { x: 0, y: 0 }, { wire: { source: "a", port: 0, target: "b" } });
    expect(wires()).toEqual(expect.arrayContaining([`a:0:${between}`, `${between}:0:b`]));
    expect(wires()).not.toContain("a:0:b");
    undo();
    expect(wires()).toContain("a:0:b");
  });

  test("a locked flow takes nothing, a subflow never itself", () => {
    act("lock", update("tab1", { locked: true }));
    expect(insertNode("debug", { x: 0, y: 0 })).toBeNull();
    expect(mayHold("subflow:sub", "sub")).toBe(false);
    act("add", (draft) => {
      draft.entries.outer = { id: "outer", type: "subflow", name: "outer", in: [], out: [] };
      draft.entries.within = node("within", "subflow:sub", { z: "outer" });
      draft.order.push("outer", "within");
    });
    expect(mayHold("subflow:outer", "sub")).toBe(false);
    expect(mayHold("subflow:sub", "outer")).toBe(true);
  });

  test("the wire under a point is found, far from all there is none", () => {
    expect(wireUnder(currentScene(), { x: 150, y: 100 })!.id).toBe("a:0:b");
    expect(wireUnder(currentScene(), { x: 0, y: 900 })).toBeNull();
  });
});

describe("clipboard", () => {
  test("what is copied is flow JSON and comes back with new ids, wired as it was", () => {
    choose("a", "b");
    const text = selectionText();
    expect(JSON.parse(text).map((entry: { id: string }) => entry.id)).toEqual(["a", "b"]);
    expect(paste(text, { x: 500, y: 500 })).toBe(true);
    const [one, other] = [...useSelection.getState().nodes];
    expect(wires()).toContain(`${one}:0:${other}`);
    undo();
    expect(save(currentDoc())).toEqual(save(sampleDoc()));
  });

  test("what is pasted twice at one place lies beside itself", () => {
    choose("a", "b");
    const text = selectionText();
    const spots = () => [...useSelection.getState().nodes].map((id) => currentDoc().entries[id]!.x);
    paste(text, { x: 500, y: 500 });
    expect(spots()).toEqual([460, 560]);
    paste(text, { x: 500, y: 500 });
    expect(spots()).toEqual([480, 580]);
  });

  test("nothing is cut out of a locked flow", () => {
    act("lock", update("tab1", { locked: true }));
    choose("a");
    removeSelection();
    expect(currentDoc().entries.a).toBeDefined();
  });

  test("a subflow is not pasted into itself, and that is said", () => {
    choose("i");
    const text = selectionText();
    useSelection.getState().show("sub");
    const before = currentDoc();
    expect(paste(text, { x: 0, y: 0 })).toBe(true);
    expect(currentDoc()).toBe(before);
    expect(useRuntime.getState().notifications.at(-1)?.text).toBe("import.circular");
  });

  test("other text is left to the browser, a broken flow changes nothing", () => {
    expect(paste("hello", { x: 0, y: 0 })).toBe(false);
    expect(paste('[{"no":"id"}]', { x: 0, y: 0 })).toBe(true);
    expect(useDocument.getState().past).toHaveLength(0);
  });

  test("a duplicate lies beside the original", () => {
    choose("a");
    duplicateSelection();
    const [copy] = useSelection.getState().nodes;
    expect(currentDoc().entries[copy!]).toMatchObject({ x: 140, y: 140, name: "a" });
  });
});

describe("actions", () => {
  const outcome = (name: ActionName) => {
    run(name);
    return currentDoc();
  };

  test("deleting takes the chosen nodes and wires in one step", () => {
    useSelection.getState().select(["e"], ["a:0:b"]);
    const doc = outcome("delete-selection");
    expect(doc.entries.e).toBeUndefined();
    expect(doc.entries.a!.wires).toEqual([[]]);
    expect(useDocument.getState().past).toHaveLength(1);
  });

  test("keys move by a pixel or a cell, and a series of them is one undo", () => {
    choose("a");
    run("move-selection-right");
    run("move-selection-right");
    expect(outcome("step-selection-down").entries.a).toMatchObject({ x: 102, y: 120 });
    undo();
    expect(currentDoc().entries.a).toMatchObject({ x: 100, y: 100 });
  });

  test("wiring in series goes from left to right", () => {
    choose("e", "a");
    run("wire-series-of-nodes");
    expect(wires()).toContain("a:0:e");
  });

  test("wires of one output share the junction that is put into them", () => {
    useSelection.getState().select([], ["b:0:c", "b:0:d"]);
    run("split-wires-with-junctions");
    const [junction] = useSelection.getState().nodes;
    expect(wires()).toEqual(expect.arrayContaining([`b:0:${junction}`, `${junction}:0:c`, `${junction}:0:d`]));
  });

  test("link nodes that split a wire name each other", () => {
    useSelection.getState().select([], ["a:0:b"]);
    run("split-wire-with-link-nodes");
    const [out, into] = [...useSelection.getState().nodes];
    expect(currentDoc().entries[out!]).toMatchObject({ type: "link out", links: [into] });
    expect(wires()).toEqual(expect.arrayContaining([`a:0:${out}`, `${into}:0:b`]));
  });

  test("group, ungroup, to subflow and back by undo", () => {
    choose("a", "b");
    run("group-selection");
    expect(indexOf(currentDoc()).on("tab1").filter((entry) => entry.type === "group")).toHaveLength(2);
    run("ungroup-selection");
    run("convert-to-subflow");
    expect(indexOf(currentDoc()).subflows).toHaveLength(2);
    while (useDocument.getState().past.length) undo();
    expect(save(currentDoc())).toEqual(save(sampleDoc()));
  });

  test("a locked flow refuses what would change it", () => {
    act("lock", update("tab1", { locked: true }));
    choose("a", "b", "grp");
    const { doc } = useDocument.getState();
    run("copy-group-style");
    for (const name of ["delete-selection", "move-selection-up", "group-selection", "duplicate-selection", "add-note", "align-selection-to-left", "distribute-selection-vertically", "paste-group-style", "delete-flow"] as const) expect(run(name), name).toBe(false);
    expect(currentDoc()).toBe(doc);
  });

  test("what undo takes away is neither chosen nor shown any more", () => {
    choose("a");
    run("duplicate-selection");
    expect(useSelection.getState().nodes.size).toBe(1);
    run("undo");
    expect([...useSelection.getState().nodes]).toEqual([]);
    run("add-flow");
    run("undo");
    expect(useSelection.getState().flow).toBe("tab1");
    useSelection.getState().hide("tab1", true);
    useSelection.getState().hide("tab2", true);
    run("add-flow");
    run("undo");
    expect([useSelection.getState().flow, useSelection.getState().hidden.has("tab1")]).toEqual(["tab1", false]);
  });

  test("disabling writes d, enabling takes it away", () => {
    choose("a");
    expect(outcome("disable-selected-nodes").entries.a!.d).toBe(true);
    expect("d" in outcome("enable-selected-nodes").entries.a!).toBe(false);
  });

  test("flows are added after the one on screen, hidden and found again", () => {
    run("add-flow");
    const made = useSelection.getState().flow;
    expect(indexOf(currentDoc()).tabs.map((entry) => entry.id)).toEqual(["tab1", made, "tab2"]);
    run("hide-flow");
    expect(useSelection.getState().flow).not.toBe(made);
    run("show-last-hidden-flow");
    expect(useSelection.getState().flow).toBe(made);
  });
});

describe("problems", () => {
  test("what is required, named or typed wrongly is found, and goes when mended", () => {
    const doc = () => currentDoc();
    expect(problemsOf(doc(), doc().entries.d!)).toEqual([]);
    act("edit", update("d", { broker: "gone" }));
    expect(problemsOf(doc(), doc().entries.d!)).toEqual([{ field: "broker", rule: "missing" }]);
    act("edit", update("d", { broker: "" }));
    expect(problemsOf(doc(), doc().entries.d!)).toEqual([{ field: "broker", rule: "required" }]);
    act("edit", update("a", { payload: "x", payloadType: "num" }));
    expect(problemsOf(doc(), doc().entries.a!)).toEqual([{ field: "payload", rule: "typed" }]);
  });

  test("a deploy warns about unknown, incomplete and unused, not about what is disabled", () => {
    act("edit", update("d", { broker: "" }));
    const found = () => deployProblems(currentDoc(), (id) => indexOf(currentDoc()).users(id));
    expect(found().unknown.map((entry) => entry.id)).toEqual(["e"]);
    expect(found().invalid.map((entry) => entry.id)).toEqual(["d"]);
    expect(found().unused.map((entry) => entry.id)).toEqual(["cfg"]);
    act("edit", update("tab1", { disabled: true }));
    expect(found().unknown).toEqual([]);
  });
});
