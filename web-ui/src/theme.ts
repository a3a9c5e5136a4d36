import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent colour, from the faintest to the deepest. */
const iris: MantineColorsTuple = [
  '#f0effa',
  '#dedcf3',
  '#bdb9e6',
  '#9a94d8',
  '#7c75cc',
  '#6961c5',
  '#5a52bd',
  '#4f46b8',
  '#423aa0',
  '#363088',
];

/** Calm and dense enough for work: 16 px, one accent, small corners. */
export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 7, dark: 6 },
  colors: { iris },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontSizes: { xs: '0.8125rem', sm: '0.9375rem', md: '1rem', lg: '1.125rem', xl: '1.25rem' },
});
