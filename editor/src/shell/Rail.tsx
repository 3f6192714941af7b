/** The rail of panels on the right, and the panel that is open. */
import type { Glyph } from "../canvas/glyphs";
import { Icon } from "../canvas/Icon";
import { useRuntime } from "../server/runtime";
import { Grip } from "./Grip";
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

export function Side() {
  const panel = useUi((state) => state.panel);
  if (!panel) return null;
  return (
    <aside className="side" aria-label={t(`panel.${panel}`)}>
      <Grip part="sideWidth" label={t("rail.width")} />
      <PanelOf panel={panel} />
    </aside>
  );
}

export const PanelOf = laterComponent(() => import("./PanelContent"), () => useUi.setState({ panel: null }));
