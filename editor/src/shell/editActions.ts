/** Actions that change the flow: on the selection, its wires and groups. */
import { addJunctions } from "../canvas/addJunctions";
import { align, type Alignment, distribute, shift } from "../canvas/arrange";
import { sizeOf } from "../canvas/anatomy";
import { pressButton } from "../canvas/buttons";
import { copySelection, cutSelection, duplicateSelection, pasteFromClipboard } from "../canvas/clipboard";
import { middleOf } from "../canvas/curve";
import { connectNodes, createNode, createNote, insertNode } from "../canvas/insert";
import { labelByDefault } from "../canvas/look";
import { wireEnds } from "../canvas/scene";
import { placeForNew, snapped } from "../canvas/view";
import { currentScene } from "../canvas/viewport";
import { selectedWires } from "../canvas/wiring";
import { group, membersDeep, mergeGroups, outermost, putInto, takeOut, ungroup } from "../document/actions/groups";
import { add, insert, move, remove, setDisabled, showLabels, update } from "../document/actions/nodes";
import { fromSelection } from "../document/actions/subflows";
import { addWire, detach, disconnect, manyToOne, oneToMany, removeWire, series } from "../document/actions/wires";
import { type FlowEntry, isGroup, isSubflow, subflowOf, textOf } from "../document/flow";
import { parseSubflowEnd, type Wire } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc, useDocument } from "../document/store";
import { notify } from "../server/runtime";
import { typeOf } from "../server/registry";
import { tidyUp } from "./tidyUp";
import { openTray } from "./ui";
import { t } from "./words";

const chosen = () => [...useSelection.getState().nodes];
const some = () => chosen().length > 0;
const several = () => chosen().length > 1;
const unlocked = () => !currentDoc().entries[useSelection.getState().flow]?.locked;
const chosenEntries = () => chosen().map((id) => currentDoc().entries[id]).filter((entry): entry is FlowEntry => entry !== undefined);
const chosenGroups = () => chosenEntries().filter(isGroup);
const canEdit = () => some() && unlocked();
const severalOpen = () => several() && unlocked();

function deleteSelection(reconnect: boolean) {
  const { nodes, select } = useSelection.getState();
  const wires = selectedWires();
  const inside = currentScene();
  act("history.delete", (draft) => {
    wires.forEach((wire) => removeWire(draft, wire));
    remove(currentDoc(), [...nodes].filter((id) => inside.items.has(id)), sizeOf, { reconnect })(draft);
  });
  select([]);
}

function nudge(dx: number, dy: number) {
  const doc = currentDoc();
  act("history.move", move(doc, shift(doc, currentScene(), chosen(), dx, dy), sizeOf), "nudge");
}

function line(how: Alignment) {
  const doc = currentDoc();
  act("history.align", move(doc, align(doc, currentScene(), chosen(), how), sizeOf));
}

function spread(axis: "x" | "y") {
  const doc = currentDoc();
  act("history.align", move(doc, distribute(doc, currentScene(), chosen(), axis), sizeOf));
}

function wireUp(shape: (ids: readonly string[]) => Wire[]) {
  const { items } = currentScene();
  const left = (id: string) => items.get(id)?.box.x ?? 0;
  connectNodes(shape(chosen().sort((one, other) => left(one) - left(other))));
}

function groupSelection() {
  const made = group(currentDoc(), chosen().filter((id) => currentDoc().entries[id]), sizeOf);
  if (!made) return void notify("warning", t("notify.cannotGroup"));
  act("history.group", made.recipe);
  useSelection.getState().select([made.id]);
}

function ungroupSelection() {
  const members = chosenGroups().flatMap((entry) => entry.nodes as string[]);
  act("history.ungroup", ungroup(currentDoc(), chosen()));
  useSelection.getState().select(members);
}

/** Puts the others into the one group that is chosen with them. */
function addToGroup() {
  const [home] = chosenGroups();
  if (home) act("history.group", putInto(home.id, outermost(currentDoc(), chosen()).filter((id) => id !== home.id), sizeOf));
}

