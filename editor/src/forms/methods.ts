/** `<fe-methods>`: one of many API methods, by family, found by word or path. */
import type { MethodDescriptor, MethodFamily } from "../server/descriptors";
import { glyph } from "./glyph";
import type { ReadField } from "./conditions";
import { FieldElement, make } from "./field";
import { hostOf } from "./host";
import { t } from "../shell/words";

const RECENT = "flowengine.recentMethods";

export class Methods extends FieldElement {
  private value = "";
  private families: MethodFamily[] = [];
  private readonly search = make("input", { type: "search", "aria-label": t("methods.search") });
  private readonly found = make("span", { class: "muted found" });
  private readonly list = make("div", { class: "meth-list" });
  private readonly current = make("button", { type: "button", class: "field meth-current" });

  read() {
    return { [this.name]: this.value };
  }

  fill(read: ReadField) {
    this.value = String(read(this.name) ?? "");
    this.show();
    this.submit();
  }

  protected build() {
    this.classList.add("meth");
    this.append(this.current, make("label", { class: "field" }, glyph("search"), this.search, this.found), this.list);
    this.search.addEventListener("input", (event) => {
      event.stopPropagation();
      this.show();
    });
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        this.list.querySelector<HTMLElement>("button[data-method]")?.click();
      } else if (event.key === "ArrowDown") this.list.querySelector<HTMLElement>("button[data-method]")?.focus();
    });
    this.list.addEventListener("keydown", (event) => this.walk(event));
    this.current.addEventListener("click", () => this.classList.toggle("unfolded"));
    void hostOf(this)?.methods().then((families) => {
      this.families = families;
      this.show();
    }, () => undefined);
  }

  /** Arrow keys walk the list. */
  private walk(event: KeyboardEvent) {
    const all = [...this.list.querySelectorAll<HTMLElement>("button[data-method]")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown") all[at + 1]?.focus();
    else if (event.key === "ArrowUp") (all[at - 1] ?? this.search).focus();
    else return;
    event.preventDefault();
  }

  private choose(method: MethodDescriptor) {
    this.value = method.name;
    localStorage.setItem(RECENT, JSON.stringify([method.name, ...recent().filter((other) => other !== method.name)].slice(0, 4)));
    this.classList.remove("unfolded");
    this.show();
    this.changed();
  }

  private show() {
    const text = this.search.value.trim().toLowerCase();
    const all = this.families.flatMap((family) => family.methods);
    const groups = this.families.map((family) => ({ ...family, methods: family.methods.filter((method) => matches(method, family, text)) })).filter((family) => family.methods.length);
    const count = groups.reduce((sum, family) => sum + family.methods.length, 0);
    this.search.placeholder = t("methods.search");
    this.found.textContent = text ? t("methods.found", { count, all: all.length }) : String(all.length || "");
    const byName = new Map(all.map((method) => [method.name, method]));
    const pick = (names: string[]) => [...new Set(names)].filter((name) => name !== this.value).map((name) => byName.get(name)).filter((method) => method !== undefined);
    const here = text ? [] : pick(hostOf(this)?.methodsHere() ?? []);
    const before = text ? [] : pick(recent());
    this.list.replaceChildren(
      ...this.group(t("methods.here"), here, text), ...this.group(t("methods.recent"), before, text),
      ...groups.flatMap((family) => this.group(family.label, family.methods, text, true)),
      ...(text ? [make("p", { class: "none" }, t("methods.paths"), " ", make("button", { type: "button", class: "link", onclick: () => this.clear() }, t("common.clear")))] : []));
    const chosen = byName.get(this.value);
    this.current.replaceChildren(...(chosen ? [verb(chosen), make("span", { class: "grow ell" }, chosen.label)] : [make("span", { class: "grow muted" }, this.value || t("methods.choose"))]), glyph("down"));
    this.list.querySelector(".on")?.scrollIntoView?.({ block: "nearest" });
  }

  private group(title: string, methods: readonly MethodDescriptor[], text: string, counted = false): HTMLElement[] {
    if (!methods.length) return [];
    const heading = make("h3", {}, title, ...(counted ? [make("span", {}, String(methods.length))] : []));
    return [heading, make("ul", {}, ...methods.map((method) => make("li", {}, this.row(method, text))))];
  }

  private row(method: MethodDescriptor, text: string): HTMLElement {
    return make("button", { type: "button", class: method.name === this.value ? "on" : "", "data-method": method.name, title: `${method.verb} ${method.path}`, "aria-pressed": String(method.name === this.value), onclick: () => this.choose(method) },
      verb(method), make("span", { class: "ell grow", title: method.label }, ...marked(method.label, text)), ...(method.streams ? [glyph("pulse", "xs")] : []));
  }

  private clear() {
    this.search.value = "";
    this.show();
    this.search.focus();
  }
}

function verb({ verb: name }: MethodDescriptor): HTMLElement {
  const short = name.toUpperCase().replace("DELETE", "DEL");
  return make("span", { class: `verb ${short.toLowerCase()}` }, short);
}

/** Every word occurs in the label, the name, the path or the family. */
export function matches({ label, name, path }: MethodDescriptor, family: Pick<MethodFamily, "label">, text: string): boolean {
  const where = `${label} ${name} ${path} ${family.label}`.toLowerCase();
  return text.split(/\s+/).every((word) => where.includes(word));
}

function marked(label: string, text: string): (Node | string)[] {
  const at = text ? label.toLowerCase().indexOf(text) : -1;
  return at < 0 ? [label] : [label.slice(0, at), make("mark", {}, label.slice(at, at + text.length)), label.slice(at + text.length)];
}

function recent(): string[] {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}
