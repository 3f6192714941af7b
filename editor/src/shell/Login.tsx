/** Asks who somebody is: by name and password, by a provider that the browser leaves for, or by either. */
import { type FormEvent, useEffect, useState } from "react";
import { login, type LoginForm, type LoginPrompt, readLogin } from "../server/admin";
import { leave } from "../server/arrival";
import { keepToken } from "../server/http";
import { Modal } from "./Dialogs";
import { t, useLanguage } from "./words";

export function Login({ closable = false }: { closable?: boolean }) {
  const language = useLanguage((state) => state.language);
  const [form, setForm] = useState<LoginForm>({});
  useEffect(() => void readLogin(language).then(setForm, () => undefined), [language]);
  const prompts = form.prompts ?? [];
  const fields = prompts.filter((prompt) => prompt.type !== "button");
  const doors = prompts.filter((prompt) => prompt.type === "button");
  return (
    <Modal title={t("login.title")} closable={closable}>
      <div className="login">
        {fields.length > 0 && <Password fields={fields} />}
        {fields.length > 0 && doors.length > 0 && <p className="or">{t("login.or")}</p>}
        {doors.map(({ label, url }) => <a key={url} className={fields.length ? "btn" : "btn primary"} href={url} onClick={leave}>{label}</a>)}
      </div>
    </Modal>
  );
}

function Password({ fields }: { fields: LoginPrompt[] }) {
  const [failed, setFailed] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    try {
      keepToken((await login(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>)).access_token);
      location.reload();
    } catch {
      setFailed(true);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {fields.map(({ id, type }) => <label key={id} className="setting"><span>{t(`login.${id}`)}</span><input className="field" name={id} type={type} autoComplete={type === "password" ? "current-password" : "username"} required /></label>)}
      {failed && <p className="hint err" role="alert"><i className="st err" />{t("login.failed")}</p>}
      <button className="btn primary">{t("login.submit")}</button>
    </form>
  );
}
