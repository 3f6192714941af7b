/** Copy, cut and paste as flow JSON on the system's clipboard, so it works between tabs, browsers and text editors. */
import { exportList, importAll, type ImportPlan, planImport } from "../document/actions/imports";
import { remove } from "../document/actions/nodes";
import { type FlowEntry, FlowFileError, numberOf } from "../document/flow";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { notify } from "../server/runtime";
import { copyText } from "../shell/copyText";
import { t } from "../shell/words";
import { sizeOf } from "./anatomy";
import type { Point } from "./curve";
import { bounds } from "./scene";
import { placeForNew } from "./view";
import { currentScene } from "./viewport";

export const selectionText = () => JSON.stringify(exportList(currentDoc(), useSelection.getState().nodes));

export function copyTo(data: DataTransfer): boolean {
  if (!useSelection.getState().nodes.size) return false;
  data.setData("text/plain", selectionText());
  return true;
}

export async function copySelection(): Promise<boolean> {
  const { nodes } = useSelection.getState();
  if (!nodes.size) return false;
  const done = await copyText(selectionText());
  if (done) notify("info", t("notify.copied", { count: nodes.size }), { id: "copied" });
  return done;
}

export function cutSelection() {
  void copySelection().then((done) => done && removeSelection());
}

export function removeSelection() {
  const { flow, nodes, select } = useSelection.getState();
  if (currentDoc().entries[flow]?.locked) return;
  act("history.cut", remove(currentDoc(), nodes, sizeOf));
  select([]);
}

export async function pasteFromClipboard() {
  paste(await navigator.clipboard.readText());
}

/** Text that is no flow is left alone: returns false. */
export function paste(text: string, at: Point = placeForNew()): boolean {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return false;
  }
  try {
    insertList(list, "history.paste", at);
    return true;
  } catch (error) {
    if (!(error instanceof FlowFileError)) throw error;
    notify("warning", t(error.message));
    return true;
  }
}

function insertList(list: unknown, label: string, at: Point) {
  const { flow, select } = useSelection.getState();
  if (currentDoc().entries[flow]?.locked) return;
  const plan = planImport(currentDoc(), Array.isArray(list) ? list : [list], { flow, mode: "copy", at });
  uncover(plan, flow);
  act(label, importAll(plan));
  select(plan.placed);
}

/** What is pasted twice at one place does not lie on itself. */
function uncover({ entries, placed }: ImportPlan, flow: string) {
  const spot = ({ x, y }: FlowEntry) => `${x},${y}`;
  const taken = new Set(indexOf(currentDoc()).on(flow).map(spot));
  const moved = new Set(placed);
  const mine = entries.filter((entry) => moved.has(entry.id));
  while (mine.some((entry) => taken.has(spot(entry)))) for (const entry of mine) Object.assign(entry, { x: numberOf(entry, "x") + 20, y: numberOf(entry, "y") + 20 });
}

/** Beside the original, one grid step down and right. */
export function duplicateSelection() {
  const { nodes } = useSelection.getState();
  const box = bounds(currentScene(), nodes);
  if (!box) return;
  const entries = exportList(currentDoc(), nodes).filter((entry) => typeof entry.x === "number");
  const xs = entries.map((entry) => Number(entry.x));
  const ys = entries.map((entry) => Number(entry.y));
  insertList(exportList(currentDoc(), nodes), "history.duplicate", { x: (Math.min(...xs) + Math.max(...xs)) / 2 + 40, y: (Math.min(...ys) + Math.max(...ys)) / 2 + 40 });
}
