/** Config nodes by type, with how many use each; unused ones are marked. */
import { useState } from "react";
import { Icon } from "../canvas/Icon";
import { labelOf } from "../canvas/look";
import { problemsOf } from "../canvas/problems";
import { remove } from "../document/actions/nodes";
import type { FlowEntry } from "../document/flow";
import { indexOf } from "../document/index";
import { act, currentDoc, useDocument } from "../document/store";
import { configTypes, typeOf, useRegistry } from "../server/registry";
import { sizeOf } from "../canvas/anatomy";
import { Menu } from "./Menu";
import { confirm, openTray } from "./ui";
import { t } from "./words";

/** Global variables are used by name: nobody can count how often. */
const EVERYBODYS = "global-config";
const isUnused = ({ type }: FlowEntry, users: number) => !users && type !== EVERYBODYS;

export function ConfigPanel() {
  const doc = useDocument((state) => state.doc);
  useRegistry((state) => state.types);
  const [adding, setAdding] = useState<{ x: number; y: number } | null>(null);
  const [unusedOnly, setUnusedOnly] = useState(false);
  const index = indexOf(doc);
  const unused = index.configs.filter((entry) => isUnused(entry, index.users(entry.id).length));
  const byType = Map.groupBy(unusedOnly ? unused : index.configs, (entry) => entry.type);
  return (
    <>
      <div className="side-h">{t("panel.config")}<span className="grow" />
        <button type="button" className="ib" title={t("config.add")} aria-label={t("config.add")} aria-haspopup="menu" onClick={(event) => setAdding({ x: event.clientX, y: event.clientY })}><Icon name="plus" /></button>
      </div>
      <div className="side-f"><button type="button" className={unusedOnly ? "chk on" : "chk"} aria-pressed={unusedOnly} onClick={() => setUnusedOnly(!unusedOnly)}>{t("config.unused", { count: unused.length })}</button></div>
      <div className="side-scroll">
        {[...byType].map(([type, entries]) => (
          <section key={type} className="config-type">
            <h4 aria-level={3}>{typeOf(type)?.paletteLabel ?? type}<span className="n">{entries.length}</span></h4>
            <ul className="plain">
              {entries.map((entry) => {
                const users = index.users(entry.id).length;
                return (
                  <li key={entry.id} className="config-row">
                    <button type="button" className="grow ell" onClick={() => openTray({ kind: "config", type: entry.type, id: entry.id })}>{labelOf(entry, typeOf(type))}</button>
                    {problemsOf(doc, entry).length > 0 && <i className="st err" title={t("node.invalid")} />}
                    {entry.type !== EVERYBODYS && <span className={users ? "pill" : "pill warn"} title={t("config.users", { count: users })}>{users}</span>}
                    <button type="button" className="ib" title={t("common.delete")} aria-label={t("common.delete")} onClick={() => deleteConfig(entry.id, users)}><Icon name="trash" size="sm" /></button>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
        {!byType.size && <p className="none">{t("config.none")}</p>}
      </div>
      {adding && <Menu at={adding} label={t("config.add")} close={() => setAdding(null)} entries={configTypes().map((one) => ({ label: one.paletteLabel ?? one.type, run: () => openTray({ kind: "config", type: one.type, id: null }) }))} />}
    </>
  );
}

export function deleteConfig(id: string, users: number) {
  const proceed = () => act("history.delete", remove(currentDoc(), [id], sizeOf));
  if (users) confirm(t("config.deleteTitle"), t("config.deleteText", { count: users }), t("common.delete"), proceed);
  else proceed();
}
