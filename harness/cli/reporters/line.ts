import type { Reporter } from './reporter.ts';

/** Plain progress lines even on a terminal: the presence of this reporter switches the live block off. */
export const line: Reporter = {
  meta: {
    id: 'line',
    title: 'Plain lines',
    description: 'One progress line per five seconds on stderr, also on a terminal.',
    ownsStdout: false,
  },
  create: () => ({}),
};
