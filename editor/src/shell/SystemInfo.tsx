/** What runs here, in which versions, and the server's whole report to copy. */
import { type ReactNode, useEffect, useState } from "react";
import { Icon } from "../canvas/Icon";
import { isPlaced } from "../document/flow";
import { currentDoc } from "../document/store";
import { type Diagnostics, readDiagnostics } from "../server/diagnostics";
import { ServerError } from "../server/http";
import { notify } from "../server/runtime";
import { copyText } from "./copyText";
import { Modal } from "./Dialogs";
import { t } from "./words";
import "../styles/system.css";

export function SystemInfo() {
  const [report, setReport] = useState<Diagnostics | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => void readDiagnostics().then(setReport, (error: Error) => setProblem(reasonOf(error))), []);
  const text = report && JSON.stringify(report, null, 2);
  const copy = () => void copyText(text!).then((done) => done && notify("info", t("system.copied"), { id: "copied" }));
  return (
    <Modal title={t("system.title")} closing={t("common.close")} actions={text && <button type="button" className="btn primary" onClick={copy}><Icon name="copy" size="sm" />{t("system.copy")}</button>}>
      {problem && <p className="hint err" role="alert">{problem}</p>}
      {report && <Facts report={report} />}
      {text && <details className="system-report"><summary>{t("system.report")}</summary><pre tabIndex={0}>{text}</pre></details>}
    </Modal>
  );
}

function Facts({ report: { intl, python, os, runtime } }: { report: Diagnostics }) {
  const nodes = Object.values(currentDoc().entries).filter(isPlaced).length;
  const packages = Object.entries(runtime.modules);
  const rows: [string, ReactNode][] = [
    ["flowengine", runtime.version],
    [t("system.python"), `${python.version} (${python.implementation})`],
    [t("system.platform"), [`${os.type} ${os.release}`, python.arch, os.containerised && t("system.container")].filter(Boolean).join(", ")],
    [t("system.memory"), `${Math.round(python.memoryUsage.rss / 2 ** 20)} MiB`],
    [t("system.flows"), t(runtime.flows.state === "start" ? "system.running" : "system.stopped")],
    [t("system.nodes"), nodes],
    [t("system.locale"), `${intl.locale}, ${intl.timeZone}`],
    [t("system.browser"), navigator.userAgent],
    [t("system.packages"), <ul className="plain">{packages.map(([name, version]) => <li key={name}>{name} {version}</li>)}</ul>],
  ];
  return <dl className="facts system-facts">{rows.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}</dl>;
}

function reasonOf(error: Error): string {
  if (!(error instanceof ServerError)) return t("system.failed", { reason: error.message });
  if (error.status === 401) return t("system.denied");
  return error.status === 403 ? t("system.off") : t("system.failed", { reason: error.message });
}
