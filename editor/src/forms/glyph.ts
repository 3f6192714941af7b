/** A glyph as a plain element, for what is built without React. */
import { drawingOf, type Glyph } from "../canvas/glyphs";

export function glyph(name: Glyph, size: "" | "sm" | "xs" = "sm"): SVGSVGElement {
  const { className, viewBox, markup } = drawingOf(name, size);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = markup;
  return svg;
}
