/** The wire being drawn. */
import type { ConnectionLineComponentProps } from "@xyflow/react";
import { curvePath } from "./curve";

export function ConnectionLine({ fromX, fromY, toX, toY, fromHandle, connectionStatus }: ConnectionLineComponentProps) {
  const [from, to] = [{ x: fromX, y: fromY }, { x: toX, y: toY }];
  const path = fromHandle.type === "source" ? curvePath(from, to) : curvePath(to, from);
  return (
    <g className={connectionStatus === "invalid" ? "drawing invalid" : "drawing"}>
      <path d={path} />
      <circle cx={toX} cy={toY} r="4.5" />
    </g>
  );
}
