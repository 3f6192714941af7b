/** The strip at the bottom: connection, what runs, what went wrong. */
import { money, number, tenths } from "../canvas/Live";
import { indexOf } from "../document/index";
import { useDocument } from "../document/store";
import { configTypes, useRegistry } from "../server/registry";
import { useRuntime } from "../server/runtime";
import { openTray, showPanel } from "./ui";
import { t } from "./words";

const HOST = "Service Host";

export function Strip() {
  const connection = useRuntime((state) => state.connection);
  const running = useRuntime((state) => state.running);
  const rate = useRuntime((state) => Object.values(state.traffic).reduce((sum, one) => sum + (Date.now() - one.at < 3000 ? one.rate : 0), 0));
  const errors = useRuntime((state) => state.debug.filter((one) => one.level === 20).length);
  const { tokens, costs } = useRuntime((state) => state.totals);
  const flows = useDocument((state) => indexOf(state.deployed).tabs.filter((entry) => !entry.disabled).length);
  const noHost = useDocument((state) => !indexOf(state.doc).configs.some((entry) => entry.type === HOST));
  useRegistry((state) => state.loaded);
  const offersHost = configTypes().some((one) => one.type === HOST);
  return (
    <footer className="strip">
      <span><i className={`st ${connection === "connected" ? "ok" : connection === "lost" ? "warn" : "idle"}`} />{t(`strip.${connection}`)}</span>
      {flows > 0 && <span>{running ? <><b>{flows}</b> {t("strip.flows", { count: flows })}</> : t("strip.stopped")}</span>}
      {rate > 0 && <span><b>{tenths(rate)}</b> {t("strip.rate")}</span>}
      {errors > 0 && <button type="button" className="errors" onClick={() => showPanel("debug")}><i className="st err" />{t("strip.errors", { count: errors })}</button>}
      <span className="grow" />
      {tokens > 0 && <span className="sum" title={t("strip.since")}><b>{number(tokens)}</b> {t("strip.tokens")}</span>}
      {Object.entries(costs).map(([currency, cost]) => <span key={currency} className="sum" title={t("strip.since")}><b>{money(cost, currency)}</b></span>)}
      {noHost && offersHost && <span>{t("strip.noHost")} · <button type="button" className="link" onClick={() => openTray({ kind: "config", type: HOST, id: null })}>{t("strip.addHost")}</button></span>}
    </footer>
  );
}
