import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/usage-error.ts';
import type { Recorder } from './recorder.ts';

// A server that keeps dying by itself is not brought back for ever; the run ends and says so.
const OWN_EXITS_MAX = 10;
// Neither is one that ends before it is ready: three tries tell a slip from a server that is broken for good.
const FAILED_BOOTS_MAX = 3;
// Between two of those tries; what made it end may pass.
const AGAIN_MS = 200;

/** What a platform does with a server that died by itself: starts it again, within reason. The same in any time. */
export interface Revival {
  /** A boot was ready: whatever failed before is forgiven. */
  answered(): void;
  /** Some boot was ready once; before that a failure is the caller's to report, not ours to repeat. */
  hasAnswered(): boolean;
  /** It ended by itself. */
  ended(wasReady: boolean): Promise<void>;
  /** It will not be started again, and the history says why. */
  giveUp(text: string): void;
}

export interface RevivalOptions {
  readonly recorder: Pick<Recorder, 'record'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** false: somebody else has started it meanwhile, or ended the run. */
  readonly isWanted: () => boolean;
  readonly start: () => Promise<unknown>;
  /** It answered once, and does not come back: nobody will start it any more but the one who reads the tasks last. */
  readonly onGivenUp: (why: string) => void;
}

export function createRevival(options: RevivalOptions): Revival {
  const { recorder, clock, signal } = options;
  let ownExits = 0;
  /** Boots in a row that ended by themselves before they were ready. */
  let failedBoots = 0;
  let hasAnswered = false;
  const giveUp = (text: string) => {
    recorder.record({ kind: 'note', topic: 'given-up', text });
    options.onGivenUp(text);
  };
  return {
    answered() {
      hasAnswered = true;
      failedBoots = 0;
    },
    hasAnswered: () => hasAnswered,
    giveUp,
    async ended(wasReady) {
      ownExits += 1;
      if (!hasAnswered) return;
      if (!wasReady) failedBoots += 1;
      if (failedBoots > FAILED_BOOTS_MAX) {
        giveUp(`the server ended before it was ready ${failedBoots} times in a row; it is left down`);
        return;
      }
      if (ownExits > OWN_EXITS_MAX) {
        giveUp(`the server ended by itself ${ownExits} times; it is left down`);
        return;
      }
      try {
        if (!wasReady) await clock.sleep(AGAIN_MS, signal);
        if (options.isWanted()) await options.start();
      } catch (error) {
        if (signal.aborted) return;
        const text = messageOf(error);
        recorder.record({ kind: 'note', topic: 'down', text });
      }
    },
  };
}
