/** Import: paste, file or example; what it holds is counted, what is here already is asked about. */
import { useEffect, useMemo, useState } from "react";
import { Icon } from "../canvas/Icon";
import { fit } from "../canvas/viewport";
import { placeForNew } from "../canvas/view";
import { addTab, newTab } from "../document/actions/flows";
import { importAll, type ImportPlan, planImport } from "../document/actions/imports";
import { FlowFileError, isConfig, isPlaced, isSubflow } from "../document/flow";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { readExamples } from "../server/api";
import type { Example } from "../server/descriptors";
import { Modal } from "./Dialogs";
import { chooseFile } from "./files";
import { openDialog } from "./ui";
import { t } from "./words";

export function ImportDialog({ text: given = "" }: { text?: string }) {
  const [text, setText] = useState(given);
  const [mode, setMode] = useState<"copy" | "replace">("copy");
  const [newFlow, setNewFlow] = useState(false);
  const [examples, setExamples] = useState<Example[]>([]);
  const [refused, setRefused] = useState(false);
  useEffect(() => void readExamples().then(setExamples, () => undefined), []);
  const parsed = useMemo(() => read(text), [text]);
  const { plan, problem } = useMemo(() => planned(parsed, mode), [parsed, mode]);

  const paste = async () => {
    const pasted = await readClipboard();
    setRefused(pasted === null);
    if (pasted !== null) setText(pasted);
  };
  const go = () => {
    const doc = currentDoc();
    const { flow, show, select } = useSelection.getState();
    const elsewhere = newFlow || (doc.entries[flow]?.locked && !plan?.tabs.length);
    const tab = elsewhere ? newTab(t("flow.newName", { number: indexOf(doc).tabs.length + 1 })) : null;
    const made = planImport(doc, parsed.list, { flow: tab?.id ?? flow, mode, at: tab || mode === "replace" ? undefined : placeForNew() });
    act("history.import", (draft) => {
      if (tab) addTab(tab)(draft);
      importAll(made)(draft);
    });
    openDialog(null);
    const home = made.tabs[0] ?? tab?.id;
    if (home) show(home);
    if (made.placed.length && !home) select(made.placed);
    requestAnimationFrame(() => fit());
  };

  return (
    <Modal title={t("import.title")} wide actions={<button type="button" className="btn primary" disabled={!plan?.entries.length && !plan?.conflicts.length} onClick={go}>{t("import.action")}</button>}>
      <div className="line">
        <button type="button" className="btn" onClick={() => void chooseFile().then((file) => file && setText(file))}><Icon name="download" size="sm" />{t("import.file")}</button>
        <button type="button" className="btn" onClick={() => void paste()}><Icon name="paste" size="sm" />{t("import.clipboard")}</button>
        {examples.length > 0 && (
          <select className="field" aria-label={t("import.example")} value="" onChange={(event) => setText(JSON.stringify(examples.find((one) => one.name === event.target.value)?.flow ?? [], null, 2))}>
            <option value="" disabled>{t("import.example")}</option>{examples.map((one) => <option key={one.name} value={one.name}>{one.title}</option>)}
          </select>
        )}
      </div>
      <textarea ref={beginHere} className={problem ? "field bad json" : "field json"} value={text} spellCheck={false} placeholder={t("import.placeholder")} aria-label={t("import.placeholder")} onChange={(event) => setText(event.target.value)} />
      {refused && <p className="hint err" role="alert"><i className="st err" />{t("notify.noClipboard")}</p>}
      {problem && <p className="hint err"><i className="st err" />{problem}</p>}
      {plan && <Summary plan={plan} />}
      <div className="choices">
        {plan && !plan.tabs.length && <label><input type="checkbox" checked={newFlow} onChange={(event) => setNewFlow(event.target.checked)} /> {t("import.newFlow")}</label>}
        {plan && plan.conflicts.length > 0 && (
          <fieldset><legend>{t("import.conflicts", { count: plan.conflicts.length })}</legend>
            <label><input type="radio" name="mode" checked={mode === "copy"} onChange={() => setMode("copy")} /> {t("import.copy")}</label>
            <label><input type="radio" name="mode" checked={mode === "replace"} onChange={() => setMode("replace")} /> {t("import.replace")}</label>
          </fieldset>
        )}
      </div>
    </Modal>
  );
}

function Summary({ plan }: { plan: ImportPlan }) {
  const count = (test: (entry: (typeof plan.entries)[number]) => boolean) => plan.entries.filter(test).length;
  const parts = [["flows", plan.tabs.length], ["nodes", count(isPlaced)], ["subflows", count(isSubflow)], ["config", count(isConfig)]] as const;
  return <p className="hint ok"><Icon name="check" size="xs" />{parts.filter(([, number]) => number).map(([what, number]) => t(`import.${what}`, { count: number })).join(" · ")}</p>;
}

/** The dialog gives its focus here, so that pasting is the next key. */
const beginHere = (field: HTMLTextAreaElement | null) => field?.setAttribute("autofocus", "");

/** Null where the browser does not give it: asked and refused, or a page without TLS. */
async function readClipboard(): Promise<string | null> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return null;
  }
}

interface Parsed { list: unknown; problem: string | null }

function read(text: string): Parsed {
  if (!text.trim()) return { list: [], problem: null };
  try {
    const list = JSON.parse(text);
    return { list: Array.isArray(list) ? list : Array.isArray(list?.flows) ? list.flows : [list], problem: null };
  } catch (error) {
    return { list: [], problem: t("import.notJson", { reason: (error as Error).message }) };
  }
}

function planned({ list, problem }: Parsed, mode: "copy" | "replace"): { plan: ImportPlan | null; problem: string | null } {
  if (problem || !(list as unknown[]).length) return { plan: null, problem };
  try {
    return { plan: planImport(currentDoc(), list, { flow: useSelection.getState().flow, mode }), problem: null };
  } catch (error) {
    if (!(error instanceof FlowFileError)) throw error;
    return { plan: null, problem: t(error.message) };
  }
}
