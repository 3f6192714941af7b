/** Help for the type of what is chosen, as the server wrote it. */
import { useSelection } from "../document/selection";
import { useDocument } from "../document/store";
import { subflowOf, textOf } from "../document/flow";
import { useRegistry } from "../server/registry";
import { Help } from "./Help";
import { Markdown } from "./Markdown";
import { t } from "./words";

export function HelpPanel() {
  const doc = useDocument((state) => state.doc);
  const [id] = useSelection((state) => state.nodes);
  const entry = id ? doc.entries[id] : undefined;
  const known = useRegistry((state) => state.types.has(entry?.type ?? ""));
  const template = entry && doc.entries[subflowOf(entry) ?? ""];
  return (
    <>
      <div className="side-h">{t("panel.help")}</div>
      <div className="side-scroll" tabIndex={0}>
        {template ? <div className="help markdown"><h3>{textOf(template, "name")}</h3><Markdown text={textOf(template, "info")} /></div>
          : entry && known ? <Help type={entry.type} method={textOf(entry, "method") || undefined} /> : <p className="none">{t("help.choose")}</p>}
      </div>
    </>
  );
}
