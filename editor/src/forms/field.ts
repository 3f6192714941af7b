/** Base of our form-associated elements: a name, one or two values, and the events every control fires. */
import type { ReadField } from "./conditions";

export abstract class FieldElement extends HTMLElement {
  static formAssociated = true;
  protected readonly internals = this.attachInternals?.();
  private built = false;

  get form(): HTMLFormElement | null {
    return this.internals?.form ?? this.closest("form");
  }

  get name(): string {
    return this.getAttribute("name") ?? "";
  }

  get required(): boolean {
    return this.hasAttribute("required");
  }

  get disabled(): boolean {
    return this.hasAttribute("disabled");
  }

  set disabled(disabled: boolean) {
    this.toggleAttribute("disabled", disabled);
  }

  /** All fields this element submits. */
  names(): string[] {
    return [this.name].filter(Boolean);
  }

  /** Takes its values by name; a name without value leaves the element's own default. */
  abstract fill(read: ReadField): void;
  abstract read(): Record<string, unknown>;
  protected abstract build(): void;

  connectedCallback() {
    if (this.built) return;
    this.built = true;
    this.build();
    this.submit();
  }

  /** Called when this one takes over from another control of its name that was shown until now. */
  takeOver() {}

  protected changed() {
    this.submit();
    this.dispatchEvent(new Event("input", { bubbles: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  protected submit() {
    if (!this.internals?.setFormValue) return;
    const data = new FormData();
    for (const [name, value] of Object.entries(this.read())) data.set(name, typeof value === "string" ? value : JSON.stringify(value ?? ""));
    this.internals.setFormValue(data);
  }

  /** An attribute that holds JSON. */
  protected json<T>(attribute: string, otherwise: T): T {
    const text = this.getAttribute(attribute);
    return text ? (JSON.parse(text) as T) : otherwise;
  }
}

/** A small element builder, so elements need no framework. */
export function make<Name extends keyof HTMLElementTagNameMap>(name: Name, values: Record<string, unknown> = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === false) continue;
    if (key === "class") element.className = String(value);
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value as EventListener);
    else if (key in element && typeof value !== "string") Object.assign(element, { [key]: value });
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}
