/**
 * What of the platform is virtual in a simulated run (the list of what must be, and why: the design's chapter on determinism).
 *
 * To add one: write `<id>.ts` beside this file, exporting one Fake whose `meta.id` is the file's name; every effect of it
 * belongs to `world().current()` at the moment of the call and goes through `world().schedule`. Add its line below, and a
 * test that shows the real thing would differ.
 */
import { DATE } from './date.ts';
import type { Fake } from './fake.ts';
import { MICROTASKS } from './microtasks.ts';
import { RANDOM } from './random.ts';
import { TIMER_PROMISES } from './timer-promises.ts';
import { TIMERS } from './timers.ts';

export const FAKES: readonly Fake[] = [TIMERS, TIMER_PROMISES, MICROTASKS, DATE, RANDOM];
