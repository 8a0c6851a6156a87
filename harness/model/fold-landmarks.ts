import type { Event, InvBody, Stamped } from './event.ts';
import type { Exchange } from './history-index.ts';

/** Exchanges by which the return of a server is judged: after each of its starts and ends the first request, and the first answer. */
export interface Landmarks {
  see(event: Event): void;
  /** The boot that runs. */
  boot(): number;
  /** Is it the first request since? */
  sent(inv: Stamped<InvBody>): boolean;
  /** Is it the first answer, or the first good one, to a request sent since? */
  answered(inv: Stamped<InvBody>, end: NonNullable<Exchange['end']>): boolean;
}

export function createLandmarks(): Landmarks {
  let boot = 0;
  let isFirst = false;
  /** Starts and ends nobody has had an answer since, and those nobody has had a good one since (seq). */
  let unanswered: number[] = [];
  let ungood: number[] = [];
  return {
    see(event) {
      if (event.kind !== 'proc') return;
      if (event.phase === 'spawn') boot = event.boot;
      isFirst = true;
      unanswered.push(event.seq);
      ungood.push(event.seq);
    },
    boot: () => boot,
    sent() {
      const was = isFirst;
      isFirst = false;
      return was;
    },
    answered(inv, end) {
      const isSince = (seq: number) => seq < inv.seq;
      const isGood = end.kind === 'ok';
      const isAnswer = isGood || end.answered === true;
      const isLandmark = (isAnswer && unanswered.some(isSince)) || (isGood && ungood.some(isSince));
      if (!isLandmark) return false;
      unanswered = unanswered.filter((seq) => !isSince(seq));
      if (isGood) ungood = ungood.filter((seq) => !isSince(seq));
      return true;
    },
  };
}
