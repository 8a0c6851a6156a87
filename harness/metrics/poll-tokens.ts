import type { Metric } from '../model/metric.ts';
import { collectPolls, hadTasks, pollBytes } from './poll.ts';
import { counter } from './rate.ts';
import { sum } from './timeline.ts';

/** No model's tokenizer is at hand: four bytes a token is the usual estimate for English and JSON. */
const BYTES_PER_TOKEN = 4;

/** Tokens that all polls would cost a model that polls by itself: bytes of requests and replies / 4, rounded up. */
export const pollTokens: Metric = {
  meta: {
    id: 'poll-tokens',
    title: 'Tokens spent on polling',
    description: 'What the polls would cost a model that sends them itself, estimated as bytes / 4.',
    type: 'counter',
    unit: 'tokens',
    better: 'lower',
  },
  measure({ history }) {
    if (!hadTasks(history)) return null;
    const sizes = pollBytes(history, collectPolls(history));
    return sizes === null ? null : counter(Math.ceil(sum([...sizes.values()]) / BYTES_PER_TOKEN), 'tokens');
  },
};
