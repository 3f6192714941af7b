/** Types to place: dragged with any pointer, clicked, or added with Enter. Beside them, the flows as a tree. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from "react";
import { anatomyOf } from "../canvas/anatomy";
import { Icon } from "../canvas/Icon";
import { createNode, insertNode, mayHold, wireUnder } from "../canvas/insert";
import { categoryOf, glyphOf } from "../canvas/look";
import { groupAt } from "../canvas/scene";
import { aim, canvas, placeForNew, useView } from "../canvas/view";
import { currentScene } from "../canvas/viewport";
import { useSelection } from "../document/selection";
import { useDocument } from "../document/store";
import { useRegistry } from "../server/registry";
import { Grip } from "./Grip";
import { laterComponent } from "./later";
import { type PaletteItem, paletteGroups } from "./palette";
import { useUi } from "./ui";
import { t } from "./words";

const Explorer = laterComponent(() => import("./Explorer"));
const CLOSED = "flowengine.closedCategories";

export function Palette() {
  const tab = useUi((state) => state.paletteTab);
  const [filter, setFilter] = useState("");
  const types = useRegistry((state) => state.types);
  const doc = useDocument((state) => state.doc);
  const groups = useMemo(() => paletteGroups(doc, types, filter), [doc, types, filter]);
  const total = useMemo(() => paletteGroups(doc, types).reduce((sum, group) => sum + group.items.length, 0), [doc, types]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => new Set(JSON.parse(localStorage.getItem(CLOSED) ?? "[]")));

  const toggle = (category: string) => {
    const next = new Set(closed);
    if (!next.delete(category)) next.add(category);
    setClosed(next);
    localStorage.setItem(CLOSED, JSON.stringify([...next]));
  };
  const onFilterKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") setFilter("");
    if (event.key === "Enter" && groups[0]?.items[0]) insertNode(groups[0].items[0].type, placeForNew());
  };

  return (
    <aside className="palette" aria-label={t("palette.label")}>
      <div className="head">
        <div className="seg" role="tablist">
          <button type="button" role="tab" aria-selected={tab === "nodes"} className={tab === "nodes" ? "on" : ""} onClick={() => useUi.setState({ paletteTab: "nodes" })}>{t("palette.nodes")}</button>
          <button type="button" role="tab" aria-selected={tab === "flows"} className={tab === "flows" ? "on" : ""} onClick={() => useUi.setState({ paletteTab: "flows" })}>{t("palette.flows")}</button>
        </div>
        {tab === "nodes" && (
          <label className="field soft">
            <Icon name="search" size="sm" />
            <input id="palette-filter" type="search" value={filter} placeholder={t("palette.filter", { count: total })} aria-label={t("palette.filter", { count: total })} onChange={(event) => setFilter(event.target.value)} onKeyDown={onFilterKey} />
            {!filter && <kbd>/</kbd>}
          </label>
        )}
      </div>
      {tab === "flows" ? <div className="pal-list"><Explorer /></div> : (
        <div className="pal-list">
          {groups.map(({ category, label, items }) => (
            <section key={category}>
              <button type="button" className="pal-cat" aria-expanded={!closed.has(category)} onClick={() => toggle(category)}>
                <Icon name={closed.has(category) && !filter ? "right" : "down"} size="xs" /><span className="grow">{label}</span><span className="n">{items.length}</span>
              </button>
              {(!closed.has(category) || filter) && <ul>{items.map((item) => <Chip key={item.type} item={item} />)}</ul>}
            </section>
          ))}
          {!groups.length && filter && <p className="none">{t("palette.none", { filter })} <button type="button" className="link" onClick={() => setFilter("")}>{t("common.clear")}</button></p>}
        </div>
      )}
      <Grip part="paletteWidth" label={t("palette.width")} />
    </aside>
  );
}

function Chip({ item }: { item: PaletteItem }) {
  const ghost = useRef<HTMLElement | null>(null);
  const { type, label, inputs, outputs, help, descriptor } = item;

  const start = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    const chip = event.currentTarget;
    const from = { x: event.clientX, y: event.clientY };
    const touch = event.pointerType === "touch";
    chip.setPointerCapture(event.pointerId);
    chip.onpointermove = (move) => {
      const [dx, dy] = [move.clientX - from.x, move.clientY - from.y];
      // A finger that goes up or down scrolls the list; sideways it takes the node.
      if (!ghost.current && (Math.hypot(dx, dy) < 6 || (touch && Math.abs(dy) > Math.abs(dx)))) return;
      ghost.current ??= makeGhost(type);
      follow(ghost.current, type, move);
    };
    chip.onpointerup = (up) => finish(up, true);
    chip.onpointercancel = (cancel) => finish(cancel, false);
    const finish = (end: { clientX: number; clientY: number }, dropped: boolean) => {
      chip.onpointermove = chip.onpointerup = chip.onpointercancel = null;
      const dragged = ghost.current !== null;
      ghost.current?.remove();
      ghost.current = null;
      if (dropped && dragged) drop(type, end);
      aim(null, null);
      chip.dataset.dragged = dragged ? "yes" : "";
    };
  };

  return (
    <li>
      <button type="button" className="chip" title={help || label} data-type={type} onPointerDown={start}
        onClick={(event) => {
          if (event.currentTarget.dataset.dragged) delete event.currentTarget.dataset.dragged;
          else insertNode(type, middle());
        }}>
        <span className={`tile cat-${categoryOf(type, descriptor)}`}><Icon name={glyphOf({ type }, descriptor)} /></span>
        <span className="ell">{label}</span>
        <span className="io" aria-hidden="true"><i className={inputs ? "" : "no"} /><b className={outputs ? "" : "no"} /></span>
        <span className="add" aria-hidden="true">{t("palette.add")} <kbd>↵</kbd></span>
      </button>
    </li>
  );
}

/** Clicked nodes go to the middle of the view, each beside the last. */
function middle() {
  const { flow, element } = canvas;
  if (!flow || !element) return { x: 200, y: 100 };
  const box = element.getBoundingClientRect();
  const place = flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
  const taken = new Set([...currentScene().items.values()].map((item) => `${Math.round(item.box.x)},${Math.round(item.box.y + item.box.h / 2)}`));
  while (taken.has(`${Math.round(place.x / 20) * 20 - 60},${Math.round(place.y / 20) * 20}`) || taken.has(`${Math.round(place.x / 20) * 20 - 50},${Math.round(place.y / 20) * 20}`)) place.y += 40;
  return place;
}

