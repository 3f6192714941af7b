/** A finger that stays opens the context menu. Some browsers say so themselves; those of phones by Apple never do. */

/** As long as phones take to mean it. */
const HOLD_MS = 500;
/** A finger never lies quite still. */
const SLOP = 10;
/** A browser that says it itself says it within this time. */
const ECHO_MS = 1000;

/** Selecting text by a long press stays the browser's. */
const OWN = "input, textarea, select, [contenteditable=true], .code-home, dialog, .tray";

interface Hold { pointer: number; x: number; y: number; timer: ReturnType<typeof setTimeout> }

export function listenForLongPress(signal: AbortSignal): void {
  let hold: Hold | null = null;
  let said = -Infinity;
  const drop = () => {
    clearTimeout(hold?.timer);
    hold = null;
  };
  const say = (x: number, y: number) => {
    hold = null;
    said = performance.now();
    document.elementFromPoint(x, y)?.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, composed: true, clientX: x, clientY: y, button: 2 }));
  };
  const options = { capture: true, passive: true, signal };
  addEventListener("pointerdown", (event) => {
    const one = hold === null;
    drop();
    if (event.pointerType !== "touch" || !event.isPrimary || !one || (event.target as Element).closest?.(OWN)) return;
    const { clientX: x, clientY: y, pointerId: pointer } = event;
    hold = { pointer, x, y, timer: setTimeout(() => say(x, y), HOLD_MS) };
  }, options);
  addEventListener("pointermove", (event) => hold?.pointer === event.pointerId && Math.hypot(event.clientX - hold.x, event.clientY - hold.y) > SLOP && drop(), options);
  for (const end of ["pointerup", "pointercancel"] as const) addEventListener(end, drop, options);
  addEventListener("contextmenu", (event) => {
    if (!event.isTrusted) return;
    drop();
    if (performance.now() - said > ECHO_MS) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true, signal });
}
