/** Every act by name: the key map, the menus, the command box and the buttons all go through here. */
import { useSelection } from "../document/selection";
import type { editActions } from "./editActions";
import { later, sayMissing } from "./later";
import type { viewActions } from "./viewActions";

export interface Action { run: () => unknown; enabled?: () => boolean }
export type ActionName = keyof typeof editActions | keyof typeof viewActions;

const acts = later(async () => {
  const module = await import("./allActions");
  performance.mark("ready");
  return module;
});

export const loadActions = acts.load;
/** What the clipboard's events need at once. */
export const clipboard = () => acts.now?.clipboard;

export const actionNames = () => Object.keys(acts.now?.allActions ?? {}) as ActionName[];
export const isEnabled = (name: ActionName) => acts.now?.allActions[name].enabled?.() ?? true;

/** What was chosen when the last act was asked for that had to wait. */
let meant: ReadonlySet<string> | undefined;

/** Does nothing when the act makes no sense now; tells whether it did. What is asked for too early follows, on what was chosen then. */
export function run(name: ActionName): boolean {
  if (!acts.now) {
    const { nodes, wires, select } = useSelection.getState();
    acts.load().then(() => {
      if (nodes !== (meant ?? useSelection.getState().nodes)) select(nodes, wires);
      meant = nodes;
      run(name);
    }, sayMissing);
    return true;
  }
  if (!isEnabled(name)) return false;
  acts.now.allActions[name].run();
  return true;
}
