/** On a phone: navigation at the bottom, a button to add, a sheet for what is chosen. */
import { useState } from "react";
import { anatomyOf } from "../canvas/anatomy";
import type { Glyph } from "../canvas/glyphs";
import { Icon } from "../canvas/Icon";
import { Counter, StatusLine } from "../canvas/Live";
import { categoryOf, glyphOf } from "../canvas/look";
import { canvas, useView } from "../canvas/view";
import { fit } from "../canvas/viewport";
import { textOf } from "../document/flow";
import { useSelection } from "../document/selection";
import { useDocument } from "../document/store";
import { useRegistry } from "../server/registry";
import { useRuntime } from "../server/runtime";
import { run } from "./actions";
import { actionItem, Menu } from "./Menu";
import { PanelOf } from "./Rail";
import { type MobileView, useUi } from "./ui";
import { t } from "./words";

const VIEWS: [MobileView, Glyph][] = [["flow", "nodes"], ["search", "search"], ["debug", "bug"], ["problems", "catch"]];

export default function Mobile() {
  const view = useUi((state) => state.mobile);
  const errors = useRuntime((state) => state.unseenErrors);
  const choose = (name: MobileView) => (name === "search" ? run("search") : useUi.setState({ mobile: name }));
  return (
    <>
      {view !== "flow" && view !== "search" && <section className="m-only m-panel" aria-label={t(`panel.${view}`)}><PanelOf panel={view} /></section>}
      {view === "flow" && <Sheet />}
      <nav className="m-only m-nav" aria-label={t("mobile.label")}>
        {VIEWS.map(([name, glyph]) => (
          <button key={name} type="button" className={view === name ? "on" : ""} aria-pressed={view === name} onClick={() => choose(name)}><Icon name={glyph} />{t(`mobile.${name}`)}{name === "debug" && errors > 0 && <i className="badge">{errors}</i>}</button>
        ))}
      </nav>
    </>
  );
}

function Sheet() {
  const [id, ...others] = useSelection((state) => state.nodes);
  const entry = useDocument((state) => (id ? state.doc.entries[id] : undefined));
  const descriptor = useRegistry((state) => state.types.get(entry?.type ?? ""));
  const status = useRuntime((state) => state.statuses[id ?? ""]);
  const live = useRuntime((state) => state.live[id ?? ""]);
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const shown = entry && !others.length && entry.type !== "junction";
  return (
    <div className="m-only m-bottom">
      <div className="m-tools">
        <button type="button" className="ib float" aria-label={t("action.zoom-fit")} onClick={() => fit()}><Icon name="fit" /></button>
        <button type="button" className="m-fab" aria-label={t("action.quick-add")} onClick={addInMiddle}><Icon name="plus" /></button>
      </div>
      {shown && (
        <section className="m-sheet" aria-label={anatomyOf(entry).label}>
          <div className="m-head"><span className={`tile cat-${categoryOf(entry.type, descriptor)}`}><Icon name={glyphOf(entry, descriptor)} /></span>
            <div className="grow"><h2 className="ell">{anatomyOf(entry).label || entry.type}</h2><small className="ell">{[descriptor?.paletteLabel ?? entry.type, textOf(entry, "method")].filter(Boolean).join(" · ")}</small></div>
            <StatusLine status={status} /></div>
          {live?.text && <p className="m-out">{live.text.slice(-300)}{!live.done && <i className="caret" />}</p>}
          {live && <Counter live={live} />}
          <div className="m-acts">
            <button type="button" className="btn primary" onClick={() => run("edit-selected-node")}><Icon name="pencil" />{t("common.edit")}</button>
            {descriptor?.button === "inject" ? <button type="button" className="btn" onClick={() => run("press-button")}><Icon name="play" />{t("node.inject")}</button>
              : <button type="button" className="btn" onClick={connectNext}><Icon name="nodes" />{t("mobile.connect")}</button>}
            <button type="button" className="ib" aria-label={t("action.duplicate-selection")} onClick={() => run("duplicate-selection")}><Icon name="copy" /></button>
            <button type="button" className="ib" aria-label={t("mobile.more")} onClick={(event) => setMenu({ x: event.clientX, y: event.clientY })}><Icon name="more" /></button>
          </div>
          {menu && <Menu at={menu} alignRight label={t("mobile.more")} close={() => setMenu(null)} entries={[actionItem("cut-selection", "cut"), actionItem(entry.d ? "enable-selected-nodes" : "disable-selected-nodes", "power"), actionItem("group-selection", "group"), actionItem("copy-link", "ext"), "line", actionItem("delete-selection", "trash", true)]} />}
        </section>
      )}
    </div>
  );
}

function addInMiddle() {
  const box = canvas.element?.getBoundingClientRect();
  if (!box || !canvas.flow) return;
  const screen = { x: box.x + box.width / 2, y: box.y + box.height / 3 };
  useView.setState({ quickAdd: { screen, place: canvas.flow.screenToFlowPosition(screen) } });
}

/** A new node to the right, wired to the chosen one. */
function connectNext() {
  const [id] = useSelection.getState().nodes;
  const entry = useDocument.getState().doc.entries[id ?? ""];
  if (!entry || !canvas.flow) return;
  const { w, outputs } = anatomyOf(entry);
  const place = { x: Number(entry.x) + w / 2 + 100, y: Number(entry.y) };
  useView.setState({ quickAdd: { place, screen: { x: 16, y: 90 }, from: outputs ? { node: entry.id, port: 0, kind: "source" } : { node: entry.id, port: 0, kind: "target" } } });
}
