/** `<fe-code>`: a text area that becomes a code editor as soon as that has been fetched. */
import type { ReadField } from "./conditions";
import { FieldElement, make } from "./field";

export interface CodeEditor {
  text(): string;
  setText(text: string): void;
  setLanguage(language: string): void;
  focus(): void;
  destroy(): void;
}

const ROW = 17;

export class Code extends FieldElement {
  private text = "";
  private language = "text";
  private editor: CodeEditor | null = null;
  /** Asked for before the editor was there. */
  private wantsFocus = false;
  private readonly area = make("textarea", { spellcheck: "false", class: "code-area" });
  private readonly frame = make("div", { class: "code-frame" });

  get value(): string {
    return this.text;
  }

  set value(text: string) {
    this.text = text;
    this.area.value = text;
    this.editor?.setText(text);
    this.submit();
  }

  override focus() {
    this.wantsFocus = true;
    (this.editor ?? this.area).focus();
  }

  read() {
    return this.name ? { [this.name]: this.text } : {};
  }

  fill(read: ReadField) {
    const value = read(this.name);
    if (value !== undefined && value !== null) this.value = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    this.followLanguage(read);
  }

  /** `lang-from` names the field that says the language. */
  followLanguage(read: ReadField) {
    const from = this.getAttribute("lang-from");
    const language = from && String(read(from) ?? "");
    if (language && language !== this.language) {
      this.language = language;
      this.editor?.setLanguage(language);
    }
  }

  protected build() {
    // To everybody else `lang` means a language people speak.
    this.language = this.getAttribute("lang") ?? this.language;
    this.removeAttribute("lang");
    if (!this.text) this.text = this.textContent?.replace(/^\n/, "") ?? "";
    this.replaceChildren(this.frame);
    this.frame.append(this.area);
    this.area.value = this.text;
    this.area.setAttribute("aria-label", this.getAttribute("aria-label") ?? this.name);
    this.frame.style.minHeight = `${Number(this.getAttribute("rows") ?? 8) * ROW + 10}px`;
    this.area.addEventListener("input", () => this.typed(this.area.value));
    void this.upgrade();
  }

  private async upgrade() {
    try {
      const { mount } = await import("./codemirror");
      if (!this.isConnected) return;
      // A shadow root lets the editor bring its styles as style sheets, which a strict policy allows.
      const home = make("div", { class: "code-home" });
      const root = home.attachShadow({ mode: "open" });
      this.frame.replaceChildren(home);
      this.editor = mount(root, this.text, this.language, this.area.getAttribute("aria-label") ?? "", (text) => this.typed(text));
      if (this.wantsFocus) this.editor.focus();
    } catch {
      // Without the editor's chunk the text area stays, and works.
    }
  }

  disconnectedCallback() {
    this.editor?.destroy();
  }

  private typed(text: string) {
    if (text === this.text) return;
    this.text = text;
    this.changed();
  }
}
