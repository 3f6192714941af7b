/** Everything as a tree: flows, subflows, config nodes; a filter over all of it. */
import { useMemo, useState } from "react";
import { Icon } from "../canvas/Icon";
import { categoryOf, glyphOf } from "../canvas/look";
import { problemsOf } from "../canvas/problems";
import { reveal } from "../canvas/viewport";
import { type FlowDocument, type FlowEntry, isFlow, isGroup, isTab, listOf } from "../document/flow";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { useChanges, useDocument } from "../document/store";
import { useRegistry } from "../server/registry";
import { openEditor } from "./editActions";
import { nameOf } from "./names";
import { openTray } from "./ui";
import { t } from "./words";

interface Branch { entry: FlowEntry; children: Branch[] }

export default function Explorer() {
  const doc = useDocument((state) => state.doc);
  const [filter, setFilter] = useState("");
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set([useSelection.getState().flow]));
  const index = indexOf(doc);
  const sections: [string, Branch[]][] = useMemo(() => [
    [t("explorer.flows"), index.tabs.map((entry) => branch(doc, entry))],
    [t("explorer.subflows"), index.subflows.map((entry) => branch(doc, entry))],
    [t("explorer.config"), index.configs.map((entry) => ({ entry, children: [] }))],
  ], [doc, index]);
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <div className="explorer">
      <label className="field soft"><Icon name="search" size="xs" /><input type="search" value={filter} placeholder={t("explorer.filter")} aria-label={t("explorer.filter")} onChange={(event) => setFilter(event.target.value)} /></label>
      {sections.map(([title, branches]) => branches.length > 0 && (
        <section key={title}>
          <h4 aria-level={3}>{title}<span className="n">{branches.length}</span></h4>
          <ul role="tree" aria-label={title}>{branches.filter((one) => matches(one, filter)).map((one) => <Twig key={one.entry.id} branch={one} depth={0} open={open} toggle={toggle} filter={filter} />)}</ul>
        </section>
      ))}
    </div>
  );
}

interface TwigProps { branch: Branch; depth: number; open: ReadonlySet<string>; toggle: (id: string) => void; filter: string }

function Twig({ branch: { entry, children }, depth, open, toggle, filter }: TwigProps) {
  const descriptor = useRegistry((state) => state.types.get(entry.type));
  const selected = useSelection((state) => state.nodes.has(entry.id) || state.flow === entry.id);
  const change = useChanges().nodes.get(entry.id);
  const invalid = useDocument((state) => problemsOf(state.doc, entry).length > 0);
  const isOpen = filter ? true : open.has(entry.id);
  const shown = isOpen ? children.filter((one) => matches(one, filter)) : [];
  return (
    <li role="treeitem" aria-expanded={children.length ? isOpen : undefined} aria-selected={selected}>
      <div className={selected ? "twig on" : "twig"} style={{ paddingLeft: 4 + depth * 14 }}>
        <button type="button" className="arrow" tabIndex={children.length ? undefined : -1} aria-hidden={!children.length} aria-expanded={isOpen} aria-label={nameOf(entry)} disabled={!children.length} onClick={() => toggle(entry.id)}>{children.length > 0 && <Icon name={isOpen ? "down" : "right"} size="xs" />}</button>
        <button type="button" className="name" onClick={() => go(entry)} onDoubleClick={() => edit(entry)}>
          <span className={`tile cat-${isFlow(entry) ? "common" : isGroup(entry) ? "data" : categoryOf(entry.type, descriptor)}`}><Icon name={isTab(entry) ? "nodes" : isGroup(entry) ? "group" : glyphOf(entry, descriptor)} /></span>
          <span className={entry.d || entry.disabled ? "ell off" : "ell"}>{nameOf(entry)}</span>
          {change && <i className="dot" title={t(`node.${change}`)} />}
          {invalid && <i className="st err" title={t("node.invalid")} />}
        </button>
      </div>
      {shown.length > 0 && <ul role="group">{shown.map((one) => <Twig key={one.entry.id} branch={one} depth={depth + 1} open={open} toggle={toggle} filter={filter} />)}</ul>}
    </li>
  );
}

function go(entry: FlowEntry) {
  if (isFlow(entry) || typeof entry.z === "string" && (typeof entry.x === "number" || isGroup(entry))) reveal(entry.id);
  else edit(entry);
}

function edit(entry: FlowEntry) {
  if (isTab(entry)) openTray({ kind: "flow", id: entry.id });
  else if (typeof entry.x === "number" || isFlow(entry) || isGroup(entry)) openEditor(entry.id);
  else openTray({ kind: "config", type: entry.type, id: entry.id });
}

function branch(doc: FlowDocument, flow: FlowEntry): Branch {
  const entries = indexOf(doc).on(flow.id).filter((entry) => entry.type !== "junction");
  const under = (parent: FlowEntry): Branch[] => (isGroup(parent) ? listOf<string>(parent, "nodes").map((id) => doc.entries[id]) : entries.filter((entry) => !entry.g))
    .filter((entry): entry is FlowEntry => entry !== undefined && entry.type !== "junction").map((entry) => ({ entry, children: isGroup(entry) ? under(entry) : [] }));
  return { entry: flow, children: under(flow) };
}

function matches({ entry, children }: Branch, filter: string): boolean {
  if (!filter) return true;
  const wanted = filter.toLowerCase();
  return `${nameOf(entry)} ${entry.type} ${entry.id}`.toLowerCase().includes(wanted) || children.some((one) => matches(one, filter));
}
