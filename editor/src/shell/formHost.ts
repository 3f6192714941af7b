/** What the forms may ask, answered from the document and the server. */
import { labelOf } from "../canvas/look";
import { anatomyOf } from "../canvas/anatomy";
import { type FlowEntry, isConfig, isPlaced, listOf, textOf } from "../document/flow";
import { indexOf } from "../document/index";
import { currentDoc, useDocument } from "../document/store";
import type { FormHost } from "../forms/host";
import { type ContextScope, readContext } from "../server/admin";
import { readLastMessages, readMethods, testServiceHost } from "../server/api";
import { typeOf } from "../server/registry";
import { nameOf } from "./names";
import { openTray } from "./ui";
import { join } from "./ValueTree";
import { useLanguage } from "./words";

export function hostFor(entry: FlowEntry, credentials: Record<string, string | boolean>): FormHost {
  return {
    entry,
    credentials,
    // A config node inside a subflow serves only that subflow.
    configs: (type) => indexOf(currentDoc()).configs.filter((one) => one.type === type && (!one.z || one.z === entry.z)),
    watchConfigs: (run) => useDocument.subscribe(({ doc }, before) => doc !== before.doc && run()),
    labelOf: (one) => labelOf(one, typeOf(one.type)),
    editConfig: (type, id, done) => openTray({ kind: "config", type, id, done }),
    testConfig: (id) => testServiceHost({ id, node: currentDoc().entries[id]!, credentials: { ...currentDoc().secrets[id] } }),
    nodes: (types, everywhere) => nodesFor(entry, types, everywhere),
    methods: () => readMethods(useLanguage.getState().language),
    methodsHere: () => indexOf(currentDoc()).on(textOf(entry, "z")).filter((one) => one.type === entry.type && one.id !== entry.id).map((one) => textOf(one, "method")).filter(Boolean),
    paths: (type = "msg") => named(type, entry),
  };
}

function nodesFor(entry: FlowEntry, types: readonly string[], everywhere: boolean) {
  const doc = currentDoc();
  const entries = everywhere ? doc.order.map((id) => doc.entries[id]!) : indexOf(doc).on(textOf(entry, "z"));
  return entries.filter((one) => one.id !== entry.id && isPlaced(one) && one.type !== "junction" && !isConfig(one) && (!types.length || types.includes(one.type)))
    .map((one) => ({ entry: one, label: anatomyOf(one).label || one.type, where: doc.entries[textOf(one, "z")] ? nameOf(doc.entries[textOf(one, "z")]!) : "" }));
}

const DEEPEST = 4;
const MOST = 80;

async function named(type: string, entry: FlowEntry): Promise<string[]> {
  if (type === "msg") return pathsInto(entry);
  if (type === "env") return variablesAround(entry);
  const stores = await readContext(type as ContextScope, type === "flow" ? textOf(entry, "z") : null).catch(() => ({}));
  return Object.values(stores).flatMap((store) => Object.keys(store));
}

/** Variables of the groups around a node, of its flow, and global ones. */
function variablesAround(entry: FlowEntry): string[] {
  const { entries } = currentDoc();
  const around: FlowEntry[] = indexOf(currentDoc()).configs.filter(({ type }) => type === "global-config");
  for (let group = entries[textOf(entry, "g")]; group && !around.includes(group); group = entries[textOf(group, "g")]) around.push(group);
  const home = entries[textOf(entry, "z")];
  const lists = [...around, ...(home ? [home] : [])].map((one) => listOf<{ name: string }>(one, "env"));
  return [...new Set(lists.flat().map(({ name }) => name).filter(Boolean))];
}

/** Paths that really occurred in messages to this node. */
async function pathsInto(entry: FlowEntry): Promise<string[]> {
  const incoming = indexOf(currentDoc()).incoming(entry.id);
  const seen = (await readLastMessages().catch(() => [])).filter((one) => incoming.some((wire) => wire.source === one.source && wire.port === one.port));
  const paths = new Set(["payload", "topic"]);
  const visit = (value: unknown, path: string, depth: number) => {
    if (path && paths.size < MOST) paths.add(path);
    if (depth < DEEPEST && value && typeof value === "object") for (const [key, inner] of Object.entries(value).slice(0, 12)) visit(inner, join(path, key, Array.isArray(value)), depth + 1);
  };
  seen.forEach((one) => visit(one.message, "", 0));
  return [...paths];
}
