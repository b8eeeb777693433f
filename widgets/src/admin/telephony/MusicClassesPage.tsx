import { nt, t } from "../../shared/i18n";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { useTurn } from "../useTurn";
import { type MusicFile, MusicFiles } from "./MusicFiles";
import { ObjectsPage } from "../ObjectsPage";

interface MusicClass {
  id: string;
  name: string;
  order: "alphabetical" | "random";
  files: MusicFile[];
}

const PATH = "/v1/music-classes";

/** Classes of music on hold; the page of a class has its files. */
export default function MusicClassesPage(props: PageProps) {
  const [first] = props.rest;
  if (first !== undefined && first !== "new") return <OneClass {...props} id={first} />;
  return (
    <ObjectsPage<MusicClass>
      {...props}
      collection={PATH}
      form="music-class"
      lead={t("What people hear who are on hold, parked, or wait for an answer.")}
      newTitle={t("Add Music On Hold Class")}
      allTitle={t("All classes of music on hold")}
      empty={{ title: t("No classes yet"), text: t("A class is a list of sound files that those who wait hear.") }}
      placeholder={t("Name")}
      deletion={t("Its sound files are removed with it. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "order", title: t("Order"), draw: (row) => (row.order === "random" ? t("Random") : t("By name")) },
        { key: "files", title: t("Files"), draw: (row) => (row.files.length === 0 ? t("Built-in music") : nt("{n} file", "{n} files", row.files.length)) },
      ]}
    />
  );
}

/** A class; its form is read anew when its files change, which makes another version of it. */
function OneClass({ page, readOnly, id }: PageProps & { id: string }) {
  const [turn, again] = useTurn();
  return (
    <>
      <ObjectPage
        key={`${id} ${turn}`}
        form="music-class"
        collection={PATH}
        id={id}
        newTitle=""
        titleOf={(values) => String(values["name"])}
        back={{ path: page.path, label: t("All classes of music on hold") }}
        readOnly={readOnly}
      />
      <MusicFiles path={`${PATH}/${encodeURIComponent(id)}`} readOnly={readOnly} onChanged={again} />
    </>
  );
}
