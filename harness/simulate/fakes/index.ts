/**
 * What of the platform is virtual in a simulated run (the list of what must be, and why: the design's chapter on determinism).
 *
 * To add one: write `<id>.ts` beside this file, exporting one Fake whose `meta.id` is the file's name; every effect of it
 * belongs to `world().current()` at the moment of the call and goes through `world().schedule`. Add its line below, and a
 * test that shows the real thing would differ.
 */
import { ABORT_SIGNAL_TIMEOUT } from './abort-signal-timeout.ts';
import { BACKGROUND_WORK } from './background-work.ts';
import { COMPRESSION } from './compression.ts';
import { CRYPTO_RANDOM } from './crypto-random.ts';
import { CRYPTO_THREADS } from './crypto-threads.ts';
import { DATABASES } from './databases.ts';
import { DATE } from './date.ts';
import type { Fake } from './fake.ts';
import { FILE_SYSTEM } from './file-system.ts';
import { MESSAGE_CHANNEL } from './message-channel.ts';
import { MICROTASKS } from './microtasks.ts';
import { PERFORMANCE } from './performance.ts';
import { PROCESS } from './process.ts';
import { PROCESS_TIME } from './process-time.ts';
import { RANDOM } from './random.ts';
import { TIMER_PROMISES } from './timer-promises.ts';
import { TIMERS } from './timers.ts';
import { UNHANDLED_ERRORS } from './unhandled-errors.ts';
import { UNSIMULATED } from './unsimulated.ts';

export const FAKES: readonly Fake[] = [
  TIMERS,
  TIMER_PROMISES,
  MICROTASKS,
  ABORT_SIGNAL_TIMEOUT,
  MESSAGE_CHANNEL,
  DATE,
  PERFORMANCE,
  PROCESS_TIME,
  RANDOM,
  CRYPTO_RANDOM,
  CRYPTO_THREADS,
  COMPRESSION,
  BACKGROUND_WORK,
  PROCESS,
  FILE_SYSTEM,
  UNHANDLED_ERRORS,
  DATABASES,
  UNSIMULATED,
];
