/** Tabs: add, order, remove. What a tab says about itself is changed by `update`. */
import { type FlowDocument, type FlowEntry, isSubflow, isTab, newId, subflowOf } from "../flow";
import type { Recipe } from "../history";
import { indexOf } from "../index";
import { forget } from "./nodes";
import { unwireEnds } from "./subflows";

export const newTab = (label: string): FlowEntry => ({ id: newId(), type: "tab", label, disabled: false, info: "", env: [] });

/** After the last tab, so the file keeps tabs before nodes. */
export const addTab = (tab: FlowEntry, after?: string): Recipe => (draft) => {
  const tabs = draft.order.filter((id) => isTab(draft.entries[id]!));
  const at = draft.order.indexOf(after ?? tabs.at(-1) ?? "") + 1;
  draft.entries[tab.id] = structuredClone(tab);
  draft.order.splice(at, 0, tab.id);
};

/** Removes a tab or subflow with all that lies on it; a subflow also loses its instances. */
export function removeFlow(doc: FlowDocument, id: string): Recipe {
  const index = indexOf(doc);
  const instances = index.users(id).filter((entry) => subflowOf(entry) === id).map((entry) => entry.id);
  const inside = [...index.on(id), ...index.configs.filter((entry) => entry.z === id)].map((entry) => entry.id);
  const gone = new Set([id, ...inside, ...instances]);
  const touched = new Set(instances);
  return (draft) => {
    for (const name of doc.order) {
      const entry = doc.entries[name]!;
      if (gone.has(name)) continue;
      if (instances.length && isSubflow(entry)) unwireEnds(draft.entries[name]!, (id) => touched.has(id));
      if (entry.wires && touches(entry.wires, touched)) draft.entries[name]!.wires = (entry.wires as string[][]).map((port) => port.filter((to) => !touched.has(to)));
      if (Array.isArray(entry.links) && touches(entry.links, gone)) draft.entries[name]!.links = (entry.links as string[]).filter((to) => !gone.has(to));
      if (Array.isArray(entry.nodes) && touches(entry.nodes, gone)) draft.entries[name]!.nodes = (entry.nodes as string[]).filter((to) => !gone.has(to));
    }
    forget(draft, gone);
  };
}

/** `ids` is the new order of all tabs; everything else in the file keeps its place. */
export const orderTabs = (ids: readonly string[]): Recipe => (draft) => {
  const queue = [...ids];
  const tabs = new Set(ids);
  draft.order = draft.order.map((id) => (tabs.has(id) ? queue.shift()! : id));
};

function touches(value: unknown, ids: ReadonlySet<string>): boolean {
  return Array.isArray(value) ? value.some((item) => touches(item, ids)) : ids.has(value as string);
}
