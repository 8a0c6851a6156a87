import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Event } from '../model/event.ts';
import { createSpillingFold } from '../model/fold.ts';
import type { Plan } from '../model/plan.ts';
import { createHistory, type HistoryBuilder, taskOf } from '../model/testing/history-builder.ts';
import { type LegalRun, LIVES, tellRun, WRONGS, type Wrong } from '../model/testing/legal-history.ts';
import { tellLongRun } from '../model/testing/long-history.ts';
import type { Verdict } from '../model/verdict.ts';
import { openGathering } from './gathering.ts';
import { judge, judgeIndex } from './judge.ts';

interface Told {
  readonly plan: Plan;
  readonly events: readonly Event[];
}

/** The verdict of the whole history, and that of what a fold makes of it. */
async function bothOf({ plan, events }: Told) {
  using gathering = openGathering();
  const fold = createSpillingFold(plan, gathering.file);
  for (const event of events) fold.take(event);
  gathering.end(fold.finish());
  const run = gathering.run(plan);
  const whole = await judge({ plan, history: { events, cut: false } });
  const folded = await judgeIndex(run);
  return { whole: comparable(whole), folded: comparable(folded), keptCount: [...run.history.events].length };
}

/**
 * All that must be equal: findings may cite another of several reads that show the same, and a second answer may have lost
 * the request that it answers again.
 */
function comparable(verdict: Verdict) {
  const checkers = verdict.checkers.map(
    ({ findings, warnings, counts: { repeated = 0, unknown = 0, ...counts }, ...rest }) => ({
      ...rest,
      counts: { ...counts, wrongAnswers: repeated + unknown },
      findings: findings.map(({ invariant }) => invariant),
      warnings: warnings?.map(({ invariant }) => invariant),
    }),
  );
  return { ...verdict, checkers };
}

const run: fc.Arbitrary<LegalRun> = fc.record({
  lives: fc.array(fc.constantFrom(...LIVES), { minLength: 1, maxLength: 8 }),
  agents: fc.integer({ min: 1, max: 4 }),
  killsMs: fc.uniqueArray(fc.integer({ min: 1, max: 150 }), { maxLength: 2 }).map((ms) => ms.sort((a, b) => a - b)),
});
const NAMES = Object.keys(WRONGS).filter((name): name is Wrong => Object.hasOwn(WRONGS, name));

test('a folded history is judged as the whole one, whatever is wrong with it', async () => {
  await fc.assert(
    fc.asyncProperty(
      run,
      fc.option(fc.constantFrom(...NAMES)),
      fc.nat(),
      fc.boolean(),
      async (told, wrong, end, isCut) => {
        const { plan, events } = tellRun(told, wrong);
        const { whole, folded } = await bothOf({
          plan,
          events: isCut ? events.slice(0, 1 + (end % events.length)) : events,
        });
        expect(folded).toEqual(whole);
      },
    ),
    { numRuns: 100 },
  );
});

/** What a read may say, and what else may happen between two reads. */
const STEPS = [
  'same',
  'other status',
  'message',
  'update',
  'bad shape',
  'denied',
  'lost',
  'session lost',
  'push',
  'done',
  'unanswered',
  'kill',
  'late answer',
  'echo',
] as const;
const story = fc.record({
  // Many reads that say the same, and now and then something else.
  steps: fc
    .array(
      fc.tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.oneof(
          { weight: 4, arbitrary: fc.constant('same' as const) },
          { weight: 2, arbitrary: fc.constant('kill' as const) },
          { weight: 3, arbitrary: fc.constantFrom(...STEPS) },
        ),
        fc.integer({ min: 1, max: 5 }),
      ),
      { maxLength: 20 },
    )
    .map((parts) =>
      parts.flatMap(([call, step, times]) =>
        Array.from({ length: step === 'kill' ? 1 : times }, () => [call, step] as const),
      ),
    ),
  isEnded: fc.boolean(),
  drainMs: fc.constantFrom(100, 20_000),
  pace: fc.constantFrom(3, 40, 900),
  backoff: fc.constantFrom('fixed', 'server-hint'),
});