function makeGhost(type: string): HTMLElement {
  const { w, h, label, bare } = anatomyOf(createNode(type, useSelection.getState().flow, { x: 0, y: 0 }));
  const ghost = document.createElement("div");
  ghost.className = "palette-ghost";
  ghost.textContent = bare ? "" : label;
  Object.assign(ghost.style, { width: `${w}px`, height: `${h}px` });
  return document.body.appendChild(ghost);
}

function follow(ghost: HTMLElement, type: string, { clientX, clientY }: globalThis.PointerEvent) {
  const { zoom } = useView.getState();
  ghost.style.transform = `translate(${clientX}px, ${clientY}px) scale(${zoom}) translate(-50%, -50%)`;
  if (!canvas.flow || !isOverCanvas(clientX, clientY)) return aim(null, null);
  const descriptor = useRegistry.getState().types.get(type);
  const place = canvas.flow.screenToFlowPosition({ x: clientX, y: clientY });
  const splices = !descriptor || (descriptor.inputs && descriptor.outputs);
  aim((splices && wireUnder(currentScene(), place)?.id) || null, groupAt(currentScene(), place)?.id ?? null);
}

function drop(type: string, { clientX, clientY }: { clientX: number; clientY: number }) {
  if (!canvas.flow || !isOverCanvas(clientX, clientY) || !mayHold(type, useSelection.getState().flow)) return;
  const { spliceTarget } = useView.getState();
  const wire = currentScene().wires.find((one) => one.id === spliceTarget);
  insertNode(type, canvas.flow.screenToFlowPosition({ x: clientX, y: clientY }), { wire });
}

const isOverCanvas = (x: number, y: number) => Boolean(document.elementFromPoint(x, y)?.closest(".canvas-flow, .empty"));
