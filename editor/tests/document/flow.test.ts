import { expect, test } from "vitest";
import { compare } from "../../src/document/changes";
import { FlowFileError, load, newId, save, saveForDeploy } from "../../src/document/flow";
import { indexOf } from "../../src/document/index";
import { node, sample, sampleDoc } from "../flows";

test("a flow file is saved letter for letter as it was loaded", () => {
  const text = JSON.stringify(sample, null, 4);
  expect(JSON.stringify(save(load(JSON.parse(text))), null, 4)).toBe(text);
});

test("what is not a flow list is refused by name", () => {
  expect(() => load({ flows: [] })).toThrow(FlowFileError);
  expect(() => load([{ type: "tab" }])).toThrow("import.notANode");
});

test("ids look like Node-RED's and never repeat", () => {
  const ids = new Set(Array.from({ length: 500 }, newId));
  expect(ids.size).toBe(500);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
});

test("the index knows tabs, config nodes, wires both ways and who uses what", () => {
  const index = indexOf(sampleDoc());
  expect(index.tabs.map((entry) => entry.id)).toEqual(["tab1", "tab2"]);
  expect(index.configs.map((entry) => entry.id)).toEqual(["cfg"]);
  expect(index.incoming("c")).toEqual([{ source: "b", port: 0, target: "c" }]);
  expect(index.users("cfg").map((entry) => entry.id)).toEqual(["d"]);
  expect(index.users("sub").map((entry) => entry.id)).toEqual(["i"]);
});

test("the ends of a subflow are wired like nodes", () => {
  expect(indexOf(sampleDoc()).wiresOn("sub")).toEqual([
    { source: "sub/in/0", port: 0, target: "s1" },
    { source: "s1", port: 0, target: "sub/out/0" },
  ]);
});

test("changes are found by comparing: added, changed, moved, deleted, and the flows that hold them", () => {
  const deployed = sampleDoc();
  const { a: _a, ...entries } = deployed.entries;
  const doc = {
    ...deployed,
    order: [...deployed.order.filter((id) => id !== "a"), "new"],
    entries: { ...entries, b: { ...deployed.entries.b!, x: 999 }, c: { ...deployed.entries.c!, name: "other" }, new: node("new", "debug", { z: "tab2" }) },
  };
  const changes = compare(doc, deployed);
  expect(Object.fromEntries(changes.nodes)).toEqual({ b: "moved", c: "changed", new: "added" });
  expect(changes.deleted).toEqual(["a"]);
  expect([...changes.flows].sort()).toEqual(["tab1", "tab2"]);
  expect(changes.count).toBe(4);
});

test("an entry that was read again is not a change", () => {
  expect(compare(sampleDoc(), sampleDoc()).count).toBe(0);
});

test("typed credentials make a change and go out only with a deploy", () => {
  const deployed = sampleDoc();
  const doc = { ...deployed, secrets: { cfg: { password: "s3cret" } } };
  expect(compare(doc, deployed).nodes.get("cfg")).toBe("changed");
  expect(JSON.stringify(save(doc))).not.toContain("s3cret");
  expect(saveForDeploy(doc).find((entry) => entry.id === "cfg")!.credentials).toEqual({ password: "s3cret" });
});
