import type { Event } from '../model/event.ts';
import { createSpillingFold } from '../model/fold.ts';
import type { Plan } from '../model/plan.ts';
import type { OpenBenchmarks } from '../model/testing/benchmark.ts';
import { tellLongRun } from '../model/testing/long-history.ts';
import { openGathering } from './gathering.ts';
import { judge } from './judge.ts';

/** Judging a saved run: per event, beside reading it, and beside itself on a tenth of the events. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const short = timedRun(20_000);
  const long = timedRun(200_000);
  return {
    benchmarks: [
      {
        name: '20,000 events judged',
        subject: short.judging,
        baseline: { name: 'JSON.parse of their lines', ...short.parsing },
        ratioMax: 15,
      },
      {
        name: '200,000 events judged',
        subject: long.judging,
        baseline: { name: 'JSON.parse of their lines', ...long.parsing },
        ratioMax: 15,
      },
      {
        name: '200,000 events judged, per event',
        subject: long.judging,
        baseline: { name: 'the same of 20,000', ...short.judging },
        ratioMax: 8, // What grows with the square would show as 10.
      },
      {
        name: '200,000 events folded while they come (--record counts)',
        subject: { unitCount: long.events.length, run: () => fold(long) },
        baseline: { name: 'JSON.stringify of them', unitCount: long.events.length, run: () => written(long.events) },
        ratioMax: 6,
      },
    ],
    async [Symbol.asyncDispose]() {},
  };
};

function timedRun(eventCount: number) {
  const run = tellLongRun(eventCount);
  const lines = run.events.map((event) => JSON.stringify(event));
  const history = run.history();
  const unitCount = lines.length;
  return {
    plan: run.plan,
    events: run.events,
    judging: { unitCount, run: () => judge({ plan: run.plan, history }) },
    parsing: { unitCount, run: () => lines.map((line): unknown => JSON.parse(line)) },
  };
}

function fold({ plan, events }: { readonly plan: Plan; readonly events: readonly Event[] }) {
  using gathering = openGathering();
  const { take, finish } = createSpillingFold(plan, gathering.file);
  for (const event of events) take(event);
  return finish();
}

function written(events: readonly Event[]): number {
  let characters = 0;
  for (const event of events) characters += JSON.stringify(event).length;
  return characters;
}
