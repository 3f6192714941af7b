/** Buttons on nodes: they act at once and are no edit, except that the debug switch is kept in the file as Node-RED does. */
import { update } from "../document/actions/nodes";
import type { FlowEntry } from "../document/flow";
import { act, useDocument } from "../document/store";
import { inject, switchDebug } from "../server/admin";
import { notify } from "../server/runtime";
import { t } from "../shell/words";
import { anatomyOf } from "./anatomy";

export async function pressButton(entry: FlowEntry, kind: "inject" | "debug") {
  try {
    if (kind === "inject") await pressInject(entry);
    else await pressDebug(entry);
  } catch (error) {
    notify("error", t("notify.buttonFailed", { name: anatomyOf(entry).label, reason: (error as Error).message }));
  }
}

async function pressInject(entry: FlowEntry) {
  await inject(entry.id);
  notify("success", t("notify.injected", { name: anatomyOf(entry).label }), { id: "injected" });
}

async function pressDebug(entry: FlowEntry) {
  const on = entry.active === false;
  act("history.debug", update(entry.id, { active: on }));
  // One that is not deployed yet only says so in the file.
  if (useDocument.getState().deployed.entries[entry.id]) await switchDebug(entry.id, on);
}
