/** What was not deployed survives a closed page: one draft per server address and revision, in IndexedDB. */
import { equal } from "./changes";
import { type FlowDocument, type FlowEntry, load, save } from "./flow";
import { changesOf, useDocument } from "./store";

export interface StoredDraft { rev: string | null; flows: FlowEntry[]; savedAt: number }

const DATABASE = "flowengine";
const STORE = "drafts";
const key = () => new URL(".", location.href).pathname;

export async function readDraft(): Promise<StoredDraft | null> {
  return (await inStore<StoredDraft | undefined>("readonly", (store) => store.get(key()))) ?? null;
}

export const writeDraft = (draft: StoredDraft) => inStore("readwrite", (store) => store.put(draft, key()));
export const clearDraft = () => inStore("readwrite", (store) => store.delete(key()));

/** The draft when it still says something: it differs from what is deployed now. */
export async function pendingDraft(deployed: FlowDocument): Promise<{ doc: FlowDocument; draft: StoredDraft } | null> {
  const draft = await readDraft().catch(() => null);
  if (!draft) return null;
  try {
    return equal(draft.flows, save(deployed)) ? null : { doc: load(draft.flows), draft };
  } catch {
    return null;
  }
}

/** Saves a second after the last change; returns what stops it. */
export function autosave(delay = 1000): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const store = () => {
    const state = useDocument.getState();
    const done = changesOf(state).count ? writeDraft({ rev: state.rev, flows: save(state.doc), savedAt: Date.now() }) : clearDraft();
    done.catch(() => undefined); // private windows refuse storage; the leave guard still stands
  };
  const stop = useDocument.subscribe((state, before) => {
    if (state.doc === before.doc && state.deployed === before.deployed) return;
    clearTimeout(timer);
    timer = setTimeout(store, delay);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Asks before the page goes while something is not deployed. */
export function leaveGuard(): () => void {
  const guard = (event: BeforeUnloadEvent) => {
    if (changesOf(useDocument.getState()).count) event.preventDefault();
  };
  addEventListener("beforeunload", guard);
  return () => removeEventListener("beforeunload", guard);
}

async function inStore<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const database = await settle<IDBDatabase>(openDatabase());
  try {
    return await settle<T>(run(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function openDatabase(): IDBOpenDBRequest {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return request;
}

function settle<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error);
  });
}
