/** A sticky note: a comment node with a size, its text as Markdown. */
import type { NodeProps } from "@xyflow/react";
import { memo, type PointerEvent, useState } from "react";
import { update } from "../document/actions/nodes";
import { numberOf, textOf } from "../document/flow";
import { act, changesOf, useDocument } from "../document/store";
import { Markdown } from "../shell/Markdown";
import { t } from "../shell/words";
import type { CanvasNode } from "./flowElements";
import { snapped, useView } from "./view";

const SMALLEST = { w: 120, h: 60 };

export default memo(function Note({ data, selected, draggable }: NodeProps<CanvasNode>) {
  const { entry, box } = data.item;
  const changed = useDocument((state) => changesOf(state).nodes.has(entry.id));
  const [size, setSize] = useState<{ w: number; h: number } | null>(null);

  const resize = (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation();
    const { zoom } = useView.getState();
    const grip = event.currentTarget;
    grip.setPointerCapture(event.pointerId);
    const wanted = (move: { clientX: number; clientY: number }) => ({
      w: Math.max(SMALLEST.w, snapped(box.w + (move.clientX - event.clientX) / zoom)),
      h: Math.max(SMALLEST.h, snapped(box.h + (move.clientY - event.clientY) / zoom)),
    });
    grip.onpointermove = (move) => setSize(wanted(move));
    grip.onpointerup = (up) => {
      grip.onpointermove = grip.onpointerup = null;
      const { w, h } = wanted(up);
      setSize(null);
      // The place is the middle, so a note that grows to the right moves it.
      act("history.resize", update(entry.id, { w, h, x: numberOf(entry, "x") + (w - box.w) / 2, y: numberOf(entry, "y") + (h - box.h) / 2 }));
    };
  };

  return (
    <div className={selected ? "note sel" : "note"} style={{ width: size?.w ?? box.w, height: size?.h ?? box.h }}>
      {textOf(entry, "name") && <h2>{textOf(entry, "name")}</h2>}
      <Markdown text={textOf(entry, "info")} />
      {changed && <i className="mark" title={t("node.changed")} />}
      {draggable && <span className="note-grip nodrag nopan" onPointerDown={resize} aria-hidden="true" />}
    </div>
  );
});
