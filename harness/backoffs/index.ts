/**
 * How long an agent waits before poll n.
 *
 * To add one: write `<id>.ts` beside this file, exporting one Backoff whose `meta.id` is the file's name and whose
 * `meta.options` holds every option with its default; add its line below. The contract tests run over it by themselves.
 */
import type { Backoff } from '../model/backoff.ts';
import { entry, type Registry } from '../model/registry.ts';
import { decorrelatedJitter } from './decorrelated-jitter.ts';
import { equalJitter } from './equal-jitter.ts';
import { exponential } from './exponential.ts';
import { fixed } from './fixed.ts';
import { fullJitter } from './full-jitter.ts';
import { hintJitter } from './hint-jitter.ts';
import { learned } from './learned.ts';
import { linear } from './linear.ts';
import { longPoll } from './long-poll.ts';
import { push } from './push.ts';
import { serverHint } from './server-hint.ts';
import { stepped } from './stepped.ts';

export const backoffs: Registry<Backoff> = {
  fixed: entry(fixed),
  linear: entry(linear),
  exponential: entry(exponential),
  stepped: entry(stepped),
  'full-jitter': entry(fullJitter),
  'equal-jitter': entry(equalJitter),
  'decorrelated-jitter': entry(decorrelatedJitter),
  'server-hint': entry(serverHint),
  'hint-jitter': entry(hintJitter),
  learned: entry(learned),
  'long-poll': entry(longPoll),
  push: entry(push),
};
