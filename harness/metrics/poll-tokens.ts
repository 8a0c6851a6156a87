import type { Metric } from '../model/metric.ts';
import { pollFigures } from '../model/poll-tally.ts';
import { counter } from './rate.ts';
import { hadTasks } from './timeline.ts';

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
    const { bytes } = pollFigures(history);
    return bytes === null ? null : counter(Math.ceil(bytes.all / BYTES_PER_TOKEN), 'tokens');
  },
};
