/** The debug messages in a window of their own. */
import { useEffect } from "react";
import { useRuntime } from "../server/runtime";
import { DebugPanel } from "./DebugPanel";
import { laterComponent } from "./later";
import { LostConnection, Notifications } from "./Notifications";
import { openDialog, useUi } from "./ui";
import { t, useLanguage } from "./words";
import "../styles/forms.css";

const Dialogs = laterComponent(() => import("./Dialogs"), () => openDialog(null));

export default function DebugWindow() {
  const language = useLanguage((state) => state.language);
  const dialog = useUi((state) => state.dialog !== null);
  const connection = useRuntime((state) => state.connection);
  useEffect(() => void (document.title = `${t("panel.debug")} · flowengine`), [language]);
  return (
    <main className={`debug-window ${connection}`} aria-label={t("panel.debug")}>
      <h1 className="sr">{t("panel.debug")}</h1><LostConnection /><DebugPanel />{dialog && <Dialogs />}
      <Notifications />
    </main>
  );
}
