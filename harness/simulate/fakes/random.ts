import type { Fake } from './fake.ts';
import { override } from './replacement.ts';

/** Math.random: each boot's own seeded stream. */
export const RANDOM: Fake = {
  meta: {
    id: 'random',
    title: 'Math.random',
    description: "Seeded: a boot draws from its own stream, so another's draws move nothing.",
  },
  install: (context) => override(context, Math, 'random', (world) => world.current().draw.float()),
};
