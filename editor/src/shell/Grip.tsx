/** The edge of a part of the page by which its width is changed, with the pointer or the arrow keys. */
import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef, useState } from "react";
import { useUi } from "./ui";

/** Kept between visits under this name; `css` is the property of the page that holds it, in px. */
const PARTS = {
  sideWidth: { css: "--side-w", limits: [320, 560], grows: -1 },
  paletteWidth: { css: "--palette-w", limits: [160, 400], grows: 1 },
} as const;

interface GripProps { part: keyof typeof PARTS; label: string }

export function Grip({ part, label }: GripProps) {
  const { css, limits: [least, most], grows } = PARTS[part];
  const kept = useUi((state) => state[part]);
  const [moved, setMoved] = useState<number | null>(null);
  const element = useRef<HTMLSpanElement>(null);
  const width = moved ?? kept;
  const within = (wanted: number) => Math.min(most, Math.max(least, Math.round(wanted)));
  const keep = (wanted: number) => {
    setMoved(null);
    useUi.setState({ [part]: within(wanted) });
  };
  useLayoutEffect(() => element.current!.closest<HTMLElement>(".app")?.style.setProperty(css, `${width}px`), [css, width]);

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    const grip = event.currentTarget;
    const from = event.clientX;
    const wanted = (move: globalThis.PointerEvent) => within(width + grows * (move.clientX - from));
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = (move) => setMoved(wanted(move));
    grip.onpointerup = grip.onpointercancel = (end) => {
      grip.onpointermove = grip.onpointerup = grip.onpointercancel = null;
      keep(end.type === "pointerup" ? wanted(end) : width);
    };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 48 : 16;
    const wanted = { ArrowRight: width + grows * step, ArrowLeft: width - grows * step, Home: least, End: most }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    keep(wanted);
  };
  return <span ref={element} className="side-grip" role="separator" aria-orientation="vertical" aria-label={label} aria-valuenow={width} aria-valuemin={least} aria-valuemax={most} tabIndex={0} onPointerDown={onPointerDown} onKeyDown={onKeyDown} />;
}
