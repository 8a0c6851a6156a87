import type { Event } from '../model/event.ts';
import type { Violation } from './trial.ts';

/**
 * What tells one bug from another: the checker that saw it, and the error that ended the server between what it promised and
 * what it did, without its ids and numbers. Where a crash is to blame, it hardly matters which invariant showed the loss first;
 * without one, it is part of the kind.
 */
export function kindOf({ checker, finding }: Violation, events: readonly Event[]): string {
  const crash = crashBehind(finding.events, events);
  return crash === null ? `${finding.invariant} ${checker}` : `${checker} after ${crash}`;
}

/** The last crash between the first and the last event of a finding; null: the server had not ended by itself meanwhile. */
function crashBehind(concerns: readonly number[], events: readonly Event[]): string | null {
  const from = Math.min(...concerns.map((seq) => askedAt(seq, events)));
  const to = Math.max(...concerns);
  const crash = events.findLast(
    (event) => event.kind === 'note' && event.topic === 'crash' && event.seq > from && event.seq < to,
  );
  return crash?.kind === 'note' ? withoutIds(crash.text ?? '') : null;
}

/** An answer may come when who gave it is gone: it begins with its request. */
function askedAt(seq: number, events: readonly Event[]): number {
  const event = events[seq];
  const isAnswer = event?.kind === 'ok' || event?.kind === 'fail' || event?.kind === 'info';
  return isAnswer ? event.of : seq;
}

/** Words that hold a digit are ids, times and counts: they differ from run to run. */
function withoutIds(text: string): string {
  return text.replaceAll(/[\w-]*\d[\w-]*/g, '#');
}
