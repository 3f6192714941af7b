/** Somebody else was faster: who, what they changed, and which side's version of a node is to stay where both changed it. */
import { useMemo, useState } from "react";
import { difference, type EntryChange } from "../document/difference";
import { mergeDocuments } from "../document/merge";
import { Act, Modal } from "./Dialogs";
import { CountsOf, Differences } from "./Differences";
import type { Dialog as Request } from "./ui";
import { t, useLanguage } from "./words";

export function Conflict({ base, mine, theirs, by, proceed }: Extract<Request, { kind: "conflict" }>) {
  const language = useLanguage((state) => state.language);
  const [preferred, setPreferred] = useState<ReadonlySet<string>>(new Set());
  const { conflicts, ours, other, both } = useMemo(() => {
    const found = new Set(mergeDocuments(base, mine, theirs).conflicts);
    const [here, there] = [difference(base, mine), difference(base, theirs)];
    return { conflicts: found, ours: here.filter(({ id }) => !found.has(id)), other: there.filter(({ id }) => !found.has(id)), both: [...difference(mine, theirs).filter(({ id }) => found.has(id))] };
  }, [base, mine, theirs]);
  const take = (id: string, side: "mine" | "theirs") => {
    const next = new Set(preferred);
    if (side === "theirs") next.add(id);
    else next.delete(id);
    setPreferred(next);
  };
  const choice = ({ id }: EntryChange) => (
    <div className="seg" role="radiogroup" aria-label={t("deploy.keep")}>
      {(["mine", "theirs"] as const).map((side) => {
        const on = preferred.has(id) === (side === "theirs");
        return <button key={side} type="button" role="radio" aria-checked={on} className={on ? "on" : ""} onClick={() => take(id, side)}>{t(`deploy.${side}`)}</button>;
      })}
    </div>
  );
  const docs = [mine, theirs, base];
  return (
    <Modal title={t("deploy.conflictTitle")} wide actions={<>
      <Act label={t("deploy.discard")} run={() => proceed("reload", preferred)} /><Act label={t("deploy.overwrite")} run={() => proceed("overwrite", preferred)} /><Act label={t("deploy.merge")} primary run={() => proceed("merge", preferred)} />
    </>}>
      <div className="conflict">
        <p>{by ? t(by.user ? "deploy.conflictBy" : "deploy.conflictAt", { user: by.user, time: new Date(by.time).toLocaleString(language) }) : t("deploy.conflictText")} <span className="two">{t("deploy.conflictWays")}</span></p>
        {conflicts.size > 0 && <section><h3>{t("deploy.conflictBoth", { count: conflicts.size })}</h3><p className="hint">{t("deploy.sides")}</p><Differences changes={both} docs={docs} beside={choice} /></section>}
        <Side title={t("deploy.theirChanges", { count: other.length })} changes={other} docs={docs} open={other.length < 9} />
        <Side title={t("deploy.myChanges", { count: ours.length })} changes={ours} docs={docs} open={false} />
      </div>
    </Modal>
  );
}

function Side({ title, changes, docs, open }: { title: string; changes: EntryChange[]; docs: Parameters<typeof Differences>[0]["docs"]; open: boolean }) {
  if (!changes.length) return null;
  return <details open={open}><summary>{title} <CountsOf changes={changes} /></summary><Differences changes={changes} docs={docs} /></details>;
}
