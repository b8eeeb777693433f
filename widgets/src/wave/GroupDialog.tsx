import { ActionIcon, Button, Menu, Switch, Textarea, TextInput } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { ApiError } from "../shared/api";
import { type Conversation, isOver } from "../shared/conversation";
import { nt, t } from "../shared/i18n";
import { Failed, Loading } from "../kit/Blank";
import { Confirm } from "../kit/Confirm";
import { Dialog } from "../kit/Dialog";
import { Icon } from "../kit/Icon";
import { Person } from "../kit/Person";
import { useSession } from "../kit/session-context";
import { notDone } from "../kit/refusal";
import { useDesk } from "./context";
import styles from "./GroupDialog.module.css";
import { PeopleChoice } from "./PeopleChoice";

type Role = "owner" | "admin" | "member";

interface Member {
  number: string;
  name: string;
  role: Role;
}

interface Group {
  conversation: string;
  name: string;
  notice: string;
  history: "joining" | "all";
  owner: string;
  members: Member[];
}

/** A group's name, notice and people; what may be changed depends on one's role in it. */
export function GroupDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { api } = useSession();
  const path = `/v1/groups/${conversation.id}`;
  const [group, setGroup] = useState<Group | null>(null);
  const [failed, setFailed] = useState(false);
  const load = useCallback(async () => {
    setFailed(false);
    try {
      setGroup(await api.get<Group>(path));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailed(true);
    }
  }, [api, path]);
  // Names and people also change while the dialog is open: the log says so.
  useEffect(() => void load(), [load, conversation.last]);
  return (
    <Dialog onClose={onClose} title={t("Group")} size="md">
      {group ? (
        <Details group={group} over={isOver(conversation)} path={path} reload={load} onClose={onClose} />
      ) : failed ? (
        <Failed text={t("The group could not be loaded.")} retry={() => void load()} />
      ) : (
        <Loading />
      )}
    </Dialog>
  );
}

interface DetailsProps {
  group: Group;
  over: boolean;
  path: string;
  reload: () => Promise<void>;
  onClose: () => void;
}

function Details({ group, over, path, reload, onClose }: DetailsProps) {
  const desk = useDesk();
  const { api } = useSession();
  const role = group.members.find(({ number }) => number === desk.me.id)?.role ?? "member";
  const manages = role !== "member" && !over;
  const [name, setName] = useState(group.name);
  const [notice, setNotice] = useState(group.notice);
  const [history, setHistory] = useState(group.history);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [adding, setAdding] = useState<string[] | null>(null);
  const [dissolving, setDissolving] = useState(false);
  const changed = name !== group.name || notice !== group.notice || history !== group.history;

  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    setErrors({});
    try {
      await work();
      await reload();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (Object.keys(error.fields).length > 0) setErrors(error.fields);
      else notDone(error, t("The group could not be changed"));
      return false;
    }
  }

  function save(): void {
    const values = { ...(name !== group.name ? { name } : {}), ...(notice !== group.notice ? { notice } : {}), ...(history !== group.history ? { history } : {}) };
    void attempt(() => api.patch(path, values));
  }

  async function add(): Promise<void> {
    if (await attempt(() => api.post(`${path}/members`, { members: adding ?? [] }))) setAdding(null);
  }

  async function dissolve(): Promise<void> {
    setDissolving(false);
    if (await attempt(() => api.delete(path))) onClose();
  }

  return (
    <div className={styles.rows}>
      {manages ? (
        <>
          <TextInput label={t("Name")} value={name} maxLength={64} error={errors["name"]} onChange={(event) => setName(event.currentTarget.value)} />
          <Textarea label={t("Notice")} description={t("Everybody in the group sees it here.")} value={notice} maxLength={500} rows={2} error={errors["notice"]} onChange={(event) => setNotice(event.currentTarget.value)} />
          {role === "owner" && (
            <Switch
              label={t("New members see everything that was written")}
              description={t("When off, they see what is written after they join.")}
              checked={history === "all"}
              onChange={(event) => setHistory(event.currentTarget.checked ? "all" : "joining")}
            />
          )}
          <div className={styles.buttons}>
            <Button disabled={!changed} onClick={save}>
              {t("Save")}
            </Button>
          </div>
        </>
      ) : (
        <>
          <h3 className={styles.name}>
            <bdi>{group.name}</bdi>
          </h3>
          {group.notice && (
            <p className={styles.notice} dir="auto">
              {group.notice}
            </p>
          )}
        </>
      )}
      <div className={styles.head}>
        <h3 id="members">{nt("{n} member", "{n} members", group.members.length)}</h3>
        {manages && adding === null && (
          <Button variant="light" size="compact-sm" leftSection={<Icon name="plus" size={15} />} onClick={() => setAdding([])}>
            {t("Add members")}
          </Button>
        )}
      </div>
      {adding !== null && (
        <div className={styles.adding}>
          <PeopleChoice chosen={adding} onChange={setAdding} without={group.members.map(({ number }) => number)} error={errors["members"]} />
          <div className={styles.buttons}>
            <Button variant="default" onClick={() => setAdding(null)}>
              {t("Cancel")}
            </Button>
            <Button disabled={adding.length === 0} onClick={() => void add()}>
              {t("Add")}
            </Button>
          </div>
        </div>
      )}
      <ul className={styles.members} aria-labelledby="members">
        {group.members.map((member) => (
          <li key={member.number}>
            <Person name={member.name} seed={member.number} presence={desk.presenceOf(member.number)} size={34} />
            <span className={styles.words}>
              <bdi>{member.name}</bdi>
              <small>
                {member.number}
                {member.role !== "member" && ` · ${roleWords(member.role)}`}
              </small>
            </span>
            {manages && member.number !== desk.me.id && (role === "owner" || member.role === "member") && (
              <MemberMenu member={member} owner={role === "owner"} path={path} attempt={attempt} />
            )}
          </li>
        ))}
      </ul>
      {role === "owner" && !over && (
        <div>
          <Button variant="subtle" color="red" onClick={() => setDissolving(true)}>
            {t("Dissolve group")}
          </Button>
        </div>
      )}
      <Confirm
        opened={dissolving}
        title={t("Dissolve this group?")}
        text={t("Nobody can write into it any more. What was written stays to be read.")}
        action={t("Dissolve group")}
        danger
        onConfirm={dissolve}
        onClose={() => setDissolving(false)}
      />
    </div>
  );
}

interface MemberMenuProps {
  member: Member;
  owner: boolean;
  path: string;
  attempt: (work: () => Promise<unknown>) => Promise<boolean>;
}

function MemberMenu({ member, owner, path, attempt }: MemberMenuProps) {
  const { api } = useSession();
  const one = `${path}/members/${member.number}`;
  const appoint = (role: Role) => () => void attempt(() => api.patch(one, { role }));
  return (
    <Menu position="bottom-end" withinPortal shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("Options for {name}", { name: member.name })}>
          <Icon name="more" size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {owner && (
          <>
            <Menu.Item onClick={appoint(member.role === "admin" ? "member" : "admin")}>{member.role === "admin" ? t("No longer administrator") : t("Make administrator")}</Menu.Item>
            <Menu.Item onClick={appoint("owner")}>{t("Hand the group over")}</Menu.Item>
          </>
        )}
        <Menu.Item color="red" onClick={() => void attempt(() => api.delete(one))}>
          {t("Remove from group")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function roleWords(role: Role): string {
  return role === "owner" ? t("Owner") : role === "admin" ? t("Administrator") : t("Member");
}
