/** The description of a node, below it or above, until Escape, a click elsewhere or another view. */
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../canvas/Icon";
import { useView } from "../canvas/view";
import { type FlowEntry, textOf } from "../document/flow";
import { useDocument } from "../document/store";
import { Markdown } from "./Markdown";
import { nameOf } from "./names";
import { t } from "./words";
import "../styles/reading.css";

const GAP = 10;
const EDGE = 8;

export default function Reading() {
  const id = useView((state) => state.reading);
  const entry = useDocument((state) => (id === null ? undefined : state.doc.entries[id]));
  useEffect(() => {
    if (id !== null && !entry) close();
  }, [id, entry]);
  return entry ? <Popover key={entry.id} entry={entry} /> : null;
}

function Popover({ entry }: { entry: FlowEntry }) {
  const element = useRef<HTMLElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });

  useLayoutEffect(() => {
    const node = markOf(entry.id)?.closest(".react-flow__node")?.getBoundingClientRect();
    if (!node) return close();
    const { offsetWidth, offsetHeight } = element.current!;
    const above = node.bottom + GAP + offsetHeight > innerHeight - EDGE && node.top - GAP - offsetHeight >= EDGE;
    setPlace({
      left: Math.max(EDGE, Math.min(node.left, innerWidth - offsetWidth - EDGE)),
      top: Math.max(EDGE, Math.min(above ? node.top - GAP - offsetHeight : node.bottom + GAP, innerHeight - offsetHeight - EDGE)),
    });
    element.current!.querySelector<HTMLElement>(".markdown")!.focus({ preventScroll: true });
  }, [entry]);

  useEffect(() => {
    const stop = new AbortController();
    const options = { signal: stop.signal, capture: true };
    const outside = (event: Event) => !element.current?.contains(event.target as Node) && close();
    addEventListener("pointerdown", outside, options);
    addEventListener("wheel", outside, options);
    addEventListener("resize", close, options);
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
      markOf(entry.id)?.focus({ preventScroll: true });
    }, options);
    return () => stop.abort();
  }, [entry.id]);

  return (
    <section ref={element} className="reading" role="dialog" aria-label={nameOf(entry)} style={place} onKeyDown={keepScrolling}>
      <div className="head"><h2 className="ell grow">{nameOf(entry)}</h2><button type="button" className="ib small" title={t("common.close")} aria-label={t("common.close")} onClick={close}><Icon name="x" size="sm" /></button></div>
      <div className="markdown" tabIndex={0}><Markdown text={textOf(entry, "info")} /></div>
    </section>
  );
}

const close = () => useView.setState({ reading: null });
const markOf = (id: string) => document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"] .info-mark`);

/** Keys without a modifier scroll the text and press its buttons; on the canvas they would do something else. */
function keepScrolling(event: KeyboardEvent) {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}
