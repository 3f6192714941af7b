/** A small search at the pointer: the next node of the flow, recent types first; Shift-Enter keeps adding. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { anatomyOf } from "../canvas/anatomy";
import { Icon } from "../canvas/Icon";
import { insertNode, recentTypes } from "../canvas/insert";
import { categoryOf, glyphOf } from "../canvas/look";
import { canvas, type QuickAddRequest, useView } from "../canvas/view";
import { useDocument } from "../document/store";
import { useRegistry } from "../server/registry";
import { categoryLabel, type PaletteItem, paletteGroups } from "./palette";
import { t } from "./words";

export default function QuickAdd() {
  const request = useView((state) => state.quickAdd);
  return request && <Box key={`${request.place.x}:${request.place.y}`} request={request} />;
}

function Box({ request }: { request: QuickAddRequest }) {
  const types = useRegistry((state) => state.types);
  const doc = useDocument((state) => state.doc);
  const [filter, setFilter] = useState("");
  const [at, setAt] = useState(0);
  const element = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const items = useMemo(() => offered(paletteGroups(doc, types, filter).flatMap((group) => group.items), request, filter), [doc, types, filter, request]);
  const close = () => useView.setState({ quickAdd: null });

  useEffect(() => {
    const outside = (event: PointerEvent) => !element.current?.contains(event.target as Node) && close();
    addEventListener("pointerdown", outside, true);
    return () => removeEventListener("pointerdown", outside, true);
  }, []);
  useEffect(() => void list.current?.children[at]?.scrollIntoView?.({ block: "nearest" }), [at]);

  const choose = (item: PaletteItem | undefined, goOn: boolean) => {
    if (!item) return;
    const id = insertNode(item.type, request.place, request);
    close();
    if (id && goOn) continueAfter(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (event.key === "Enter") choose(items[at], event.shiftKey || event.ctrlKey);
    else if (event.key === "ArrowDown") setAt((at + 1) % items.length);
    else if (event.key === "ArrowUp") setAt((at + items.length - 1) % items.length);
    else return;
    event.preventDefault();
  };
  const width = 252;
  const style = { left: Math.max(4, Math.min(request.screen.x - 20, innerWidth - width - 8)), top: Math.max(4, Math.min(request.screen.y - 14, innerHeight - 340)), width };

  return (
    <div ref={element} className="quick-add" role="dialog" aria-label={t("action.quick-add")} style={style} onKeyDown={onKeyDown}>
      <label className="field focus"><Icon name="search" size="sm" />
        <input autoFocus value={filter} placeholder={t("quickAdd.placeholder")} role="combobox" aria-expanded="true" aria-controls="quick-add-list" aria-activedescendant={`quick-${at}`} onChange={(event) => { setFilter(event.target.value); setAt(0); }} />
      </label>
      <ul ref={list} id="quick-add-list" role="listbox">
        {items.map((item, index) => (
          <li key={item.type} id={`quick-${index}`} role="option" aria-selected={index === at} className={index === at ? "chip hov" : "chip"} onPointerEnter={() => setAt(index)} onClick={(event) => choose(item, event.shiftKey)}>
            <span className={`tile cat-${categoryOf(item.type, item.descriptor)}`}><Icon name={item.type === "junction" ? "nodes" : glyphOf({ type: item.type }, item.descriptor)} /></span>
            <span className="ell grow">{item.label}</span><span className="n">{categoryLabel(item.descriptor?.category ?? "")}</span>
          </li>
        ))}
        {!items.length && <li className="none">{t("palette.none", { filter })}</li>}
      </ul>
      <p className="foot"><kbd>↵</kbd> {t("quickAdd.add")} <kbd>⇧↵</kbd> {t("quickAdd.continue")}</p>
    </div>
  );
}

/** What fits the open end, best match first: recent ones before an empty search, names that begin so after. */
function offered(all: readonly PaletteItem[], { from, wire }: QuickAddRequest, filter: string): PaletteItem[] {
  const junction: PaletteItem = { type: "junction", label: t("node.junction"), inputs: 1, outputs: 1, help: "" };
  const fits = [...all, ...(t("node.junction").includes(filter.toLowerCase()) ? [junction] : [])].filter((item) => (wire ? item.inputs && item.outputs : from?.kind === "source" ? item.inputs : from ? item.outputs : true));
  const recent = recentTypes();
  const rank = (item: PaletteItem) => (filter ? Number(!item.label.toLowerCase().startsWith(filter.toLowerCase())) : (recent.indexOf(item.type) + 1 || 99));
  return fits.map((item, at) => ({ item, at })).sort((one, other) => rank(one.item) - rank(other.item) || one.at - other.at).map(({ item }) => item);
}

/** The next one goes to the right of the last and is wired to it. */
function continueAfter(id: string) {
  const entry = useDocument.getState().doc.entries[id];
  if (!entry || !canvas.flow) return;
  const { w, outputs } = anatomyOf(entry);
  const place = { x: Number(entry.x) + w / 2 + 100, y: Number(entry.y) };
  useView.setState({ quickAdd: { place, screen: canvas.flow.flowToScreenPosition(place), from: outputs ? { node: id, port: 0, kind: "source" } : undefined } });
}
