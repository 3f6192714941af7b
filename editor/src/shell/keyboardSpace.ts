/** How much of the page a keyboard on the screen covers: where it lies above the page, trays and dialogs end above it. */
export function followKeyboard(signal: AbortSignal): void {
  const screen = window.visualViewport;
  if (!screen) return;
  const measure = () => {
    // Zoomed in by two fingers less is seen, but nothing is covered.
    const covered = screen.scale > 1.05 ? 0 : Math.max(0, Math.round(innerHeight - screen.height - screen.offsetTop));
    document.documentElement.style.setProperty("--keyboard", `${covered}px`);
    document.documentElement.toggleAttribute("data-keyboard", covered > 0);
    if (covered) document.activeElement?.closest(".tray")?.contains(document.activeElement) && document.activeElement.scrollIntoView({ block: "nearest" });
  };
  screen.addEventListener("resize", measure, { signal });
  screen.addEventListener("scroll", measure, { signal });
}
