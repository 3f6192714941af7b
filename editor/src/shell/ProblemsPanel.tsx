/** One list of everything a deploy would warn about, checked here and, when asked, by the server. */
import { useState } from "react";
import { deployProblems, problemsOf } from "../canvas/problems";
import { reveal } from "../canvas/viewport";
import { type FlowEntry, isConfig, save } from "../document/flow";
import { indexOf } from "../document/index";
import { useDocument } from "../document/store";
import { checkFlow } from "../server/api";
import type { Problem } from "../server/descriptors";
import { useRegistry } from "../server/registry";
import { notify } from "../server/runtime";
import { nameOf } from "./names";
import { openTray } from "./ui";
import { t } from "./words";

export function ProblemsPanel() {
  const doc = useDocument((state) => state.doc);
  useRegistry((state) => state.types);
  const [found, setFound] = useState<Problem[] | null>(null);
  const { circular, unknown, invalid, unused } = deployProblems(doc, (id) => indexOf(doc).users(id));
  const check = () => void checkFlow(save(doc)).then(setFound, (error: Error) => notify("error", error.message));
  return (
    <>
      <div className="side-h">{t("panel.problems")}<span className="grow" /><button type="button" className="btn" onClick={check}>{t("problems.check")}</button></div>
      <div className="side-scroll">
        <List title={t("problems.circular")} level="err" rows={circular.map((entry) => [entry, t("problems.circularText")])} />
        <List title={t("problems.unknown")} level="err" rows={unknown.map((entry) => [entry, entry.type])} />
        <List title={t("problems.invalid")} level="err" rows={invalid.map((entry) => [entry, problemsOf(doc, entry).map(({ field, rule }) => `${field}: ${t(`rule.${rule}`)}`).join(" · ")])} />
        <List title={t("problems.unused")} level="warn" rows={unused.map((entry) => [entry, entry.type])} />
        {found && <List title={t("problems.server")} level="warn" rows={found.flatMap(({ id, field, message }): [FlowEntry, string][] => (doc.entries[id] ? [[doc.entries[id]!, field ? `${field}: ${message}` : message]] : []))} />}
        {!circular.length && !unknown.length && !invalid.length && !unused.length && !found?.length && <p className="none">{t("problems.none")}</p>}
      </div>
    </>
  );
}

export function List({ title, level, rows }: { title: string; level: "err" | "warn"; rows: readonly (readonly [FlowEntry, string])[] }) {
  if (!rows.length) return null;
  return (
    <section className="problems"><h4 aria-level={3}>{title}<span className="n">{rows.length}</span></h4>
      <ul className="plain">
        {rows.map(([entry, text], at) => (
          <li key={at}><button type="button" onClick={() => (isConfig(entry) ? openTray({ kind: "config", type: entry.type, id: entry.id }) : reveal(entry.id))}><i className={`st ${level}`} /><b>{nameOf(entry)}</b><span className="two">{text}</span></button></li>
        ))}
      </ul>
    </section>
  );
}
