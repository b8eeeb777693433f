import { Button } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { useSession } from "../../kit/session-context";
import { saidWords } from "../../kit/refusal";
import styles from "./OutcomeForm.module.css";

export interface Outcome {
  disposition: string;
  tags: readonly string[];
  by: { id: string; name: string } | null;
  at: string | null;
}

export interface OutcomeChoices {
  dispositions: readonly string[];
  tags: readonly string[];
  required: boolean;
  outcome: Outcome;
}

export const outcomePath = (conversation: string): string => `/v1/conversations/${conversation}/outcome`;

interface Props {
  conversation: string;
  choices: OutcomeChoices;
  action: string;
  danger?: boolean;
  /** Called once it is stored. */
  onSaid: (outcome: Outcome) => Promise<void> | void;
  onClose: () => void;
}

/** What came of a chat: one disposition, any tags. */
export function OutcomeForm({ conversation, choices, action, danger = false, onSaid, onClose }: Props) {
  const { api } = useSession();
  const [disposition, setDisposition] = useState(choices.outcome.disposition);
  const [tags, setTags] = useState<readonly string[]>(choices.outcome.tags);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const dispositions = withKept(choices.dispositions, choices.outcome.disposition ? [choices.outcome.disposition] : []);
  const offered = choices.required ? dispositions : ["", ...dispositions];

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (choices.required && disposition === "") {
      setProblems({ disposition: t("Please choose what came of this chat.") });
      return;
    }
    setBusy(true);
    try {
      await onSaid(await api.request<Outcome>("PUT", outcomePath(conversation), { disposition, tags }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblems(Object.keys(error.fields).length > 0 ? error.fields : { disposition: saidWords(error) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      {dispositions.length > 0 && (
        <Words legend={t("Disposition")} hint={choices.required ? t("Required") : ""} problem={problems["disposition"]} role="radiogroup">
          {offered.map((word) => (
            <Word key={word} type="radio" name="disposition" checked={disposition === word} onChange={() => setDisposition(word)}>
              {word || t("None")}
            </Word>
          ))}
        </Words>
      )}
      {choices.tags.length + choices.outcome.tags.length > 0 && (
        <Words legend={t("Tags")} hint="" problem={problems["tags"]} role="group">
          {withKept(choices.tags, choices.outcome.tags).map((word) => (
            <Word key={word} type="checkbox" name="tags" checked={tags.includes(word)} onChange={(on) => setTags(on ? [...tags, word] : tags.filter((each) => each !== word))}>
              {word}
            </Word>
          ))}
        </Words>
      )}
      <div className={styles.buttons}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {t("Cancel")}
        </Button>
        <Button type="submit" color={danger ? "red" : "brand"} loading={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}

/** What is off the list by now, but was said of this chat. */
function withKept(words: readonly string[], kept: readonly string[]): string[] {
  return [...words, ...kept.filter((word) => !words.includes(word))];
}

interface WordsProps {
  legend: string;
  hint: string;
  problem: string | undefined;
  role: "radiogroup" | "group";
  children: React.ReactNode;
}

function Words({ legend, hint, problem, role, children }: WordsProps) {
  const id = useId();
  return (
    <fieldset className={styles.words} role={role} aria-labelledby={`${id}-name`} aria-describedby={problem ? `${id}-problem` : undefined} aria-invalid={problem && role === "radiogroup" ? true : undefined}>
      <legend>
        <span id={`${id}-name`}>{legend}</span> {hint && <small>{hint}</small>}
      </legend>
      <div className={styles.chips}>{children}</div>
      {problem && (
        <p id={`${id}-problem`} className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

interface WordProps {
  type: "radio" | "checkbox";
  name: string;
  checked: boolean;
  onChange: (on: boolean) => void;
  children: string;
}

function Word({ type, name, checked, onChange, children }: WordProps) {
  return (
    <label className={styles.chip}>
      <input type={type} name={name} checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span dir="auto">{children}</span>
    </label>
  );
}
