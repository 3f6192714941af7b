/** Which flows have a tab, and which of them is looked at. */
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { currentDoc } from "../document/store";

const flow = () => useSelection.getState().flow;

export function visibleTabs(): string[] {
  const { hidden, openSubflows } = useSelection.getState();
  const doc = currentDoc();
  return [...indexOf(doc).tabs.filter((entry) => !hidden.has(entry.id)).map((entry) => entry.id), ...openSubflows.filter((id) => doc.entries[id])];
}

export function turnTab(step: number) {
  const tabs = visibleTabs();
  const next = tabs[(tabs.indexOf(flow()) + step + tabs.length) % tabs.length];
  if (next) useSelection.getState().show(next);
}

/** The first tab, or the last. */
export function showEnd(at: 0 | -1) {
  const id = visibleTabs().at(at);
  if (id) useSelection.getState().show(id);
}

export function hideFlow(id = flow()) {
  if (visibleTabs().length < 2) return;
  if (id === flow()) turnTab(visibleTabs().indexOf(id) === 0 ? 1 : -1);
  if (currentDoc().entries[id]?.type === "subflow") useSelection.getState().closeSubflow(id);
  else useSelection.getState().hide(id, true);
}
