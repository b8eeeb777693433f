/** The name mark: two speech bubbles that share an edge, a conversation. */
export function Mark({ size = 28, word = false }: { size?: number; word?: boolean }) {
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 10 }}>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="9" fill="var(--mark, #3b5bdb)" />
        <path d="M8 10.5A3.5 3.5 0 0 1 11.500 7h6A3.500 3.500 0 0 1 21 10.500v3a3.500 3.500 0 0 1-3.500 3.500H13l-5 3.600z" fill="#fff" />
        <path d="M23.200 13.200A3.300 3.300 0 0 1 25 16.200v9.200L20.400 22h-5.200a3.300 3.300 0 0 1-3-2h5.300a6 6 0 0 0 5.700-6.800z" fill="#fff" opacity=".62" />
      </svg>
      {word && <b style={{ fontSize: size * 0.62, letterSpacing: "-0.02em" }}>Engage</b>}
    </span>
  );
}
