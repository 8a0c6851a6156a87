import { probit } from 'simple-statistics';
import type { Prng } from '../model/prng.ts';
import { unknownName } from '../model/usage-error.ts';
import type { Duration } from './scenario-schema.ts';

/** How long work takes, as questions about waiting are asked: from too short to wait for to minutes, and now and then for ever. */
export const DURATION_LAWS: Readonly<Record<string, { readonly title: string; readonly ms: Duration }>> = {
  '1-2s': { title: '1 to 2 s', ms: [1000, 2000] },
  '2-30s': { title: '2 to 30 s', ms: [2000, 30_000] },
  '15-60s': { title: '15 to 60 s', ms: [15_000, 60_000] },
  minutes: { title: '1 to 5 minutes', ms: [60_000, 300_000] },
  'heavy-tail': {
    title: 'half below 8 s, some minutes',
    ms: { law: 'lognormal', medianMs: 8000, sigma: 1, mostMs: 600_000 },
  },
};

/** The law of that name. Throws a UsageError that lists the known ones. */
export function durationLaw(name: string): { readonly title: string; readonly ms: Duration } {
  const law = Object.hasOwn(DURATION_LAWS, name) ? DURATION_LAWS[name] : undefined;
  if (law === undefined) throw unknownName('law', name, Object.keys(DURATION_LAWS));
  return law;
}

/** One duration by its law, in whole ms. Draws once whatever the law, so that a change of it moves nothing after it. */
export function durationOf(draw: Prng, duration: Duration): number {
  if (typeof duration === 'number' || !('law' in duration)) return between(draw, duration);
  const { medianMs, sigma, mostMs } = duration;
  return Math.round(Math.min(mostMs, medianMs * Math.exp(sigma * probit(draw.float()))));
}

/** A whole number of ms out of a number or [least, most]. Draws once in either case, so that a change moves nothing after it. */
export function between(draw: Prng, range: number | readonly [number, number]): number {
  const [least, most] = typeof range === 'number' ? [range, range] : range;
  return Math.round(least + draw.float() * (most - least));
}
