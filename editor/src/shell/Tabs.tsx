/** Tabs of flows and of open subflows: choose, rename, drag to reorder, hide. */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { Icon } from "../canvas/Icon";
import { orderTabs } from "../document/actions/flows";
import { update } from "../document/actions/nodes";
import { type FlowEntry, isSubflow } from "../document/flow";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc, useChanges, useDocument } from "../document/store";
import { run } from "./actions";
import { actionItem, Menu, type MenuEntry } from "./Menu";
import { hideFlow } from "./openFlows";
import { openTray } from "./ui";
import { t } from "./words";

export function Tabs() {
  const doc = useDocument((state) => state.doc);
  const { flow, hidden, openSubflows, show } = useSelection();
  const changes = useChanges();
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [drop, setDrop] = useState<{ id: string; after: boolean } | null>(null);
  const strip = useRef<HTMLElement>(null);
  const tabs = indexOf(doc).tabs.filter((entry) => !hidden.has(entry.id));
  const subflows = openSubflows.map((id) => doc.entries[id]).filter((entry): entry is FlowEntry => entry !== undefined);

  const startDrag = (event: PointerEvent<HTMLElement>, id: string) => {
    if (event.button !== 0 || renaming) return;
    const from = event.clientX;
    const tab = event.currentTarget;
    tab.setPointerCapture(event.pointerId);
    let target: { id: string; after: boolean } | null = null;
    tab.onpointermove = (move) => {
      if (Math.abs(move.clientX - from) < 6) return;
      target = tabUnder(strip.current!, move.clientX, id);
      setDrop(target);
    };
    tab.onpointerup = tab.onpointercancel = () => {
      tab.onpointermove = tab.onpointerup = tab.onpointercancel = null;
      if (target) act("history.orderFlows", orderTabs(moved(indexOf(currentDoc()).tabs.map((entry) => entry.id), id, target)));
      setDrop(null);
    };
  };

  const openMenu = (event: { clientX: number; clientY: number; preventDefault(): void }, id: string) => {
    event.preventDefault();
    show(id);
    setMenu({ x: event.clientX, y: event.clientY });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>, at: number) => {
    const all = [...tabs, ...subflows];
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === "F2") openTab(all[at]!);
    else if (to !== undefined) {
      show(all[(to + all.length) % all.length]!.id);
      (strip.current!.querySelectorAll<HTMLElement>("[role=tab]")[(to + all.length) % all.length])?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <nav className="tabs" aria-label={t("top.flows")} ref={strip}>
      {/* A tab may not hold a field, nor its list. */}
      <div role={renaming ? "group" : "tablist"} aria-label={t("top.flows")}>
      {[...tabs, ...subflows].map((entry, at) => (
        <div key={entry.id} className={classOf(entry, flow, drop)} role={renaming ? undefined : "tab"} tabIndex={renaming === entry.id ? undefined : entry.id === flow ? 0 : -1} aria-selected={renaming ? undefined : entry.id === flow} data-tab={isSubflow(entry) ? undefined : entry.id}
          onClick={() => show(entry.id)} onDoubleClick={() => setRenaming(entry.id)} onContextMenu={(event) => openMenu(event, entry.id)} onKeyDown={(event) => onKeyDown(event, at)}
          onPointerDown={isSubflow(entry) ? undefined : (event) => startDrag(event, entry.id)} onAuxClick={(event) => event.button === 1 && hideFlow(entry.id)}>
          {Boolean(entry.locked) && <Icon name="lock" size="xs" title={t("flow.locked")} />}
          {isSubflow(entry) && <Icon name="subflow" size="xs" title={t("subflow.template")} />}
          {renaming === entry.id ? <Rename entry={entry} done={() => setRenaming(null)} /> : <span className="ell">{String(entry.label ?? entry.name ?? entry.id)}</span>}
          {changes.flows.has(entry.id) && <i className="dot" title={t("node.changed")} />}
          {isSubflow(entry) && <span className="close" aria-hidden="true" title={t("common.close")} onClick={(event) => { event.stopPropagation(); hideFlow(entry.id); }}><Icon name="x" size="xs" /></span>}
        </div>
      ))}
      </div>
      <button type="button" className="ib" title={t("action.add-flow")} aria-label={t("action.add-flow")} onClick={() => run("add-flow")}><Icon name="plus" /></button>
      {hidden.size > 0 && <button type="button" className="ib" title={t("top.hidden", { count: hidden.size })} aria-label={t("top.hidden", { count: hidden.size })} onClick={() => run("list-flows")}><Icon name="eyeoff" size="sm" /></button>}
      {menu && <Menu at={menu} entries={menuOf(doc.entries[flow])} close={() => setMenu(null)} label={t("top.flows")} />}
    </nav>
  );
}

const openTab = (entry: FlowEntry) => openTray({ kind: isSubflow(entry) ? "subflow" : "flow", id: entry.id });

function classOf(entry: FlowEntry, flow: string, drop: { id: string; after: boolean } | null): string {
  const aim = drop?.id === entry.id && (drop.after ? "drop-after" : "drop-before");
  return ["tab", entry.id === flow && "on", entry.disabled && "off", aim].filter(Boolean).join(" ");
}

function menuOf(entry: FlowEntry | undefined): MenuEntry[] {
  if (entry && isSubflow(entry)) return [actionItem("edit-flow", "pencil"), actionItem("hide-flow", "x"), "line", actionItem("delete-flow", "trash", true)];
  return [
    actionItem("edit-flow", "pencil"), actionItem("add-flow", "plus"), "line", entry?.disabled ? actionItem("enable-flow", "power") : actionItem("disable-flow", "power"),
    entry?.locked ? actionItem("unlock-flow", "unlock") : actionItem("lock-flow", "lock"), actionItem("hide-flow", "eyeoff"), actionItem("copy-link", "ext"), "line", actionItem("delete-flow", "trash", true),
  ];
}

function Rename({ entry, done }: { entry: FlowEntry; done: () => void }) {
  const key = isSubflow(entry) ? "name" : "label";
  const finish = (value: string) => {
    if (value.trim() && value !== entry[key]) act("history.rename", update(entry.id, { [key]: value.trim() }));
    done();
  };
  return (
    <input autoFocus defaultValue={String(entry[key] ?? "")} aria-label={t("flow.name")} onFocus={(event) => event.target.select()} onBlur={(event) => finish(event.target.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") finish(event.currentTarget.value);
        if (event.key === "Escape") done();
      }} />
  );
}

function tabUnder(strip: HTMLElement, x: number, dragged: string): { id: string; after: boolean } | null {
  for (const tab of strip.querySelectorAll<HTMLElement>("[data-tab]")) {
    const { left, right } = tab.getBoundingClientRect();
    if (x >= left && x <= right && tab.dataset.tab !== dragged) return { id: tab.dataset.tab!, after: x > (left + right) / 2 };
  }
  return null;
}

function moved(ids: string[], id: string, { id: target, after }: { id: string; after: boolean }): string[] {
  const rest = ids.filter((other) => other !== id);
  rest.splice(rest.indexOf(target) + Number(after), 0, id);
  return rest;
}
