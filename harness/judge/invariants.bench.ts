import type { OpenBenchmarks } from '../model/testing/benchmark.ts';
import { tellLongRun } from '../model/testing/long-history.ts';
import { judgeInvariants, loadJudge } from './invariants.ts';

// Five agents with four calls each, two lost receipts and a kill: what one step of a search looks like.
const EVENTS = 660;
// Too short to be timed alone.
const RUNS = 50;

/** What a search over fault schedules pays to judge one small run, beside reading the same run from its lines. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const judge = await loadJudge();
  const { plan, events } = tellLongRun(EVENTS, { agents: 5, roundsPerBoot: 2 });
  const lines = events.map((event) => JSON.stringify(event));
  const verdict = judgeInvariants({ plan, events, cut: false }, judge);
  if (verdict.valid !== true) throw new Error(`expected a valid run, got ${JSON.stringify(verdict)}`);
  return {
    benchmarks: [
      {
        name: `a run of ${events.length} events judged by all invariants`,
        subject: times(() => judgeInvariants({ plan, events, cut: false }, judge)),
        baseline: { name: 'JSON.parse of its lines', ...times(() => lines.map((line): unknown => JSON.parse(line))) },
        ratioMax: 3,
      },
    ],
    async [Symbol.asyncDispose]() {},
  };
};

function times(work: () => unknown) {
  return {
    unitCount: RUNS,
    run() {
      for (let count = 0; count < RUNS; count += 1) work();
    },
  };
}
