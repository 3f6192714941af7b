/** Below a node: its status, the tape of streamed text, the counter; in its icon cell: the ring of progress. */
import { type ReactNode, useEffect, useState } from "react";
import { type Live, type NodeStatus, useRuntime } from "../server/runtime";
import { statusText, t, useLanguage } from "../shell/words";

/** Node-RED's fill names our five meanings; the mark's shape says the same without colour. */
const MEANING: Record<string, string> = { blue: "live", green: "ok", red: "err", yellow: "warn", grey: "idle", gray: "idle" };

export function StatusLine({ status }: { status: NodeStatus | undefined }) {
  if (!status || (!status.text && !status.fill)) return null;
  const meaning = MEANING[status.fill ?? ""] ?? "idle";
  const text = statusText(status.text);
  return (
    <div className={`node-status ${meaning}`} title={text}>
      {status.fill && <i className={`st ${meaning} ${status.shape === "ring" ? "hollow" : "full"}`} />}
      <span>{text}</span>
    </div>
  );
}

/** The tape and counter while there are any, otherwise what is given: after a failure, the status that tells of it. */
export function LiveBlock({ id, below }: { id: string; below: ReactNode }) {
  const live = useRuntime((state) => state.live[id]);
  if (!live || (live.done && live.failed)) return below;
  return (
    <div className="live-out">
      {live.text && <Tape live={live} />}
      <Counter live={live} />
    </div>
  );
}

function Tape({ live }: { live: Live }) {
  return <div className="tape"><span>{live.text.slice(-80).replace(/\s+/g, " ")}{!live.done && <i className="caret" />}</span></div>;
}

export function Counter({ live }: { live: Live }) {
  const seconds = useSeconds(live);
  const parts = [
    live.of !== undefined && t("live.of", { count: number(live.count ?? 0), of: number(live.of) }),
    live.tokens !== undefined && t("live.tokens", { tokens: number(live.tokens) }),
    live.cost !== undefined && money(live.cost, live.currency),
    seconds !== undefined && t("live.seconds", { seconds: tenths(seconds) }),
  ].filter(Boolean);
  if (!parts.length) return null;
  const [first, ...rest] = parts;
  return <div className="count"><b>{!live.done && <i className="st live" />}{first}</b>{rest.map((part) => <span key={String(part)}>{part}</span>)}</div>;
}

/** Seconds of the last report, and on from there while the node works. */
function useSeconds({ seconds, at, done }: Live): number | undefined {
  const [now, setNow] = useState(at);
  useEffect(() => {
    if (done) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [done]);
  return seconds === undefined || done ? seconds : seconds + Math.max(0, now - at) / 1000;
}

export function ProgressRing({ id }: { id: string }) {
  const live = useRuntime((state) => state.live[id]);
  if (!live || live.done) return null;
  const share = live.of ? Math.min(1, (live.count ?? 0) / live.of) : null;
  const full = 2 * Math.PI * 11.5;
  return (
    <svg className={share === null ? "ring turning" : "ring"} viewBox="0 0 26 26" aria-hidden="true">
      <circle className="t" cx="13" cy="13" r="11.5" /><circle className="v" cx="13" cy="13" r="11.5" strokeDasharray={`${full * (share ?? 0.3)} ${full}`} />
    </svg>
  );
}

export const number = (value: number) => (value >= 10_000 ? `${tenths(value / 1000)}k` : String(value));

export const tenths = (value: number) => value.toLocaleString(useLanguage.getState().language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Never rounded to nothing: four places below one, two digits that say something below those. */
export function money(value: number, currency = "USD"): string {
  const places = value >= 1 ? 2 : 4;
  const digits = value > 0 && value < 0.001 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: places, maximumFractionDigits: places };
  try {
    return new Intl.NumberFormat(useLanguage.getState().language, { style: "currency", currency, currencyDisplay: "narrowSymbol", ...digits }).format(value);
  } catch {
    return `${value.toFixed(places)} ${currency}`;
  }
}
