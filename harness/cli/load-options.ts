import { Option, type Command as Parser } from 'commander';
import type { LoadStage } from '../model/planned-load.ts';
import { UsageError } from '../model/usage-error.ts';
import { parseDuration } from '../targets/duration.ts';
import { commaList, wholeNumber } from './number-option.ts';

/** How much load, of which kind, for how long. */
export interface LoadFlags {
  readonly rate?: number;
  readonly concurrency?: number;
  readonly stages?: readonly LoadStage[];
  readonly duration?: number;
  readonly warmup?: number;
  readonly calls?: number;
  readonly arrivals: 'even' | 'random';
  readonly callsEach?: number;
  readonly think?: number;
  readonly inFlightMax?: number;
  readonly generators?: number;
  readonly redis?: string;
}

/** Long enough for a p99 of some worth, short enough to be waited for. */
export const DURATION_MS = 30_000;
/** A fresh process compiles its hot paths, and agents open their connections, in the first seconds. */
export const WARMUP_MS = 5_000;

const CALLS_MAX = 1_000_000;

export function addLoadOptions(parser: Parser): void {
  parser
    .option(
      '--rate <n/s>',
      'open load: calls arrive at this rate whatever became of those before (default: 20/s)',
      rateOf,
    )
    .option('--stages <list>', 'open load in stages: 10s:50,20s:50..200,2s:500 is a rate, a ramp and a burst', (text) =>
      commaList(text).map(stageOf),
    )
    .option(
      '--concurrency <number>',
      'closed load: so many agents, each one call after another',
      wholeNumber('--concurrency', 1, 100_000),
    )
    .option('--duration <time>', 'how long, after the warm-up (default: 30s)', timeOf)
    .option('--warmup <time>', 'a part before it that counts in no figure (default: 5s)', timeOf)
    .option('--calls <number>', 'closed load: so many calls and no more', wholeNumber('--calls', 1, CALLS_MAX))
    .addOption(
      new Option('--arrivals <how>', 'open load: at even distances, or each at a random instant of its own')
        .choices(['even', 'random'])
        .default('even'),
    )
    .option(
      '--calls-each <number>',
      'partly open load: what arrives are visitors, and each makes so many calls one after another',
      wholeNumber('--calls-each', 1, 10_000),
    )
    .option('--think <time>', 'between a call of an agent or visitor and its next (default: 0)', timeOf)
    .option(
      '--in-flight-max <number>',
      'open load: an arrival that finds so many calls under way is dropped, and counted',
      wholeNumber('--in-flight-max', 1, CALLS_MAX),
    )
    .option(
      '--generators <number>',
      'so many processes make the load, each the calls of agents of its own, and one history is made of theirs',
      wholeNumber('--generators', 1, 100),
    )
    .option(
      '--redis <url>',
      'they are wherever somebody runs claimcheck generate --redis URL, and take their shares from a queue there',
    );
}

/** 200/s, 200, 600/m: calls a second. */
export function rateOf(text: string): number {
  const [, digits = '', unit = 's'] = /^(\d+(?:\.\d+)?)(?:\/(s|m))?$/.exec(text.trim()) ?? [];
  const perSecond = Number(digits) / (unit === 'm' ? 60 : 1);
  if (digits !== '' && perSecond > 0 && perSecond <= CALLS_MAX) return perSecond;
  throw new UsageError(`--rate ${text}: expected a rate above 0, for example 200/s or 90/m`);
}

/** 500ms, 30s, 2m, 1h: whole ms. Throws a UsageError. */
export function timeOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new UsageError(`'${text}' is no time; expected for example 500ms, 30s or 2m`);
  return Math.round(ms);
}

/** `10s:50` holds a rate for a time, `20s:50..200` goes evenly from one to the other. */
export function stageOf(text: string): LoadStage {
  const [time = '', rates = '', ...more] = text.split(':');
  const [from = '', to = from, ...others] = rates.split('..').map((part) => part.replace(/\/s$/, '').trim());
  const stage = { forMs: timeOf(time), from: Number(from), to: Number(to) };
  const isRate = (digits: string, value: number) => digits !== '' && value >= 0 && value <= CALLS_MAX;
  if (more.length === 0 && others.length === 0 && stage.forMs > 0 && isRate(from, stage.from) && isRate(to, stage.to)) {
    return stage;
  }
  throw new UsageError(`--stages ${text}: expected a time and a rate, or two to go between: 10s:50 or 20s:50..200`);
}
