/** Above an open subflow template: its properties and its ends. */
import { sizeOf } from "../canvas/anatomy";
import { Icon } from "../canvas/Icon";
import { bounds } from "../canvas/scene";
import { currentScene } from "../canvas/viewport";
import { remove } from "../document/actions/nodes";
import { addEnd } from "../document/actions/subflows";
import { listOf } from "../document/flow";
import { subflowInput, subflowOutput, subflowStatus } from "../document/index";
import { act, currentDoc, useDocument } from "../document/store";
import { run } from "./actions";
import { t } from "./words";

export default function SubflowTools({ id }: { id: string }) {
  const entry = useDocument((state) => state.doc.entries[id]!);
  const [inputs, outputs] = [listOf(entry, "in").length, listOf(entry, "out").length];
  const status = Boolean(entry.status);
  const toggle = (on: boolean, kind: "in" | "status") => (on ? drop(kind === "in" ? subflowInput(id) : subflowStatus(id)) : add(id, kind));
  return (
    <div className="float subflow-tools" role="toolbar" aria-label={t("subflow.template")}>
      <button type="button" className="btn quiet" onClick={() => run("edit-flow")}><Icon name="pencil" size="sm" />{t("subflow.edit")}</button>
      <hr />
      <button type="button" className={inputs ? "chk on" : "chk"} aria-pressed={inputs > 0} onClick={() => toggle(inputs > 0, "in")}>{t("subflow.input")}</button>
      <span className="stepper">{t("subflow.outputs")}
        <button type="button" className="ib" disabled={!outputs} aria-label={t("subflow.fewer")} onClick={() => drop(subflowOutput(id, outputs - 1))}><Icon name="minus" size="sm" /></button><b>{outputs}</b>
        <button type="button" className="ib" aria-label={t("subflow.more")} onClick={() => add(id, "out")}><Icon name="plus" size="sm" /></button>
      </span>
      <button type="button" className={status ? "chk on" : "chk"} aria-pressed={status} onClick={() => toggle(status, "status")}>{t("subflow.statusNode")}</button>
      <hr />
      <button type="button" className="btn quiet danger" onClick={() => run("delete-flow")}><Icon name="trash" size="sm" />{t("common.delete")}</button>
    </div>
  );
}

/** Inputs go to the left of everything, outputs to the right, each below the last. */
function add(id: string, kind: "in" | "out" | "status") {
  const box = bounds(currentScene()) ?? { x: 100, y: 60, w: 200, h: 40 };
  const count = kind === "out" ? listOf(currentDoc().entries[id]!, "out").length : 0;
  const x = kind === "in" ? box.x - 60 : box.x + box.w + 60;
  const y = Math.round((box.y + 20 + 60 * count + (kind === "status" ? box.h + 40 : 0)) / 20) * 20;
  act("history.subflowEnd", addEnd(id, kind, Math.round(x / 20) * 20, y));
}

const drop = (end: string) => act("history.subflowEnd", remove(currentDoc(), [end], sizeOf));
