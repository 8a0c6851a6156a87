import type { Fate } from '../harness/model/verdict.ts';

/** What each fate means to somebody who never heard of it, and how bad it is. */
export const FATE_WORDS: Readonly<
  Record<Fate, { readonly meaning: string; readonly tone: 'bad' | 'warn' | 'good' | 'muted' }>
> = {
  leaked: { meaning: 'another agent could read it', tone: 'bad' },
  wrong: { meaning: 'its agent was given the result of something else', tone: 'bad' },
  doubled: { meaning: 'its work was done more than once', tone: 'bad' },
  lost: { meaning: 'accepted, and later the server did not know it any more', tone: 'bad' },
  stuck: { meaning: 'accepted, and it never came to an end in the time it had', tone: 'bad' },
  expired: { meaning: 'kept to its deadline, never fetched', tone: 'warn' },
  unread: { meaning: 'came to an end after its agent had gone', tone: 'warn' },
  'settled-failed': { meaning: 'ended in a failure, and the server said so', tone: 'muted' },
  'settled-ok': { meaning: 'done once, and its agent has the right result', tone: 'good' },
  orphaned: { meaning: 'no receipt ever arrived, yet the work was done', tone: 'warn' },
  refused: { meaning: 'turned down, and nothing was done', tone: 'muted' },
  void: { meaning: 'no receipt ever arrived, and nothing was done', tone: 'muted' },
  open: { meaning: 'not sent yet, or still under way, when the run ended', tone: 'warn' },
};
