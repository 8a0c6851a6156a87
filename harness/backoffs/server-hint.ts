import type { Backoff } from '../model/backoff.ts';

/** The poll interval the server asked for last, in ms; defaultMs where it gave none; never under floorMs. */
export const serverHint: Backoff = {
  meta: {
    id: 'server-hint',
    title: 'As the server asks',
    description:
      'Waits as long as the latest poll interval of the server says: what both Tasks dialects expect of a client.',
    source: 'SEP-2663: clients SHOULD respect pollIntervalMs',
    // A hint of 0 would make a busy loop of an honest client.
    options: { defaultMs: 1000, floorMs: 10 },
  },
  delayMs: ({ hintMs, options }) => hintedMs(hintMs, options),
};

/** The wait that a hint means, in ms. */
export function hintedMs(hintMs: number | null, options: Readonly<Record<string, number>>): number {
  return Math.max(options.floorMs ?? 0, hintMs ?? options.defaultMs ?? 0);
}
