/** Junctions, groups and the ends of a subflow. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { parseSubflowEnd } from "../document/index";
import { changesOf, useDocument } from "../document/store";
import { t } from "../shell/words";
import type { CanvasNode } from "./flowElements";
import { Ports } from "./FlowNode";
import { nearestHue } from "./look";
import { useView } from "./view";

export const Junction = memo(function Junction({ selected, isConnectable }: NodeProps<CanvasNode>) {
  return (
    <div className="junction-hit">
      <Handle type="target" id="in" position={Position.Left} isConnectable={isConnectable} isConnectableStart={isConnectable} className="port jin" role="img" aria-label={t("node.input")} />
      <i className={selected ? "junction sel" : "junction"} />
      <Handle type="source" id="0" position={Position.Right} isConnectable={isConnectable} isConnectableStart={isConnectable} className="port jout" role="img" aria-label={t("node.output", { number: 1 })} />
    </div>
  );
});

interface GroupStyle { fill?: string; stroke?: string; label?: boolean; color?: string }

export const GroupBox = memo(function GroupBox({ data, selected, width, height }: NodeProps<CanvasNode>) {
  const { entry } = data.item;
  const style = (entry.style ?? {}) as GroupStyle;
  const changed = useDocument((state) => changesOf(state).nodes.has(entry.id));
  const takesIn = useView((state) => state.groupTarget === entry.id);
  const color = paint(style.stroke) ?? paint(style.fill);
  const category = color ? (nearestHue(color) ?? "data") : "data";
  return (
    <div className={`group cat-${category}${selected ? " sel" : ""}${entry.d ? " off" : ""}${takesIn ? " into" : ""}`} style={{ width, height }}>
      {style.label !== false && Boolean(entry.name) && <span className="group-name">{String(entry.name)}</span>}
      {changed && <i className="mark" title={t("node.changed")} />}
    </div>
  );
});

const paint = (color: string | undefined) => (color && color !== "none" && color !== "#999999" ? color : undefined);

export const SubflowEndBox = memo(function SubflowEndBox({ data, selected, isConnectable }: NodeProps<CanvasNode>) {
  const { item } = data;
  const { kind, at } = parseSubflowEnd(item.id)!;
  return (
    <div className={`node subflow-end${selected ? " sel" : ""}`} style={{ width: item.box.w, height: item.box.h }}>
      <span>{kind === "out" ? <>{t("subflow.out")}<b>{at + 1}</b></> : t(`subflow.${kind}`)}</span>
      <Ports item={item} descriptor={undefined} open={isConnectable} />
    </div>
  );
});
