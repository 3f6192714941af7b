/** Arranging a flow or what is chosen of it: in the background, with a word about it when it takes long. */
import { sizeOf } from "../canvas/anatomy";
import { tidy } from "../canvas/layout";
import { currentScene } from "../canvas/viewport";
import { move } from "../document/actions/nodes";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { dismiss, notify } from "../server/runtime";
import { t } from "./words";

const NEWS = "tidy";
const SOON_MS = 400;
const LONGEST_MS = 60_000;

let running: AbortController | null = null;

/** A second call takes the place of the first. */
export async function tidyUp() {
  running?.abort();
  const mine = (running = new AbortController());
  const { nodes } = useSelection.getState();
  const before = currentDoc();
  const timers = [setTimeout(() => sayBusy(mine), SOON_MS), setTimeout(() => mine.abort("late"), LONGEST_MS)];
  try {
    const places = await tidy(currentScene(), nodes.size > 1 ? nodes : new Set(), mine.signal);
    dismiss(NEWS);
    if (currentDoc() === before) act("history.tidy", move(before, places, sizeOf));
    else notify("warning", t("tidy.changed"), { id: NEWS });
  } catch (error) {
    dismiss(NEWS);
    if (mine.signal.reason === "late") notify("warning", t("tidy.late"), { id: NEWS });
    else if (!mine.signal.aborted) notify("error", t("tidy.failed", { reason: String((error as Error).message ?? error) }), { id: NEWS });
  } finally {
    timers.forEach(clearTimeout);
    if (running === mine) running = null;
  }
}

function sayBusy(mine: AbortController) {
  notify("info", t("tidy.busy"), { id: NEWS, sticky: true, action: { label: t("common.cancel"), run: () => mine.abort() } });
}
