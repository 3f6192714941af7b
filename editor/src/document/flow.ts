/**
 * The flow file as plain data: the list of entries as it was read, every key kept.
 * Nothing here is derived; see `index.ts` for what is looked up.
 */

export type FlowEntry = { id: string; type: string } & Record<string, unknown>;

export interface FlowDocument {
  /** Ids in the order of the file. */
  readonly order: readonly string[];
  readonly entries: Readonly<Record<string, FlowEntry>>;
  /** Credentials typed since the last deploy, by node id. Never exported, never drafted. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const EMPTY: FlowDocument = Object.freeze({ order: [], entries: {}, secrets: {} });

export class FlowFileError extends Error {}

/** Reads a flow list (Node-RED's v1 file or the `flows` of v2). Throws FlowFileError with a key of the catalogue. */
export function load(list: unknown): FlowDocument {
  if (!Array.isArray(list)) throw new FlowFileError("import.notAList");
  const entries: Record<string, FlowEntry> = {};
  const order: string[] = [];
  for (const item of list) {
    if (!isEntry(item)) throw new FlowFileError("import.notANode");
    // A second entry of the same id could never be addressed; the runtime keeps the last one too.
    if (!Object.hasOwn(entries, item.id)) order.push(item.id);
    entries[item.id] = item;
  }
  return { order, entries, secrets: {} };
}

/** The flow list, entry for entry and key for key as it was loaded. */
export function save(doc: FlowDocument): FlowEntry[] {
  return doc.order.map((id) => doc.entries[id]!);
}

/** The flow list with the credentials of this session, as a deploy takes it. */
export function saveForDeploy(doc: FlowDocument): FlowEntry[] {
  return save(doc).map((entry) => (doc.secrets[entry.id] ? { ...entry, credentials: doc.secrets[entry.id] } : entry));
}

/** Without all secrets, or without those that `sent` holds too. */
export function withoutSecrets(doc: FlowDocument, sent: FlowDocument = doc): FlowDocument {
  if (!Object.keys(doc.secrets).length) return doc;
  const kept = Object.entries(doc.secrets).filter(([id, secrets]) => secrets !== sent.secrets[id]);
  return { ...doc, secrets: Object.fromEntries(kept) };
}

function isEntry(item: unknown): item is FlowEntry {
  const entry = item as FlowEntry | null;
  return typeof entry === "object" && entry !== null && typeof entry.id === "string" && typeof entry.type === "string"
    && entry.id !== "__proto__";
}

let last = 0;

/** 16 hex digits, Node-RED's shape of an id. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  last = (last + 1) & 0xff;
  bytes[7] = last; // two ids of one gesture never meet
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What an entry is. `z` names the tab or subflow it lies on.
export const isTab = (entry: FlowEntry) => entry.type === "tab";
export const isSubflow = (entry: FlowEntry) => entry.type === "subflow";
export const isGroup = (entry: FlowEntry) => entry.type === "group";
export const isJunction = (entry: FlowEntry) => entry.type === "junction";
export const isNote = (entry: FlowEntry) => entry.type === "comment";
export const isFlow = (entry: FlowEntry) => isTab(entry) || isSubflow(entry);
/** A node on the canvas: has a place and may be wired. Config nodes, tabs and subflows have none; groups are boxes. */
export const isPlaced = (entry: FlowEntry) =>
  !isFlow(entry) && !isGroup(entry) && typeof entry.z === "string" && typeof entry.x === "number" && typeof entry.y === "number";
export const isConfig = (entry: FlowEntry) => !isFlow(entry) && !isPlaced(entry) && !isGroup(entry);
export const subflowOf = (entry: FlowEntry) => (entry.type.startsWith("subflow:") ? entry.type.slice(8) : null);

export const textOf = (entry: FlowEntry, key: string) => (typeof entry[key] === "string" ? (entry[key] as string) : "");
export const numberOf = (entry: FlowEntry, key: string, otherwise = 0) =>
  typeof entry[key] === "number" ? (entry[key] as number) : otherwise;
export const listOf = <T>(entry: FlowEntry, key: string) => (Array.isArray(entry[key]) ? (entry[key] as T[]) : []);
export const wiresOf = (entry: FlowEntry) => listOf<string[]>(entry, "wires");
