/** Every act by name: the key map, the menus, the command box and the buttons all go through here. */
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
/** What the clipboard's events need at once; until it is here there is nothing to copy. */
export const clipboard = () => acts.now?.clipboard;

export const actionNames = () => Object.keys(acts.now?.allActions ?? {}) as ActionName[];
export const isEnabled = (name: ActionName) => acts.now?.allActions[name].enabled?.() ?? true;

/** Does nothing when the act makes no sense now; tells whether it did. What is asked for too early follows. */
export function run(name: ActionName): boolean {
  if (!acts.now) {
    acts.load().then(() => run(name), sayMissing);
    return true;
  }
  if (!isEnabled(name)) return false;
  acts.now.allActions[name].run();
  return true;
}
