/** The rail of panels on the right, and the panel that is open. */
import { type PointerEvent, useState } from "react";
import type { Glyph } from "../canvas/glyphs";
import { Icon } from "../canvas/Icon";
import { useRuntime } from "../server/runtime";
import { laterComponent } from "./later";
import { type Panel, togglePanel, useUi } from "./ui";
import { t } from "./words";

const PANELS: [Panel, Glyph][] = [["info", "info"], ["help", "book"], ["debug", "bug"], ["problems", "catch"], ["config", "conf"], ["context", "db"], ["explorer", "tree"]];

export function Rail() {
  const panel = useUi((state) => state.panel);
  const errors = useRuntime((state) => state.unseenErrors);
  return (
    <nav className="rail" aria-label={t("rail.label")}>
      {PANELS.map(([name, glyph]) => (
        <button key={name} type="button" className={panel === name ? "ib on" : "ib"} aria-pressed={panel === name} title={t(`panel.${name}`)} aria-label={[t(`panel.${name}`), name === "debug" && errors ? Math.min(errors, 99) : ""].join(" ").trim()} onClick={() => togglePanel(name)}>
          <Icon name={glyph} />{name === "debug" && errors > 0 && <i className="badge">{Math.min(errors, 99)}</i>}
        </button>
      ))}
    </nav>
  );
}

const [NARROWEST, WIDEST] = [320, 560];

export function Side() {
  const panel = useUi((state) => state.panel);
  const kept = useUi((state) => state.sideWidth);
  const [width, setWidth] = useState(kept);
  if (!panel) return null;

  const resize = (event: PointerEvent<HTMLElement>) => {
    const grip = event.currentTarget;
    grip.setPointerCapture(event.pointerId);
    const wanted = (x: number) => Math.min(WIDEST, Math.max(NARROWEST, width + event.clientX - x));
    grip.onpointermove = (move) => setWidth(wanted(move.clientX));
    grip.onpointerup = (up) => {
      grip.onpointermove = grip.onpointerup = null;
      useUi.setState({ sideWidth: wanted(up.clientX) });
    };
  };
  return (
    <aside className="side" style={{ width }} aria-label={t(`panel.${panel}`)}>
      <span className="side-grip" onPointerDown={resize} aria-hidden="true" />
      <PanelOf panel={panel} />
    </aside>
  );
}

export const PanelOf = laterComponent(() => import("./PanelContent"), () => useUi.setState({ panel: null }));
