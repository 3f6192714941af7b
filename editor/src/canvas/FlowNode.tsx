/** A node: icon cell, label, ports, button, marks, and what stands below it. Every measure is in canvas.css. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { type KeyboardEvent, memo, type PointerEvent } from "react";
import { isNote, textOf } from "../document/flow";
import { changesOf, useDocument } from "../document/store";
import type { TypeDescriptor } from "../server/descriptors";
import { useRegistry } from "../server/registry";
import { useRuntime } from "../server/runtime";
import { t, useLanguage } from "../shell/words";
import { anatomyOf, linesOf, outputY, templateOf } from "./anatomy";
import { pressButton } from "./buttons";
import type { CanvasNode } from "./flowElements";
import { Icon } from "./Icon";
import { LiveBlock, ProgressRing, StatusLine } from "./Live";
import { categoryOf, glyphOf } from "./look";
import { problemsOf } from "./problems";
import { QuickToolbar } from "./QuickToolbar";
import type { Item } from "./scene";
import { useView } from "./view";

export const FlowNode = memo(function FlowNode({ data, selected, dragging, isConnectable }: NodeProps<CanvasNode>) {
  const { item } = data;
  const { entry } = item;
  const descriptor = useRegistry((state) => state.types.get(entry.type));
  const template = useDocument(() => templateOf(entry));
  const change = useDocument((state) => changesOf(state).nodes.get(entry.id));
  const invalid = useDocument((state) => problemsOf(state.doc, entry).length > 0);
  const status = useRuntime((state) => state.statuses[entry.id]);
  const alone = useView((state) => state.revealed === entry.id);
  useLanguage();
  const { label, bare } = anatomyOf(entry);
  const known = Boolean(descriptor ?? template);
  const right = descriptor?.align === "right";
  const failed = status?.fill === "red";
  const classes = ["node", `cat-${categoryOf(entry.type, descriptor)}`, right && "end", bare && "bare", selected && "sel", failed && "failed", entry.d && "off",
    !known && "unknown", dragging && "drag", alone && "revealed", isNote(entry) && "comment"];
  return (
    <div className={classes.filter(Boolean).join(" ")} style={{ width: item.box.w, height: item.box.h }} title={bare ? label : undefined}>
      <span className="node-icon"><Icon name={glyphOf(entry, descriptor)} /><ProgressRing id={entry.id} /></span>
      {!bare && <span className="node-label">{linesOf(label).map((line, at) => <span key={at}>{line}</span>)}</span>}
      <Ports item={item} descriptor={descriptor} open={isConnectable} />
      {descriptor?.button && <NodeButton item={item} kind={descriptor.button} fresh={change === "added"} />}
      {change && <i className="mark" title={t(`node.${change}`)} />}
      {textOf(entry, "info") && !isNote(entry) && <button type="button" className="info-mark nodrag nopan" title={textOf(entry, "info")} aria-label={t("node.description")} aria-haspopup="dialog" onClick={() => useView.setState({ reading: entry.id })} onKeyDown={keepKeys} onDoubleClick={(event) => event.stopPropagation()}><Icon name="info" size="xs" /></button>}
      {(invalid || failed) && <ErrorMark text={invalid ? t("node.invalid") : t("node.failed")} />}
      <LiveBlock id={entry.id} below={<StatusLine status={status} />} />
      {selected && !dragging && <QuickToolbar item={item} button={descriptor?.button ?? null} />}
    </div>
  );
});

/** Enter and Space press the mark instead of opening the node. */
const keepKeys = (event: KeyboardEvent) => (event.key === "Enter" || event.key === " ") && event.stopPropagation();

function ErrorMark({ text }: { text: string }) {
  return (
    <svg className="tri" viewBox="0 0 16 14" role="img" aria-label={text}>
      <title>{text}</title>
      <path d="M8 1 15 13H1z" /><path d="M8 5.5v3M8 10.8v.01" />
    </svg>
  );
}

/** `open`: wires may be drawn here. */
interface PortsProps { item: Item; descriptor: TypeDescriptor | undefined; open: boolean }

export function Ports({ item, descriptor, open }: PortsProps) {
  const { entry, box } = item;
  return (
    <>
      {item.inputs > 0 && (
        <Handle type="target" id="in" position={Position.Left} isConnectable={open} isConnectableStart={open} className="port in" role="img" title={portLabel(entry.inputLabels ?? templateOf(entry)?.inputLabels ?? descriptor?.inputLabels, 0)} aria-label={t("node.input")} />
      )}
      {Array.from({ length: item.outputs }, (_, port) => (
        <Handle key={port} type="source" id={String(port)} position={Position.Right} isConnectable={open} isConnectableStart={open} className="port out" role="img" style={{ top: outputY(port, item.outputs, box.h) }}
          title={portLabel(entry.outputLabels ?? templateOf(entry)?.outputLabels ?? descriptor?.outputLabels, port)} aria-label={t("node.output", { number: port + 1 })} />
      ))}
    </>
  );
}

const portLabel = (labels: unknown, at: number) => (Array.isArray(labels) ? String(labels[at] ?? "") : typeof labels === "string" ? labels : "") || undefined;

interface NodeButtonProps { item: Item; kind: "inject" | "debug"; fresh: boolean }

function NodeButton({ item, kind, fresh }: NodeButtonProps) {
  const { entry } = item;
  const on = kind === "debug" && entry.active !== false;
  const press = (event: PointerEvent) => {
    event.stopPropagation();
    pressButton(entry, kind);
  };
  const name = kind === "inject" ? t("node.inject") : t(on ? "node.debugOn" : "node.debugOff");
  return (
    <button type="button" className={`node-btn nodrag nopan ${kind === "debug" ? "r" : "l"}${on ? " on" : ""}`} disabled={Boolean(entry.d) || (kind === "inject" && fresh)}
      aria-pressed={kind === "debug" ? on : undefined} aria-label={name} title={fresh && kind === "inject" ? t("node.deployFirst") : name} onClick={press as never}>
      <Icon name={kind === "inject" ? "play" : on ? "eye" : "eyeoff"} size="sm" />
    </button>
  );
}
