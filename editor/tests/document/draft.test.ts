import { beforeEach, expect, test, vi } from "vitest";
import { update } from "../../src/document/actions/nodes";
import { autosave, clearDraft, leaveGuard, pendingDraft, readDraft, writeDraft } from "../../src/document/draft";
import { save } from "../../src/document/flow";
import { useSelection } from "../../src/document/selection";
import { useDocument } from "../../src/document/store";
import { sampleDoc } from "../flows";

beforeEach(async () => {
  await clearDraft();
  useDocument.getState().open(sampleDoc(), "7");
});

test("an edit is drafted, and the draft is offered after a reload", async () => {
  const stop = autosave(0);
  useDocument.getState().act("edit", update("a", { name: "drafted" }));
  await vi.waitFor(async () => expect((await readDraft())?.rev).toBe("7"));
  stop();
  const found = await pendingDraft(sampleDoc());
  expect(found!.doc.entries.a!.name).toBe("drafted");
});

test("a draft that equals what is deployed is not offered", async () => {
  await writeDraft({ rev: "7", flows: save(sampleDoc()), savedAt: 0 });
  expect(await pendingDraft(sampleDoc())).toBeNull();
});

test("restoring a draft is one step that can be undone", () => {
  const doc = sampleDoc();
  useDocument.getState().restore({ ...doc, entries: { ...doc.entries, a: { ...doc.entries.a!, name: "other" } } }, "draft");
  expect(useDocument.getState().doc.entries.a!.name).toBe("other");
  useDocument.getState().undo();
  expect(save(useDocument.getState().doc)).toEqual(save(sampleDoc()));
});

test("leaving is only guarded while something is not deployed", () => {
  const stop = leaveGuard();
  const leave = () => {
    const event = new Event("beforeunload", { cancelable: true });
    dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(leave()).toBe(false);
  useDocument.getState().act("edit", update("a", { name: "x" }));
  expect(leave()).toBe(true);
  useDocument.getState().undo();
  expect(leave()).toBe(false);
  stop();
});

test("choosing is not undone", () => {
  useDocument.getState().act("edit", update("a", { name: "x" }));
  useSelection.getState().select(["a"]);
  useDocument.getState().undo();
  expect([...useSelection.getState().nodes]).toEqual(["a"]);
});
