/** Mantine drawn with our tokens: one place decides every colour, both schemes included. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** For the rare place that asks for a shade; everything else comes from the tokens. */
const brand: MantineColorsTuple = [
  "#e9f0fd", "#d0dffa", "#a3c1f6", "#73a1f0", "#4a84ea", "#2f6fe4", "#2366df", "#1b5fd9", "#164fb8", "#113f94",
];

/** Mantine's neutral shades, in the tokens' greys: what its sheets take without asking a variable. */
const gray: MantineColorsTuple = [
  "#f4f6f9", "#ecf0f5", "#dde2ea", "#c9d0db", "#7b8594", "#6b7584", "#5c6676", "#4a5464", "#2b3340", "#161c26",
];
const dark: MantineColorsTuple = [
  "#eef1f6", "#b4bdca", "#98a2b1", "#7c8796", "#545e6c", "#262b33", "#1d2128", "#15181d", "#0f1115", "#0b0d10",
];

export const theme = createTheme({
  primaryColor: "brand",
  colors: { brand, gray, dark },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--font-mono)",
  headings: { fontFamily: "var(--font)", fontWeight: "650" },
  fontSizes: { xs: "0.75rem", sm: "0.875rem", md: "var(--t-body)", lg: "var(--t-lead)", xl: "var(--t-title)" },
  defaultRadius: "var(--r1)",
  focusRing: "never", // tokens.css draws one ring for every front end
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    // Scroll locking writes a style sheet into the page, which its CSP refuses.
    Modal: {
      defaultProps: {
        centered: true,
        lockScroll: false,
        radius: "var(--r2)",
        overlayProps: { backgroundOpacity: 0.45 },
        transitionProps: { transition: "pop", duration: 140 },
      },
    },
    // The first entry has the focus, not something before it: Enter opens a menu, and chooses.
    Menu: { defaultProps: { shadow: "md", radius: "var(--r2)", transitionProps: { duration: 100 }, withInitialFocusPlaceholder: false } },
    // An asterisk would become part of the label; what is missing is said at the field.
    InputWrapper: { defaultProps: { withAsterisk: false } },
    TextInput: { defaultProps: { size: "md", withAsterisk: false } },
    PasswordInput: { defaultProps: { size: "md", withAsterisk: false, visibilityToggleFocusable: true } },
    Textarea: { defaultProps: { size: "md", withAsterisk: false } },
    // A closed list is not kept in the page: it would answer to its field's label a second time.
    Autocomplete: { defaultProps: { size: "md", withAsterisk: false, comboboxProps: { keepMounted: false } } },
    MultiSelect: { defaultProps: { size: "md", comboboxProps: { keepMounted: false } } },
    Select: { defaultProps: { size: "md", comboboxProps: { keepMounted: false } } },
  },
});

function scale(name: string, filled: string, hover: string, ink: string, wash: string): Record<string, string> {
  return {
    [`--mantine-color-${name}-filled`]: filled,
    [`--mantine-color-${name}-filled-hover`]: hover,
    [`--mantine-color-${name}-light`]: wash,
    [`--mantine-color-${name}-light-hover`]: wash,
    [`--mantine-color-${name}-light-color`]: ink,
    [`--mantine-color-${name}-outline`]: ink,
    [`--mantine-color-${name}-outline-hover`]: wash,
    [`--mantine-color-${name}-text`]: ink,
  };
}

const both: Record<string, string> = {
  "--mantine-color-body": "var(--paper)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-faint)",
  "--mantine-color-placeholder": "var(--ink-faint)",
  "--mantine-color-anchor": "var(--brand-ink)",
  "--mantine-color-error": "var(--danger-ink)",
  "--mantine-color-default": "var(--paper-raised)",
  "--mantine-color-default-hover": "var(--paper-hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-disabled": "var(--paper-hover)",
  "--mantine-color-disabled-color": "var(--ink-faint)",
  "--mantine-color-disabled-border": "var(--line)",
  "--mantine-line-height": "var(--lh)",
  "--mantine-shadow-md": "var(--shadow-2)",
  ...scale("brand", "var(--brand)", "var(--brand-hover)", "var(--brand-ink)", "var(--brand-wash)"),
  ...scale("red", "var(--danger)", "var(--danger)", "var(--danger-ink)", "var(--danger-wash)"),
  ...scale("yellow", "var(--warn-ink)", "var(--warn-ink)", "var(--warn-ink)", "var(--warn-wash)"),
  ...scale("gray", "var(--ink-soft)", "var(--ink)", "var(--ink-soft)", "var(--paper-hover)"),
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: both, dark: both });
