/** Short news at the top, and the bar that says the connection is gone. */
import { Icon } from "../canvas/Icon";
import type { Glyph } from "../canvas/glyphs";
import { dismiss, type Notification, useRuntime } from "../server/runtime";
import { t } from "./words";

const GLYPH: Record<Notification["level"], Glyph> = { info: "info", warning: "catch", error: "catch", success: "check" };

export function Notifications() {
  const list = useRuntime((state) => state.notifications);
  return (
    <div className="notes" role="status" aria-live="polite">
      {list.map(({ id, level, text, sticky, action }) => (
        <div key={id} className={`news ${level}`}><Icon name={GLYPH[level]} size="sm" /><span className="grow">{text}</span>
          {action && <button type="button" className="link" onClick={() => { dismiss(id); action.run(); }}>{action.label}</button>}
          {sticky && <button type="button" className="ib" aria-label={t("common.close")} onClick={() => dismiss(id)}><Icon name="x" size="sm" /></button>}
        </div>
      ))}
    </div>
  );
}

export function LostConnection() {
  const lost = useRuntime((state) => state.connection === "lost");
  return lost ? <div className="lost-bar" role="alert"><i className="st warn" />{t("top.lostLong")}</div> : null;
}
