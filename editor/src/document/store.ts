/** The open document, what is deployed, and the way back and forth between states. Selection lives elsewhere on purpose. */
import { create } from "zustand";
import { type Changes, compare, equal } from "./changes";
import { EMPTY, type FlowDocument, withoutSecrets } from "./flow";
import { applyTo, change, merge, type Recipe, type Transaction } from "./history";

/** Gestures of the same name merge when they follow each other within this time. */
const GESTURE_MS = 1000;

interface DocumentState {
  doc: FlowDocument;
  deployed: FlowDocument;
  /** Revision of the deployed document, from the server. */
  rev: string | null;
  past: readonly Transaction[];
  future: readonly Transaction[];
  open(doc: FlowDocument, rev: string | null): void;
  /** Takes a draft of the same deployed document as one undoable step. */
  restore(doc: FlowDocument, label: string): void;
  act(label: string, recipe: Recipe, gesture?: string): boolean;
  undo(): Transaction | null;
  redo(): Transaction | null;
  deployedAs(doc: FlowDocument, rev: string | null): void;
}

let gestureAt = 0;

export const useDocument = create<DocumentState>((set, get) => ({
  doc: EMPTY,
  deployed: EMPTY,
  rev: null,
  past: [],
  future: [],

  open: (doc, rev) => set({ doc, deployed: doc, rev, past: [], future: [] }),

  restore(doc, label) {
    get().act(label, (draft) => {
      for (const id of draft.order) if (!Object.hasOwn(doc.entries, id)) delete draft.entries[id];
      for (const id of doc.order) if (!equal(doc.entries[id], draft.entries[id])) draft.entries[id] = doc.entries[id]!;
      draft.order = [...doc.order];
    });
  },

  act(label, recipe, gesture) {
    const { doc, past } = get();
    const result = change(doc, label, recipe, gesture);
    if (!result) return false;
    const before = past.at(-1);
    const joins = gesture !== undefined && before?.gesture === gesture && Date.now() - gestureAt < GESTURE_MS;
    gestureAt = Date.now();
    set({ doc: result.doc, future: [], past: joins ? [...past.slice(0, -1), merge(before, result.transaction)] : [...past, result.transaction] });
    return true;
  },

  undo() {
    const { doc, past, future } = get();
    const transaction = past.at(-1);
    if (!transaction) return null;
    gestureAt = 0;
    set({ doc: applyTo(doc, transaction.backward), past: past.slice(0, -1), future: [transaction, ...future] });
    return transaction;
  },

  redo() {
    const { doc, past, future } = get();
    const [transaction, ...rest] = future;
    if (!transaction) return null;
    gestureAt = 0;
    set({ doc: applyTo(doc, transaction.forward), past: [...past, transaction], future: rest });
    return transaction;
  },

  // Deploying is not editing: the way back stays. Secrets that were sent are the server's from here on.
  deployedAs: (doc, rev) => set((state) => ({ deployed: withoutSecrets(doc), rev, doc: withoutSecrets(state.doc, doc) })),
}));

let compared: { doc: FlowDocument; deployed: FlowDocument; changes: Changes } | null = null;

export function changesOf({ doc, deployed }: { doc: FlowDocument; deployed: FlowDocument }): Changes {
  if (compared?.doc !== doc || compared.deployed !== deployed) compared = { doc, deployed, changes: compare(doc, deployed) };
  return compared.changes;
}

export const useChanges = () => useDocument(changesOf);
export const act = (label: string, recipe: Recipe, gesture?: string) => useDocument.getState().act(label, recipe, gesture);
export const currentDoc = () => useDocument.getState().doc;
