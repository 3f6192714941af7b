/** All acts together, fetched after the page is shown. */
import "../canvas/present";
import type { Action, ActionName } from "./actions";
import { editActions } from "./editActions";
import { viewActions } from "./viewActions";

export const allActions: Readonly<Record<ActionName, Action>> = { ...editActions, ...viewActions };
export * as clipboard from "../canvas/clipboard";
