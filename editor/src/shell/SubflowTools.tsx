/** Above an open subflow template: its properties and its ends. */
import { sizeOf } from "../canvas/anatomy";
import { Icon } from "../canvas/Icon";
import { bounds } from "../canvas/scene";
import { snapped } from "../canvas/view";
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

/** Inputs go to the left of all nodes, outputs and status to the right, each below the last. */
function add(id: string, kind: "in" | "out" | "status") {
  const { items } = currentScene();
  const nodes = [...items.values()].filter((item) => item.kind !== "end").map((item) => item.id);
  const box = bounds(currentScene(), nodes) ?? { x: 100, y: 60, w: 200, h: 40 };
  const above = kind === "in" ? [] : [...items.values()].filter((item) => item.kind === "end" && item.inputs).map((item) => item.box.y + item.box.h / 2 + 60);
  const x = kind === "in" ? box.x - 60 : box.x + box.w + 60;
  act("history.subflowEnd", addEnd(id, kind, snapped(x), snapped(Math.max(box.y + 20, ...above))));
}

const drop = (end: string) => act("history.subflowEnd", remove(currentDoc(), [end], sizeOf));
