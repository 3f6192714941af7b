/** A wire in all its states, with the pill that says how much has passed. */
import { EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { useDocument } from "../document/store";
import { useRuntime } from "../server/runtime";
import { t } from "../shell/words";
import { curvePath, middleOf } from "./curve";
import type { CanvasEdge } from "./flowElements";
import { useView } from "./view";

/** Traffic older than this no longer moves. */
const BUSY_MS = 2500;

export const WireLine = memo(function WireLine({ id, sourceX, sourceY, targetX, targetY, selected, data }: EdgeProps<CanvasEdge>) {
  const wire = data!.wire;
  const splicing = useView((state) => state.spliceTarget === id);
  const hovered = useView((state) => state.hoverWire === id);
  const off = useDocument((state) => Boolean(state.doc.entries[wire.source]?.d || state.doc.entries[wire.target]?.d));
  const failed = useRuntime((state) => state.statuses[wire.source]?.fill === "red");
  const traffic = useRuntime((state) => state.traffic[`${wire.source}:${wire.port}`]);
  const [from, to] = [{ x: sourceX, y: sourceY }, { x: targetX, y: targetY }];
  const path = curvePath(from, to);
  const busy = traffic !== undefined && traffic.rate > 0 && Date.now() - traffic.at < BUSY_MS;
  const lit = selected || hovered;
  const state = splicing ? "splice" : lit ? "hov" : off ? "dim" : failed ? "bad" : data!.virtual ? "virtual" : busy ? "busy" : "";
  return (
    <>
      {lit && <path className="hov-halo" d={path} />}
      <path className={`wire ${state}`} d={path} />
      {busy && !lit && <path className="flowing" d={path} style={{ animationDuration: `${Math.max(0.4, 1.4 / Math.min(8, traffic.rate))}s` }} />}
      <path className="wire-hit react-flow__edge-interaction" d={path} />
      {lit && traffic && <Pill id={id} at={middleOf(from, to)} count={traffic.count} rate={traffic.rate} />}
    </>
  );
});

interface PillProps { id: string; at: { x: number; y: number }; count: number; rate: number }

function Pill({ id, at, count, rate }: PillProps) {
  return (
    <EdgeLabelRenderer>
      <button type="button" className="badge-w nodrag nopan" style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }} title={t("wire.open")}
        onClick={() => useView.setState({ openWire: id })}>
        <b>{t("wire.messages", { count })}</b><span>{t("wire.rate", { rate: rate.toFixed(rate < 10 ? 1 : 0) })}</span>
      </button>
    </EdgeLabelRenderer>
  );
}
