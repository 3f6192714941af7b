/** Every act by name: the key map, the menus, the command box and the buttons all go through here. */
import { editActions } from "./editActions";
import { viewActions } from "./viewActions";

export interface Action { run: () => unknown; enabled?: () => boolean }
export type ActionName = keyof typeof editActions | keyof typeof viewActions;

const all = (): Record<ActionName, Action> => ({ ...editActions, ...viewActions });

export const actionNames = () => Object.keys(all()) as ActionName[];
export const isEnabled = (name: ActionName) => all()[name].enabled?.() ?? true;

/** Does nothing when the act makes no sense now; tells whether it did. */
export function run(name: ActionName): boolean {
  if (!isEnabled(name)) return false;
  all()[name].run();
  return true;
}
