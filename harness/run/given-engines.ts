import { randomBytes } from 'node:crypto';
import type { Recorder } from '../execution/recorder.ts';
import type { Clock } from '../model/clock.ts';
import type { ServiceId } from '../model/plan.ts';
import { messageOf } from '../model/usage-error.ts';
import { type Erasure, eraseRun } from '../services/erasure.ts';

// Twice what the slowest engine takes for its largest statement; then the user is told what is left.
const ERASE_MS_MAX = 20_000;

export interface GivenEnginesOptions {
  /** By engine, each with its password. */
  readonly urls: ReadonlyMap<ServiceId, string>;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly clock: Clock;
}

/** Engines of the user's own, shared by this run with whatever else is in them: all it makes there begins with a prefix of its own. */
export interface GivenEngines extends AsyncDisposable {
  /** What tells the server of it. */
  readonly env: Readonly<Record<string, string>>;
}

/** When it is disposed what the run has made is removed. What cannot be is said, in the history too. */
export function useGivenEngines({ urls, recorder, clock }: GivenEnginesOptions): GivenEngines {
  const prefix = `claimcheck_run_${randomBytes(6).toString('hex')}`;
  const note = (engine: ServiceId, phase: string, text?: string) =>
    recorder.record({
      ...{ kind: 'note', topic: text === undefined ? 'engine' : 'leftovers', data: { engine, prefix, phase } },
      ...(text !== undefined && { text }),
    });
  for (const engine of urls.keys()) note(engine, 'given');
  return {
    env: { CLAIMCHECK_PREFIX: prefix },
    async [Symbol.asyncDispose]() {
      for (const [engine, url] of urls) {
        try {
          await withinLimit(clock, { engine, url, prefix });
          note(engine, 'erased');
        } catch (error) {
          const why = messageOf(error);
          note(
            engine,
            'left',
            `Whatever the run made in ${engine} could not be removed (${why}): ${HOW[engine](prefix)}`,
          );
        }
      }
    },
  };
}

async function withinLimit(clock: Clock, erasure: Erasure): Promise<void> {
  const done = new AbortController();
  const limit = clock.sleep(ERASE_MS_MAX, done.signal).then(
    () => {
      throw new Error(`it took longer than ${ERASE_MS_MAX} ms`);
    },
    () => {}, // It was done in time.
  );
  try {
    await Promise.race([eraseRun(erasure), limit]);
  } finally {
    done.abort(new Error('erased'));
  }
}

const HOW: Readonly<Record<ServiceId, (prefix: string) => string>> = {
  redis: (prefix) => `remove the keys that begin with {${prefix}}: yourself.`,
  postgres: (prefix) => `drop the schemas ${prefix} and ${prefix}_jobs yourself.`,
  dynamodb: (prefix) => `delete the table ${prefix}_tasks yourself.`,
};
