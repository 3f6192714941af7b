/** Above the one chosen node, after a moment: the acts that are wanted most. */
import { useEffect, useState } from "react";
import { useSelection } from "../document/selection";
import { type ActionName, run } from "../shell/actions";
import { t } from "../shell/words";
import type { Glyph } from "./glyphs";
import { Icon } from "./Icon";
import type { Item } from "./scene";

const DELAY = 120;

export function QuickToolbar({ item, button }: { item: Item; button: "inject" | "debug" | null }) {
  const alone = useSelection((state) => state.nodes.size === 1 && state.wires.size === 0);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setReady(true), DELAY);
    return () => clearTimeout(timer);
  }, []);
  if (!alone || !ready) return null;
  return (
    <div className="qt nodrag nopan" role="toolbar" aria-label={t("node.toolbar")} onDoubleClick={(event) => event.stopPropagation()}>
      {button === "inject" && <Tool glyph="play" action="press-button" />}
      <Tool glyph="pencil" action="edit-selected-node" />
      <Tool glyph="copy" action="duplicate-selection" />
      <hr />
      <Tool glyph="power" action={item.entry.d ? "enable-selected-nodes" : "disable-selected-nodes"} />
      <Tool glyph="trash" action="delete-selection" />
    </div>
  );
}

function Tool({ glyph, action }: { glyph: Glyph; action: ActionName }) {
  return <button type="button" className="ib" title={t(`action.${action}`)} aria-label={t(`action.${action}`)} onClick={() => run(action)}><Icon name={glyph} /></button>;
}
