/** How a node looks: its label, icon and port labels. */
import { portsOf, templateOf } from "../canvas/anatomy";
import { Icon } from "../canvas/Icon";
import { glyphOf, hasLabel, labelByDefault } from "../canvas/look";
import { type FlowEntry, isSubflow, listOf } from "../document/flow";
import { useRegistry } from "../server/registry";
import { t } from "./words";

/** Node-RED's icon names, so that a file looks the same there. */
const ICONS = ["inject.svg", "debug.svg", "function.svg", "switch.svg", "swap.svg", "template.svg", "timer.svg", "trigger.svg", "range.svg", "white-globe.svg", "envelope.svg", "db.svg", "file.svg", "file-in.svg", "parser-csv.svg", "parser-json.svg", "parser-xml.svg", "parser-yaml.svg", "split.svg", "join.svg", "sort.svg", "batch.svg", "watch.svg", "serial.svg", "alert.svg", "status.svg", "link-out.svg", "link-call.svg"].map((name) => `node-red/${name}`);

export function Appearance({ entry, change }: { entry: FlowEntry; change: (values: Record<string, unknown>) => void }) {
  const descriptor = useRegistry((state) => state.types.get(entry.type));
  const { inputs, outputs } = portsOf(entry, descriptor, isSubflow(entry) ? entry : templateOf(entry));
  const shown = hasLabel(entry, descriptor);
  const setPort = (key: "inputLabels" | "outputLabels", count: number, at: number, text: string) => {
    const labels = Array.from({ length: count }, (_, index) => listOf<string>(entry, key)[index] ?? "");
    labels[at] = text;
    change({ [key]: labels.some(Boolean) ? labels : undefined });
  };
  const ports = (key: "inputLabels" | "outputLabels", count: number, title: string) => count > 0 && (
    <div className="row"><span className="label">{title}</span><div className="port-labels">
      {Array.from({ length: count }, (_, at) => <label key={at} className="line"><span className="muted">{at + 1}</span><input className="field grow" defaultValue={listOf<string>(entry, key)[at] ?? ""} placeholder={t("appearance.noLabel")} onChange={(event) => setPort(key, count, at, event.target.value)} /></label>)}
    </div></div>
  );
  return (
    <div className="form">
      {!isSubflow(entry) && <div className="row"><label className="w" htmlFor="show-label">{t("appearance.label")}</label><div className="line"><input id="show-label" type="checkbox" role="switch" className="switch" checked={shown} onChange={(event) => change({ l: event.target.checked === labelByDefault(descriptor) ? undefined : event.target.checked })} /></div></div>}
      <div className="row"><span className="label">{t("appearance.icon")}</span>
        <div className="icons" role="radiogroup" aria-label={t("appearance.icon")}>
          <button type="button" role="radio" aria-checked={!entry.icon} className={entry.icon ? "ib" : "ib on"} title={t("appearance.ownIcon")} onClick={() => change({ icon: undefined })}><Icon name={glyphOf({ type: entry.type }, descriptor)} /></button>
          {ICONS.map((icon) => <button key={icon} type="button" role="radio" aria-checked={entry.icon === icon} className={entry.icon === icon ? "ib on" : "ib"} title={icon} onClick={() => change({ icon })}><Icon name={glyphOf({ type: entry.type, icon }, descriptor)} /></button>)}
        </div></div>
      {ports("inputLabels", inputs, t("appearance.inputs"))}
      {ports("outputLabels", outputs, t("appearance.outputs"))}
    </div>
  );
}
