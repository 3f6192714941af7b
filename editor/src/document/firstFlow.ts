/** A server without flows is shown with an empty one. It keeps its id between visits, so that a draft fits it, until it is deployed. */
import { newTab } from "./actions/flows";
import type { FlowDocument } from "./flow";
import { indexOf } from "./index";

const KEY = "flowengine.firstFlow";

export function withFirstFlow(doc: FlowDocument, label: string): FlowDocument {
  if (indexOf(doc).tabs.length) return doc;
  const made = newTab(label);
  const tab = { ...made, id: localStorage.getItem(KEY) ?? made.id };
  localStorage.setItem(KEY, tab.id);
  return { ...doc, order: [tab.id, ...doc.order], entries: { ...doc.entries, [tab.id]: tab } };
}

/** As the server has it: without the flow it has not been told of. */
export function withoutFirstFlow(doc: FlowDocument): FlowDocument {
  const id = localStorage.getItem(KEY);
  if (!id || !doc.entries[id]) return doc;
  const { [id]: _, ...entries } = doc.entries;
  return { ...doc, order: doc.order.filter((other) => other !== id), entries };
}

export const firstFlowIsDeployed = () => localStorage.removeItem(KEY);