function mergeSelection() {
  act("history.group", mergeGroups(currentDoc(), outermost(currentDoc(), chosen()), sizeOf));
}

let groupStyle: unknown = null;

function selectionToSubflow() {
  const { flow, select } = useSelection.getState();
  const made = fromSelection(currentDoc(), flow, chosen(), t("subflow.newName"));
  if (!made) return void notify("warning", t("notify.cannotSubflow"));
  act("history.subflow", made.recipe);
  select([made.instance]);
}

export function openEditor(id: string) {
  const doc = currentDoc();
  const entry = doc.entries[parseSubflowEnd(id)?.subflow ?? id];
  if (!entry || entry.type === "junction") return;
  if (isGroup(entry)) openTray({ kind: "group", id: entry.id });
  else if (isSubflow(entry)) openTray({ kind: "subflow", id: entry.id });
  else openTray({ kind: "node", id: entry.id });
}

/** Cuts wires in two with a pair of link nodes for each source. */
function splitWithLinks() {
  const { flow, select } = useSelection.getState();
  const scene = currentScene();
  const made: string[] = [];
  act("history.link", (draft) => {
    for (const wire of selectedWires()) {
      const [from, to] = wireEnds(scene, wire);
      const out = createNode("link out", flow, { x: snapped(from.x + 30), y: from.y });
      const into = createNode("link in", flow, { x: snapped(to.x - 30), y: to.y });
      Object.assign(out, { mode: "link", links: [into.id] });
      Object.assign(into, { links: [out.id] });
      insert(draft, out);
      insert(draft, into);
      removeWire(draft, wire);
      addWire(draft, { ...wire, target: out.id });
      addWire(draft, { source: into.id, port: 0, target: wire.target });
      made.push(out.id, into.id);
    }
  });
  select(made);
}

/** A junction in each chosen wire. */
function splitWithJunctions() {
  const scene = currentScene();
  addJunctions(new Map(selectedWires().map((wire) => [wire, middleOf(...wireEnds(scene, wire))])));
}

function newNote() {
  const { flow, select } = useSelection.getState();
  const place = placeForNew();
  const note = createNote(flow, { x: snapped(place.x), y: snapped(place.y) }, t("note.newName"));
  act("history.add", add([note]));
  select([note.id]);
}

const labelsByDefault = (entry: FlowEntry) => labelByDefault(typeOf(entry.type));
const step = (dx: number, dy: number) => ({ run: () => nudge(dx, dy), enabled: canEdit });

