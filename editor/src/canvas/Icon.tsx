/** A glyph as SVG. */
import { memo } from "react";
import { drawingOf, type Glyph, type Picture } from "./glyphs";

interface IconProps { name: Glyph | Picture; size?: "sm" | "xs"; title?: string }

export const Icon = memo(function Icon({ name, size, title }: IconProps) {
  const { className, viewBox, markup } = drawingOf(name, size);
  return (
    <svg className={className} viewBox={viewBox} role={title ? "img" : undefined} aria-label={title}
      aria-hidden={title ? undefined : true} dangerouslySetInnerHTML={{ __html: markup }} />
  );
});
