import type { OpenBenchmarks, Timed } from '../model/testing/benchmark.ts';
import { tellLongRun } from '../model/testing/long-history.ts';
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
    ],
    async [Symbol.asyncDispose]() {},
  };
};

function timedRun(eventCount: number): { readonly judging: Timed; readonly parsing: Timed } {
  const run = tellLongRun(eventCount);
  const lines = run.events.map((event) => JSON.stringify(event));
  const history = run.history();
  const unitCount = lines.length;
  return {
    judging: { unitCount, run: () => judge({ plan: run.plan, history }) },
    parsing: { unitCount, run: () => lines.map((line): unknown => JSON.parse(line)) },
  };
}
