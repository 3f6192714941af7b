/** What is chosen: type, id, description, who uses it; without a choice, the flow. */
import { anatomyOf } from "../canvas/anatomy";
import { farLinks } from "../canvas/flowElements";
import { Icon } from "../canvas/Icon";
import { categoryOf, glyphOf } from "../canvas/look";
import { problemsOf } from "../canvas/problems";
import { reveal } from "../canvas/viewport";
import { type FlowEntry, isFlow, isGroup, isPlaced, textOf } from "../document/flow";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { useChanges, useDocument } from "../document/store";
import { useRegistry } from "../server/registry";
import { openEditor } from "./editActions";
import { nameOf } from "./names";
import { Markdown } from "./Markdown";
import { openTray } from "./ui";
import { t } from "./words";

export function InfoPanel() {
  const doc = useDocument((state) => state.doc);
  const { flow, nodes } = useSelection();
  const chosen = [...nodes].map((id) => doc.entries[id]).filter((entry): entry is FlowEntry => entry !== undefined);
  const entry = chosen.length === 1 ? chosen[0] : chosen.length ? undefined : doc.entries[flow];
  return (
    <>
      <div className="side-h">{t("panel.info")}</div>
      <div className="side-scroll info" tabIndex={0}>
        {entry ? <About entry={entry} /> : chosen.length ? <p className="two">{t("info.several", { count: chosen.length })}</p> : null}
      </div>
    </>
  );
}

function About({ entry }: { entry: FlowEntry }) {
  const doc = useDocument((state) => state.doc);
  const descriptor = useRegistry((state) => state.types.get(entry.type));
  const change = useChanges().nodes.get(entry.id);
  const users = indexOf(doc).users(entry.id);
  const inside = isFlow(entry) ? indexOf(doc).on(entry.id).filter(isPlaced).length : null;
  const problems = problemsOf(doc, entry);
  const edit = () => (entry.type === "tab" ? openTray({ kind: "flow", id: entry.id }) : openEditor(entry.id));
  return (
    <>
      <div className="info-head">
        <span className={`tile cat-${isFlow(entry) ? "common" : isGroup(entry) ? "data" : categoryOf(entry.type, descriptor)}`}><Icon name={isFlow(entry) ? "nodes" : isGroup(entry) ? "group" : glyphOf(entry, descriptor)} /></span>
        <h3 className="grow">{nameOf(entry)}</h3>
        <button type="button" className="ib" title={t("common.edit")} aria-label={t("common.edit")} onClick={edit}><Icon name="pencil" /></button>
      </div>
      <dl className="facts">
        <dt>{t("info.type")}</dt><dd>{descriptor?.paletteLabel ?? entry.type}{!descriptor && isPlaced(entry) && !entry.type.startsWith("subflow:") && entry.type !== "junction" && <span className="pill err">{t("node.unknown")}</span>}</dd>
        <dt>{t("info.id")}</dt><dd><code>{entry.id}</code></dd>
        {inside !== null && <><dt>{t("info.nodes")}</dt><dd>{inside}</dd></>}
        {change && <><dt>{t("info.state")}</dt><dd>{t(`node.${change}`)}</dd></>}
        {Boolean(entry.d ?? entry.disabled) && <><dt>{t("info.state")}</dt><dd>{t("node.disabled")}</dd></>}
      </dl>
      {problems.length > 0 && <ul className="problem-list">{problems.map(({ field, rule }) => <li key={field}><i className="st err" /><code>{field}</code> {t(`rule.${rule}`)}</li>)}</ul>}
      {textOf(entry, "info") && entry.type !== "comment" && <div className="markdown"><Markdown text={textOf(entry, "info")} /></div>}
      <Links title={t("info.links")} entries={farLinks(doc, entry)} />
      <Links title={t("info.users", { count: users.length })} entries={users} />
      {descriptor?.shortHelp && <p className="two">{descriptor.shortHelp}</p>}
    </>
  );
}

function Links({ title, entries }: { title: string; entries: readonly FlowEntry[] }) {
  if (!entries.length) return null;
  return (
    <section><h4 aria-level={3}>{title}</h4>
      <ul className="plain">{entries.map((one) => <li key={one.id}><button type="button" className="link" onClick={() => reveal(one.id)}>{anatomyOf(one).label || one.type}</button></li>)}</ul>
    </section>
  );
}
