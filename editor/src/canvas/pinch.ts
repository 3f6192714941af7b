/** Two fingers zoom wherever they come down: on nodes and ports too, which otherwise keep a finger for themselves. */
import { canvas } from "./view";
import { LARGEST, SMALLEST } from "./viewport";

interface Pinch { distance: number; x: number; y: number; view: { x: number; y: number; zoom: number } }

export function listenForPinch(signal: AbortSignal): void {
  let pinch: Pinch | null = null;
  // What one finger had begun must not go on from where the other has left it.
  let spoilt = false;
  const options = { capture: true, passive: false, signal };
  const take = (event: TouchEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("touchstart", (event) => {
    if (event.touches.length < 2 || !canvas.flow || !within(event)) return;
    pinch = { ...between(event.touches), view: canvas.flow.getViewport() };
    spoilt = true;
    take(event);
  }, options);
  addEventListener("touchmove", (event) => {
    if (pinch && event.touches.length > 1) zoom(pinch, event.touches);
    if (spoilt) take(event);
  }, options);
  for (const end of ["touchend", "touchcancel"] as const) {
    addEventListener(end, (event) => {
      if (event.touches.length < 2) pinch = null;
      if (!event.touches.length) spoilt = false;
    }, options);
  }
}

const within = ({ touches }: TouchEvent) => [...touches].every(({ target }) => canvas.element?.contains(target as Node));

function between([one, other]: TouchList): Omit<Pinch, "view"> {
  return { distance: Math.hypot(one!.clientX - other!.clientX, one!.clientY - other!.clientY), x: (one!.clientX + other!.clientX) / 2, y: (one!.clientY + other!.clientY) / 2 };
}

/** What lay between the fingers stays between them. */
function zoom({ distance, x, y, view }: Pinch, touches: TouchList) {
  const now = between(touches);
  const box = canvas.element!.getBoundingClientRect();
  const wanted = Math.min(LARGEST, Math.max(SMALLEST, view.zoom * (now.distance / Math.max(1, distance))));
  const [left, top] = [(x - box.x - view.x) / view.zoom, (y - box.y - view.y) / view.zoom];
  void canvas.flow?.setViewport({ x: now.x - box.x - left * wanted, y: now.y - box.y - top * wanted, zoom: wanted });
}
