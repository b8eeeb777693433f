import styles from "./Mark.module.css";

/** The product's mark, with its name where there is room. */
export function Mark({ size = 32, word = false }: { size?: number; word?: boolean }) {
  return (
    <span className={styles.mark}>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="9" fill="var(--brand)" />
        <path
          fill="#fff"
          d="M9.500 7h13A3.500 3.500 0 0 1 26 10.500v8a3.500 3.500 0 0 1-3.500 3.500H16l-5.300 4.200A.75.75 0 0 1 9.500 25.600V22A3.500 3.500 0 0 1 6 18.500v-8A3.500 3.500 0 0 1 9.500 7z"
        />
        <path fill="none" stroke="var(--brand)" strokeWidth="2.4" strokeLinecap="round" d="M11 12.200h10M11 16.800h6" />
      </svg>
      {word && <b className={styles.word}>Engage</b>}
    </span>
  );
}
