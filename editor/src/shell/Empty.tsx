/** An empty flow says what to do next and offers something that runs. */
import { useEffect, useState } from "react";
import { Icon } from "../canvas/Icon";
import { categoryOf, HUES } from "../canvas/look";
import { curvePath } from "../canvas/curve";
import { labelled, portsOf } from "../canvas/anatomy";
import { paste } from "../canvas/clipboard";
import { fit } from "../canvas/viewport";
import { importAll, planImport } from "../document/actions/imports";
import { type FlowEntry, isPlaced, listOf } from "../document/flow";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { readExamples } from "../server/api";
import type { Example } from "../server/descriptors";
import { typeOf } from "../server/registry";
import { run } from "./actions";
import { chooseFile } from "./files";
import { display } from "./keys";
import { openDialog } from "./ui";
import { t } from "./words";

export default function Empty() {
  const flow = useSelection((state) => state.flow);
  const [examples, setExamples] = useState<Example[]>([]);
  useEffect(() => void readExamples().then((all) => setExamples(all.slice(0, 3)), () => undefined), []);
  const key = (keys: string, label: string) => <span>{display(keys).map((one) => <kbd key={one}>{one}</kbd>)} {label}</span>;
  return (
    <section className="empty">
      <div className="empty-in">
        <div><h2>{t("empty.title")}</h2><p className="lead">{t("empty.leadBefore")} <kbd>N</kbd> {t("empty.leadAfter")}</p></div>
        {examples.length > 0 && <div className="cards">{examples.map((example) => <Card key={example.name} example={example} flow={flow} />)}</div>}
        <div className="drop"><Icon name="up" /><div className="grow"><b>{t("empty.drop")}</b><p>{t("empty.dropText")}</p></div>
          <button type="button" className="btn" onClick={() => openDialog({ kind: "import" })}><Icon name="copy" size="sm" />{t("empty.paste")}</button>
          <button type="button" className="btn" onClick={() => void chooseFile().then((text) => text && (paste(text), fit()))}>{t("empty.choose")}</button>
        </div>
        <div className="keys">{key("n", t("empty.keyAdd"))}{key("ctrl-k", t("empty.keyCommand"))}{key("ctrl-i", t("empty.keyImport"))}<button type="button" className="plain-button" onClick={() => run("show-keyboard-shortcuts")}>{key("?", t("empty.keyAll"))}</button></div>
      </div>
    </section>
  );
}

function Card({ example, flow }: { example: Example; flow: string }) {
  const open = () => {
    const plan = planImport(currentDoc(), intoFlow(example.flow, flow), { flow, mode: "copy" });
    act("history.import", importAll(plan));
    requestAnimationFrame(() => fit());
  };
  return (
    <button type="button" className="card" onClick={open}>
      <div className="pic"><Picture flow={example.flow} /></div>
      <div className="tx"><h3>{example.title}<Icon name="right" size="sm" /></h3><p>{example.summary}</p>
        <div className="meta"><span>{t("empty.nodes", { count: example.nodes })}</span><span>{t(example.needs ? `empty.needs-${example.needs}` : "empty.needs-nothing")}</span></div></div>
    </button>
  );
}

/** The example's only tab becomes the empty one. */
function intoFlow(list: FlowEntry[], flow: string): FlowEntry[] {
  const tabs = list.filter((entry) => entry.type === "tab");
  if (tabs.length !== 1) return list;
  return list.filter((entry) => entry.type !== "tab").map((entry) => (entry.z === tabs[0]!.id ? { ...entry, z: flow } : entry));
}

/** As much of a long flow as can still be made out. */
const WIDEST = 600;

/** A small drawing of the first nodes, as they lie. */
function Picture({ flow }: { flow: FlowEntry[] }) {
  const placed = flow.filter(isPlaced).filter((entry) => entry.type !== "comment").slice(0, 14);
  const boxes = new Map(placed.map((entry) => {
    const { inputs, outputs } = portsOf(entry, typeOf(entry.type), undefined);
    const { w, h } = labelled(String(entry.name || entry.type), inputs, outputs);
    return [entry.id, { x: Number(entry.x) - w / 2, y: Number(entry.y) - h / 2, w, h, entry }];
  }));
  if (!boxes.size) return null;
  const all = [...boxes.values()];
  const x = Math.min(...all.map((box) => box.x)) - 24;
  const y = Math.min(...all.map((box) => box.y)) - 24;
  const w = Math.min(WIDEST, Math.max(...all.map((box) => box.x + box.w)) + 24 - x);
  const h = Math.max(...all.map((box) => box.y + box.h)) + 24 - y;
  return (
    <svg className={w < WIDEST ? undefined : "cut"} viewBox={`${x} ${y} ${w} ${h}`} preserveAspectRatio={w < WIDEST ? "xMidYMid" : "xMinYMid"} aria-hidden="true">
      {all.flatMap((box) => listOf<string[]>(box.entry, "wires").flat().map((to, at) => {
        const target = boxes.get(to);
        return target && <path key={`${box.entry.id}${at}`} d={curvePath({ x: box.x + box.w, y: box.y + box.h / 2 }, { x: target.x, y: target.y + target.h / 2 })} stroke="var(--wire)" strokeWidth="2.5" fill="none" />;
      }))}
      {all.map((box) => (
        <g key={box.entry.id}>
          <rect x={box.x} y={box.y} width={box.w} height={box.h} rx="7" fill="var(--surface-1)" stroke="var(--line-edge)" />
          <path d={`M${box.x + 7} ${box.y}h23v${box.h}h-23a7 7 0 0 1-7-7v${14 - box.h}a7 7 0 0 1 7-7z`} fill={HUES[categoryOf(box.entry.type, typeOf(box.entry.type))]} />
          <rect x={box.x + 40} y={box.y + box.h / 2 - 3} width={Math.max(10, box.w - 52)} height="6" rx="3" fill="var(--ink-3)" opacity=".45" />
        </g>
      ))}
    </svg>
  );
}
