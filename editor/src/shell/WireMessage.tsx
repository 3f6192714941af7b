/** The last message that passed a wire. */
import { useEffect, useState } from "react";
import { Icon } from "../canvas/Icon";
import { useDocument } from "../document/store";
import { readLastMessages } from "../server/api";
import type { LastMessage } from "../server/descriptors";
import { useView } from "../canvas/view";
import { nameOf } from "./names";
import { ValueTree } from "./ValueTree";
import { t } from "./words";

export default function WireMessage() {
  const wire = useView((state) => state.openWire);
  return wire && <Message key={wire} wire={wire} />;
}

function Message({ wire }: { wire: string }) {
  const [found, setFound] = useState<LastMessage | null | undefined>();
  const doc = useDocument((state) => state.doc);
  const [source, port, target] = wire.split(":") as [string, string, string];
  const read = () => void readLastMessages().then((all) => setFound(pick(all, source, Number(port), target)), () => setFound(null));
  useEffect(read, [wire]);
  const name = (id: string) => (doc.entries[id] ? nameOf(doc.entries[id]!) : id);
  return (
    <section className="wire-message" role="dialog" aria-label={t("wire.last")}>
      <header><b className="ell">{name(source)}</b><Icon name="right" size="xs" /><b className="ell">{name(target)}</b><span className="grow" />
        <button type="button" className="ib" title={t("context.refresh")} aria-label={t("context.refresh")} onClick={read}><Icon name="retry" size="sm" /></button>
        <button type="button" className="ib" title={t("common.close")} aria-label={t("common.close")} onClick={() => useView.setState({ openWire: null })}><Icon name="x" size="sm" /></button>
      </header>
      {found && <p className="muted">{t("wire.messages", { count: found.count })} · {new Date(found.time).toLocaleTimeString()}</p>}
      <div className="body">{found ? <ValueTree value={found.message} path="msg" open /> : <p className="none">{found === null ? t("wire.none") : ""}</p>}</div>
    </section>
  );
}

const pick = (all: readonly LastMessage[], source: string, port: number, target: string) =>
  all.find((one) => one.source === source && one.port === port && (!one.target || one.target === target)) ?? null;
