/** Context data of the chosen node, its flow and the global one: read when asked, copied, deleted. */
import { useCallback, useEffect, useState } from "react";
import { Icon } from "../canvas/Icon";
import { useSelection } from "../document/selection";
import { type ContextScope, type ContextValues, deleteContextKey, readContext } from "../server/admin";
import { decode, notify } from "../server/runtime";
import { ValueTree } from "./ValueTree";
import { t } from "./words";

export function ContextPanel() {
  const { flow, nodes } = useSelection();
  const [node] = nodes;
  return (
    <>
      <div className="side-h">{t("panel.context")}</div>
      <div className="side-scroll">
        {node && <Scope key={node} scope="node" id={node} />}
        <Scope key={flow} scope="flow" id={flow} />
        <Scope scope="global" id={null} />
      </div>
    </>
  );
}

function Scope({ scope, id }: { scope: ContextScope; id: string | null }) {
  const [values, setValues] = useState<ContextValues | null>(null);
  const read = useCallback(() => void readContext(scope, id).then(setValues, () => setValues({})), [scope, id]);
  useEffect(read, [read]);
  const rows = Object.entries(values ?? {}).flatMap(([store, keys]) => Object.entries(keys).map(([key, value]) => ({ store, key, value })));
  const drop = async (key: string, store: string) => {
    await deleteContextKey(scope, id, key, store).catch((error: Error) => notify("error", error.message));
    read();
  };
  return (
    <section className="context-scope">
      <h4 aria-level={3}>{t(`context.${scope}`)}<span className="grow" /><button type="button" className="ib" title={t("context.refresh")} aria-label={t("context.refresh")} onClick={read}><Icon name="retry" size="sm" /></button></h4>
      {rows.map(({ store, key, value }) => (
        <div className="context-row" key={`${store}.${key}`}>
          <code className="k">{key}</code>
          <div className="grow"><ValueTree value={decode({ ...value })} path={key} /></div>
          <button type="button" className="ib" title={t("common.delete")} aria-label={t("common.delete")} onClick={() => void drop(key, store)}><Icon name="trash" size="sm" /></button>
        </div>
      ))}
      {values && !rows.length && <p className="none">{t("context.none")}</p>}
    </section>
  );
}
