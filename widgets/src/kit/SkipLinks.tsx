import styles from "./SkipLinks.module.css";

interface SkipLink {
  label: string;
  /** What takes the focus: the first that fits in the page. */
  to: string;
}

/** The first stops of the keyboard: past the navigation, to the words. */
export function SkipLinks({ links }: { links: readonly SkipLink[] }) {
  return (
    <div className={styles.links}>
      {links.map(({ label, to }) => (
        <button key={to} type="button" onClick={() => document.querySelector<HTMLElement>(to)?.focus()}>
          {label}
        </button>
      ))}
    </div>
  );
}