export const editActions = {
  undo: { run: () => void useDocument.getState().undo(), enabled: () => useDocument.getState().past.length > 0 },
  redo: { run: () => void useDocument.getState().redo(), enabled: () => useDocument.getState().future.length > 0 },
  "delete-selection": { run: () => deleteSelection(false), enabled: () => (some() || useSelection.getState().wires.size > 0) && unlocked() },
  "delete-selection-and-reconnect": { run: () => deleteSelection(true), enabled: canEdit },
  "detach-selected-nodes": { run: () => act("history.detach", detach(currentDoc(), useSelection.getState().flow, useSelection.getState().nodes)), enabled: canEdit },
  "copy-selection": { run: () => void copySelection(), enabled: some },
  "cut-selection": { run: cutSelection, enabled: canEdit },
  paste: { run: () => void pasteFromClipboard().catch(() => notify("warning", t("notify.noClipboard"))), enabled: unlocked },
  "duplicate-selection": { run: duplicateSelection, enabled: canEdit },
  "edit-selected-node": { run: () => chosen()[0] && openEditor(chosen()[0]!), enabled: some },
  "press-button": { run: pressChosen, enabled: some },
  "enable-selected-nodes": { run: () => act("history.enable", setDisabled(membersDeep(currentDoc(), chosen()), false)), enabled: canEdit },
  "disable-selected-nodes": { run: () => act("history.disable", setDisabled(membersDeep(currentDoc(), chosen()), true)), enabled: canEdit },
  "show-selected-node-labels": { run: () => act("history.labels", showLabels(chosen(), true, labelsByDefault)), enabled: canEdit },
  "hide-selected-node-labels": { run: () => act("history.labels", showLabels(chosen(), false, labelsByDefault)), enabled: canEdit },
  "move-selection-up": step(0, -1), "move-selection-down": step(0, 1), "move-selection-left": step(-1, 0), "move-selection-right": step(1, 0),
  "step-selection-up": step(0, -20), "step-selection-down": step(0, 20), "step-selection-left": step(-20, 0), "step-selection-right": step(20, 0),
  "align-selection-to-grid": { run: () => line("grid"), enabled: canEdit },
  "align-selection-to-left": { run: () => line("left"), enabled: severalOpen }, "align-selection-to-right": { run: () => line("right"), enabled: severalOpen },
  "align-selection-to-top": { run: () => line("top"), enabled: severalOpen }, "align-selection-to-bottom": { run: () => line("bottom"), enabled: severalOpen },
  "align-selection-to-center": { run: () => line("center"), enabled: severalOpen }, "align-selection-to-middle": { run: () => line("middle"), enabled: severalOpen },
  "distribute-selection-horizontally": { run: () => spread("x"), enabled: severalOpen }, "distribute-selection-vertically": { run: () => spread("y"), enabled: severalOpen },
  "tidy-up": { run: () => void tidyUp(), enabled: unlocked },
  "group-selection": { run: groupSelection, enabled: canEdit },
  "ungroup-selection": { run: ungroupSelection, enabled: () => chosenGroups().length > 0 && unlocked() },
  "merge-selection-to-group": { run: mergeSelection, enabled: () => chosenGroups().length > 0 && several() && unlocked() },
  "add-selection-to-group": { run: addToGroup, enabled: () => chosenGroups().length === 1 && several() && unlocked() },
  "remove-selection-from-group": { run: () => act("history.ungroup", takeOut(outermost(currentDoc(), chosen()), sizeOf)), enabled: () => chosenEntries().some((entry) => textOf(entry, "g")) && unlocked() },
  "copy-group-style": { run: () => void (groupStyle = structuredClone(chosenGroups()[0]?.style)), enabled: () => chosenGroups().length === 1 },
  "paste-group-style": { run: () => act("history.style", (draft) => chosenGroups().forEach((entry) => update(entry.id, { style: groupStyle })(draft))), enabled: () => groupStyle !== null && chosenGroups().length > 0 && unlocked() },
  "wire-series-of-nodes": { run: () => wireUp(series), enabled: severalOpen },
  "wire-node-to-multiple": { run: () => wireUp(oneToMany), enabled: severalOpen },
  "wire-multiple-to-node": { run: () => wireUp(manyToOne), enabled: severalOpen },
  "split-wire-with-link-nodes": { run: splitWithLinks, enabled: () => useSelection.getState().wires.size > 0 && unlocked() },
  "split-wires-with-junctions": { run: splitWithJunctions, enabled: () => useSelection.getState().wires.size > 0 && unlocked() },
  "delete-selected-wires": { run: () => act("history.delete", disconnect(selectedWires())), enabled: () => useSelection.getState().wires.size > 0 && unlocked() },
  "add-junction": { run: () => void insertNode("junction", placeForNew()), enabled: unlocked },
  "add-note": { run: newNote, enabled: unlocked },
  "convert-to-subflow": { run: selectionToSubflow, enabled: canEdit },
  "edit-subflow-template": { run: () => chosenEntries()[0] && useSelection.getState().openSubflow(subflowOf(chosenEntries()[0]!)!), enabled: () => chosenEntries().length === 1 && Boolean(subflowOf(chosenEntries()[0]!)) },
} satisfies Record<string, { run: () => unknown; enabled?: () => boolean }>;

function pressChosen() {
  for (const entry of chosenEntries()) {
    const button = typeOf(entry.type)?.button;
    if (button) void pressButton(entry, button);
  }
}

