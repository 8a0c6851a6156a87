import type { Meta } from '../registry.ts';

/** How a server of evaluations decides how long a call works: in seconds, where an agent acts about once a second. */
export const LATENCY_LAWS = ['constant', 'uniform', 'lognormal', 'heavy-tail', 'bimodal', 'reversed'] as const;
export type LatencyLaw = (typeof LATENCY_LAWS)[number];

export const DEFAULT_LATENCY_LAW: LatencyLaw = 'uniform';

export const LATENCY_LAW_METAS: Readonly<Record<LatencyLaw, Meta>> = {
  constant: { id: 'constant', title: 'Constant', description: 'Every call works 5 s.' },
  uniform: { id: 'uniform', title: 'Uniform', description: '2 to 10 s, each as likely.' },
  lognormal: {
    id: 'lognormal',
    title: 'Lognormal',
    description: 'Median 4.5 s with a tail to the right (sigma 0.6), 1 to 40 s.',
  },
  'heavy-tail': {
    id: 'heavy-tail',
    title: 'Heavy tail',
    description: 'Mostly 2 to 5 s, a few very long (Pareto, alpha 1.3), at most 60 s.',
  },
  bimodal: { id: 'bimodal', title: 'Bimodal', description: 'Four of five 2 to 4 s, the others 12 to 18 s.' },
  reversed: {
    id: 'reversed',
    title: 'Reversed',
    description:
      '14 s, and 1.5 s less for each later call of the instance, from the start again after eight: later calls return first.',
  },
};

/** The law of that name; undefined: there is none. */
export function latencyLawNamed(name: string): LatencyLaw | undefined {
  return LATENCY_LAWS.find((law) => law === name);
}