test('whatever reads say in whatever order, a folded history is judged as the whole one', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ steps, pace, backoff, isEnded, drainMs }) => {
      const h = createHistory({
        calls: 3,
        agents: 3,
        faults: steps.flatMap(([, step], index) =>
          step === 'kill'
            ? [
                {
                  entry: `F12#${index}`,
                  fault: 'F12',
                  name: 'kill',
                  trigger: { kind: 'time', atMs: 0 },
                  options: {},
                } as const,
              ]
            : [],
        ),
        plan: {
          agents: {
            count: 3,
            policy: 'poller',
            backoff: { id: backoff, options: { intervalMs: pace } },
            retry: { key: 'same', attemptsMax: 3, delayMs: 100, factor: 2, delayMsMax: 1000 },
            busyMs: 0,
          },
        },
      });
      for (const call of [1, 2, 3]) h.ok(call, h.create(call, call), { task: taskOf(call), pollMs: pace });
      let atMs = 10;
      for (const [index, [call, step]] of steps.entries()) {
        atMs += pace;
        tell(h, { call, step, atMs, index });
      }
      const tasks = [1, 2, 3].map((call) => [call, taskOf(call)] as const);
      if (isEnded) h.finish(atMs + drainMs, tasks);
      const { whole, folded } = await bothOf(h);
      expect(folded).toEqual(whole);
    }),
    { numRuns: 150 },
  );
});

function tell(
  h: HistoryBuilder,
  { call, step, atMs, index }: { call: number; step: (typeof STEPS)[number]; atMs: number; index: number },
): void {
  const task = taskOf(call);
  const conn = `a${call}`;
  const read = () => h.get(atMs, call, task, { attempt: index + 1 });
  switch (step) {
    case 'same':
      h.ok(atMs + 1, read());
      return;
    case 'other status':
      h.ok(atMs + 1, read(), { status: 'input_required' });
      return;
    case 'message':
      h.ok(atMs + 1, read(), { statusMessage: 'half way' });
      return;
    case 'update':
      h.ok(atMs + 1, read(), { lastUpdatedAt: new Date(index).toISOString(), ttlMs: 60_000 });
      return;
    case 'bad shape':
      h.ok(atMs + 1, read(), { shape: ['no ttl'] });
      return;
    case 'denied':
      h.fail(atMs + 1, read(), 'not-found');
      return;
    case 'session lost':
      h.fail(atMs + 1, read(), 'session-lost');
      return;
    case 'lost':
      h.info(atMs + 1, read(), 'timeout');
      return;
    case 'push':
      h.add(atMs, { kind: 'push', conn, task, status: 'working' });
      return;
    case 'done':
      h.commit(atMs, call);
      h.done(atMs + 1, read());
      return;
    case 'unanswered':
      read();
      return;
    case 'echo':
      h.ok(atMs + 1, read(), { echo: `token-000${1 + (call % 3)}` });
      return;
    case 'late answer':
      h.frame(atMs, { conn, rpcId: 2, dir: 'in', type: 'response' });
      return;
    case 'kill':
      h.kill(atMs, `F12#${index}`);
      h.boot(atMs + 1);
  }
}

test('polls that say nothing new are let go, with the frames of all that went well', async () => {
  const { plan, events } = tellLongRun(5000);
  const { whole, folded, keptCount } = await bothOf({ plan, events });
  expect(folded).toEqual(whole);
  const frames = events.filter(({ kind }) => kind === 'frame').length;
  // Of three equal polls of a call the one in the middle goes; of the frames only those of lost receipts stay.
  expect(keptCount).toBeLessThan(events.length - 0.9 * frames - plan.calls.length);
});
