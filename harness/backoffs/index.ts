/**
 * How long an agent waits before poll n.
 *
 * To add one: write `<id>.ts` beside this file, exporting one Backoff whose `meta.id` is the file's name and whose
 * `meta.options` holds every option with its default; add its line below. The contract tests run over it by themselves.
 */
import type { Backoff } from '../model/backoff.ts';
import { entry, type Registry } from '../model/registry.ts';
import { exponential } from './exponential.ts';
import { fixed } from './fixed.ts';
import { fullJitter } from './full-jitter.ts';
import { serverHint } from './server-hint.ts';

export const backoffs: Registry<Backoff> = {
  exponential: entry(exponential),
  fixed: entry(fixed),
  'full-jitter': entry(fullJitter),
  'server-hint': entry(serverHint),
};
