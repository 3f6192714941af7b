/** What each panel of the rail shows. */
import { ConfigPanel } from "./ConfigPanel";
import { ContextPanel } from "./ContextPanel";
import { DebugPanel } from "./DebugPanel";
import Explorer from "./Explorer";
import { HelpPanel } from "./HelpPanel";
import { InfoPanel } from "./InfoPanel";
import { ProblemsPanel } from "./ProblemsPanel";
import type { Panel } from "./ui";
import { t } from "./words";
import "../styles/forms.css";

/** Each panel is a chapter of the page, for those who go from heading to heading. */
export default function PanelContent({ panel }: { panel: Panel }) {
  return <><h2 className="sr">{t(`panel.${panel}`)}</h2><Chosen panel={panel} /></>;
}

function Chosen({ panel }: { panel: Panel }) {
  switch (panel) {
    case "info": return <InfoPanel />;
    case "help": return <HelpPanel />;
    case "debug": return <DebugPanel />;
    case "config": return <ConfigPanel />;
    case "context": return <ContextPanel />;
    case "problems": return <ProblemsPanel />;
    case "explorer": return <><div className="side-h">{t("panel.explorer")}</div><div className="side-scroll"><Explorer /></div></>;
  }
}
