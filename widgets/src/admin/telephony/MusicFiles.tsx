import { useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { useSession } from "../../kit/session-context";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { Act } from "../../kit/table/Act";
import table from "../table.module.css";
import { usePolled } from "../../kit/usePolled";
import roster from "../roster.module.css";
import { type Heard, SoundDialog } from "./SoundDialog";
import { SoundUpload } from "./SoundUpload";

export interface MusicFile {
  id: string;
  name: string;
}

interface Props {
  /** The address of the class. */
  path: string;
  readOnly: boolean;
  onChanged: () => void;
}

/** The sounds of a class: uploaded, heard, removed. */
export function MusicFiles({ path, readOnly, onChanged }: Props) {
  const { api } = useSession();
  const load = useCallback(() => api.get<{ files: MusicFile[] }>(path), [api, path]);
  const { value, failed, reload } = usePolled(load, () => "still");
  const [heard, setHeard] = useState<Heard | null>(null);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const one = (file: MusicFile): string => `${path}/files/${encodeURIComponent(file.id)}`;

  function changed(): void {
    reload();
    onChanged();
  }

  return (
    <section className={roster.roster} aria-labelledby="music-files">
      <h2 id="music-files" className={roster.title}>
        {t("Files")}
      </h2>
      {value === null ? (
        failed ? (
          <Failed text={t("The files could not be loaded.")} retry={reload} />
        ) : (
          <Loading />
        )
      ) : (
        <>
          {value.files.length === 0 && <p className={table.soft}>{t("There are no files yet. Until then built-in music plays.")}</p>}
          <ul className={roster.list}>
            {value.files.map((file) => (
              <li key={file.id} className={roster.person}>
                <span className={roster.who} id={`music-${file.id}`}>
                  <bdi>{file.name}</bdi>
                </span>
                <Act<MusicFile> action={{ label: t("Play"), icon: "play", run: () => setHeard({ name: file.name, src: `${one(file)}/sound` }) }} row={file} described={`music-${file.id}`} />
                {!readOnly && <Act<MusicFile> action={{ label: t("Delete"), icon: "trash", danger: true, run: () => setDoomed({ name: file.name, path: one(file) }) }} row={file} described={`music-${file.id}`} />}
              </li>
            ))}
          </ul>
        </>
      )}
      {!readOnly && <SoundUpload path={`${path}/files`} onAdded={changed} />}
      <SoundDialog heard={heard} onClose={() => setHeard(null)} />
      <ConfirmDelete doomed={doomed} text={t("Its sound file is removed with it. This cannot be undone.")} onDeleted={changed} onClose={() => setDoomed(null)} />
    </section>
  );
}
