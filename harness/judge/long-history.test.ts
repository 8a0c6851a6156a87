import { expect, test } from 'vitest';
import { tellLongRun } from '../model/testing/long-history.ts';
import { judge } from './judge.ts';

// Seen: 4 to 6. One checker that goes through all events once for each call passes this by far. The lines parse in a third of
// a second, so this also keeps `check` under the five seconds that 200,000 events may take.
const TIMES_PARSING_MAX = 12;

test('judging 200,000 events takes at most twelve times as long as parsing them', async () => {
  // Compiling the checkers is not what is measured.
  await judged(20_000);
  const long = await judged(200_000);
  expect(long.eventCount).toBeGreaterThanOrEqual(200_000);
  // A history that was not judged to its end would be quick as well.
  expect(long.verdict.valid).toBe(true);
  expect(long.verdict.fates).toEqual({ 'settled-ok': long.callCount });
  expect(long.judgingMs / long.parsingMs, `${long.judgingMs.toFixed(0)} ms of judging`).toBeLessThan(TIMES_PARSING_MAX);
});

async function judged(eventCount: number) {
  const { plan, events, history } = tellLongRun(eventCount);
  const lines = events.map((event) => JSON.stringify(event));
  const parse = () => lines.map((line): unknown => JSON.parse(line));
  const [, before] = await timed(parse);
  const [verdict, judgingMs] = await timed(() => judge({ plan, history: history() }));
  const [, after] = await timed(parse);
  // Before and after: what else runs on this machine makes both dearer, and may begin or end meanwhile.
  const parsingMs = Math.max(before, after);
  return { verdict, parsingMs, judgingMs, eventCount: events.length, callCount: plan.calls.length };
}

/** Processor time, which other processes on the machine change less than time on the wall. */
async function timed<Value>(work: () => Value | Promise<Value>): Promise<readonly [value: Value, cpuMs: number]> {
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return [value, (user + system) / 1000];
}
