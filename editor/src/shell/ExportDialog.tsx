/** Export: the selection, this flow or everything, as JSON to copy or keep. */
import { useMemo, useState } from "react";
import { Icon } from "../canvas/Icon";
import { exportList } from "../document/actions/imports";
import { save } from "../document/flow";
import { useSelection } from "../document/selection";
import { currentDoc } from "../document/store";
import { notify } from "../server/runtime";
import { copyText } from "./copyText";
import { Modal } from "./Dialogs";
import { download } from "./files";
import { openDialog } from "./ui";
import { t } from "./words";

type What = "selection" | "flow" | "all";

export function ExportDialog() {
  const { flow, nodes } = useSelection();
  const [what, setWhat] = useState<What>(nodes.size ? "selection" : "flow");
  const [pretty, setPretty] = useState(true);
  const text = useMemo(() => {
    const doc = currentDoc();
    const list = what === "all" ? save(doc) : exportList(doc, what === "flow" ? [flow] : nodes);
    return JSON.stringify(list, null, pretty ? 4 : undefined);
  }, [what, pretty, flow, nodes]);
  const copy = () => void copyText(text).then((done) => {
    if (!done) return;
    notify("info", t("notify.exported"), { id: "copied" });
    openDialog(null);
  });
  return (
    <Modal title={t("export.title")} wide actions={<>
      <button type="button" className="btn" onClick={() => download(`${what === "all" ? "flows" : "flow"}.json`, text)}><Icon name="download" size="sm" />{t("export.download")}</button>
      <button type="button" className="btn primary" onClick={copy}>{t("export.copy")}</button>
    </>}>
      <div className="line">
        <div className="seg" role="radiogroup" aria-label={t("export.what")}>
          {(["selection", "flow", "all"] as const).map((one) => <button key={one} type="button" role="radio" aria-checked={what === one} disabled={one === "selection" && !nodes.size} className={what === one ? "on" : ""} onClick={() => setWhat(one)}>{t(`export.${one}`)}</button>)}
        </div>
        <label><input type="checkbox" checked={pretty} onChange={(event) => setPretty(event.target.checked)} /> {t("export.pretty")}</label>
      </div>
      <textarea className="field json" readOnly value={text} aria-label={t("export.title")} onFocus={(event) => event.target.select()} />
    </Modal>
  );
}
