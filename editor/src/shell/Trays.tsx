/** Editing slides in from the right; a config node's form lies on top of the one that asked for it. */
import { useCallback } from "react";
import { type FlowEntry, newId } from "../document/flow";
import { useDocument } from "../document/store";
import { defineElements } from "../forms/elements";
import { useRegistry } from "../server/registry";
import { closeTray, type Tray as Request, useUi } from "./ui";
import { Tray } from "./Tray";
import "../styles/forms.css";

defineElements();

export default function Trays() {
  const trays = useUi((state) => state.trays);
  return <>{trays.map((tray, at) => <One key={`${at}${"id" in tray ? tray.id : ""}`} tray={tray} top={at === trays.length - 1} />)}</>;
}

function One({ tray, top }: { tray: Request; top: boolean }) {
  const known = useDocument((state) => (tray.id ? state.doc.entries[tray.id] : undefined));
  const types = useRegistry((state) => state.types);
  const make = useCallback((): FlowEntry => {
    const type = tray.kind === "config" ? tray.type : "";
    const values = Object.entries(types.get(type)?.defaults ?? {}).map(([field, { value }]) => [field, structuredClone(value)]).filter(([, value]) => value !== undefined);
    return { id: newId(), type, ...Object.fromEntries(values) };
  }, [tray, types]);
  const done = (id: string | null) => {
    closeTray();
    if (tray.kind === "config") tray.done?.(id);
  };
  if (tray.id && !known) return null;
  return <Tray kind={tray.kind} known={known} make={make} top={top} done={done} />;
}
