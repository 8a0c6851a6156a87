import { callSamples } from '../../harness/judge/call-samples.ts';
import type { Event } from '../../harness/model/event.ts';
import { indexHistory } from '../../harness/model/history-index.ts';
import { createPrng } from '../../harness/model/prng.ts';
import type { ReportRun } from '../report-run.ts';
import { HOSTILE } from './hostile-text.ts';
import { sampleEvents } from './sample-history.ts';
import { samplePlan } from './sample-plan.ts';
import { sampleVerdict } from './sample-verdict.ts';

export interface SampleOptions {
  readonly seed?: number;
  readonly calls?: number;
  readonly agents?: number;
  /** One call lost, one doubled, one stuck; else all is well. */
  readonly broken?: boolean;
  readonly store?: string;
  readonly directory?: string;
}

/** A run as a real one would leave it: agents that poll, three kills, lost receipts; drawn from a seed. */
export function sampleRun(options: SampleOptions = {}): ReportRun {
  const { seed = 7, calls = 120, agents = 20, broken = true, store = 'sqlite' } = options;
  const plan = samplePlan(seed, calls, agents, store);
  const events = sampleEvents(plan, createPrng(seed, 'sample'), broken);
  const history = indexHistory(plan, { events, cut: false });
  const seqOf = (test: (event: Event) => boolean) => events.filter(test).map((event) => event.seq);
  return {
    directory: options.directory ?? 'reports/out/crash-mid-task/2026-01-01T00-00-00-7',
    plan,
    verdict: sampleVerdict(plan, broken, seqOf, history.endT),
    history,
    samples: callSamples(plan, history),
    measured: null,
    generators: null,
    trend: [],
    environment: {
      gitCommit: '4be1f0c',
      node: 'v20.20.2',
      machine: { cpu: 'AMD EPYC 7B13', cores: 2, kernel: 'Linux 6.1.0', loadAverage: [0.4, 0.3, 0.2] },
    },
    stderr: [1, 2, 3, 4].map((boot) => ({ boot, tail: boot === 2 ? `recovered 9 tasks\n${HOSTILE}\n` : '' })),
  };
}
