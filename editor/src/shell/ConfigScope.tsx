/** Where a config node may be used, and by how many nodes it is. */
import { type FlowEntry, textOf } from "../document/flow";
import { flowsOf, indexOf } from "../document/index";
import { useDocument } from "../document/store";
import { nameOf } from "./names";
import { t } from "./words";

export function ConfigScope({ entry, flow, change }: { entry: FlowEntry; flow: string; change: (flow: string | undefined) => void }) {
  const doc = useDocument((state) => state.doc);
  const users = indexOf(doc).users(entry.id);
  // Whoever uses it elsewhere would lose it.
  const elsewhere = (id: string) => users.some((one) => textOf(one, "z") !== id);
  return (
    <>
      <select className="field config-scope" aria-label={t("config.scope")} title={t("config.scope")} value={flow} onChange={(event) => change(event.target.value || undefined)}>
        <option value="">{t("config.everywhere")}</option>
        {flowsOf(doc).map((one) => <option key={one.id} value={one.id} disabled={one.id !== flow && elsewhere(one.id)}>{nameOf(one)}</option>)}
      </select>
      {doc.entries[entry.id] && <span className={users.length ? "pill" : "pill warn"} title={t("config.users", { count: users.length })}>{users.length}</span>}
    </>
  );
}
