import { UnstyledButton } from "@mantine/core";

import { Icon } from "../Icon";
import styles from "./DataTable.module.css";
import { type Asked, directionOf } from "./asked";
import type { Column } from "./useColumns";

/** A column's name; a button where the server sorts by it. */
export function Head<Row>({ column, asked, sort }: { column: Column<Row>; asked: Asked; sort: (key: string) => void }) {
  if (!column.sort) {
    return (
      <th scope="col" role="columnheader" className={column.number ? styles.count : undefined}>
        {column.title}
      </th>
    );
  }
  const key = typeof column.sort === "string" ? column.sort : column.key;
  const direction = directionOf(asked, key);
  return (
    <th scope="col" role="columnheader" aria-sort={direction} className={column.number ? styles.count : undefined}>
      <UnstyledButton className={styles.sort} onClick={() => sort(key)}>
        {column.title}
        <span className={styles.arrow} data-direction={direction}>
          <Icon name="chevron" size={14} />
        </span>
      </UnstyledButton>
    </th>
  );
}
