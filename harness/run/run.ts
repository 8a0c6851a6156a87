import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Drive, type LoadGauge, type RunResult, type RunUnits, runCourse } from '../execution/course.ts';
import { createLatencyRecording } from '../execution/latency-recording.ts';
import { createRecorder, type Recorder } from '../execution/recorder.ts';
import { createSystemClock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import { createSpillingFold } from '../model/fold.ts';
import type { Gathering } from '../model/folded.ts';
import { histogramsDocument } from '../model/latency-histograms.ts';
import type { Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { measureFloor } from './floor.ts';
import { startGuardian } from './guardian.ts';
import { measuringGauge } from './measuring-gauge.ts';
import { redactionOf, redactLogs } from './run-secrets.ts';
import { openTestBed } from './test-bed.ts';

// After an interrupt the server is asked to end, and not waited for longer than this.
const INTERRUPTED_STOP_MS = 2000;

export interface RunOptions {
  readonly plan: Plan;
  readonly units: RunUnits;
  readonly target: ResolvedTarget;
  readonly directory: RunDirectory;
  /** Aborted by an interrupt: the run ends early and stays judgeable. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: Event) => void;
  /** Takes what a run that is recorded as counts keeps. */
  readonly gathering?: Gathering;
  /** What the agents do in place of the planned load; left out: that load. */
  readonly drive?: Drive;
}

/**
 * Runs a plan in real time: real processes, real sockets. Writes history.jsonl, ledger.jsonl and stderr.<boot>.log, of a
 * measured load histograms.json as well.
 * Throws a UsageError when the server cannot be started at all; whatever it does after its first answer is data.
 */
export async function runPlan(options: RunOptions): Promise<RunResult> {
  const { directory, plan, gathering } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-'));
  const guardian = startGuardian(scratch);
  const clock = createSystemClock();
  const redact = redactionOf(plan);
  const fold = gathering && plan.record === 'counts' ? createSpillingFold(plan, gathering.file) : null;
  const recorder = createRecorder({
    path: directory.history,
    clock,
    time: 'real',
    record: plan.record,
    redact,
    ...(fold ? { onEvent: fold.take } : {}),
  });
  const timed = plan.load.warmupMs !== undefined && options.drive === undefined;
  const latencies = timed ? createLatencyRecording(plan.load) : null;
  if (latencies) recorder.onEvent(latencies.observe);
  try {
    let isServing = false;
    const onServing = () => {
      isServing = true;
    };
    const result = await runRecorded({ ...options, recorder, scratch, clock, guardian, onServing }).catch(
      (error: unknown): RunResult => {
        // What was in the making when the interrupt came fails in its own way; the history simply ends here.
        if (isServing || !options.signal.aborted) throw error;
        return { interrupted: true, server: null };
      },
    );
    // A server whose data somebody else took away would be blamed for the loss.
    if (!existsSync(scratch)) throw new Error(`the scratch folder ${scratch} was removed while the run was going on`);
    return result;
  } finally {
    recorder.close();
    if (fold) gathering?.end(fold.finish());
    if (latencies) {
      writeFileSync(directory.histograms, `${JSON.stringify(histogramsDocument(latencies.histograms), null, 2)}\n`);
    }
    rmSync(scratch, { recursive: true, force: true });
    await guardian.close();
    await redactLogs(directory, redact);
  }
}

type Inner = RunOptions & {
  /** The server has answered: from here on the run is the load's. */
  readonly onServing: () => void;
  readonly recorder: Recorder;
  readonly scratch: string;
  readonly clock: ReturnType<typeof createSystemClock>;
  readonly guardian: ReturnType<typeof startGuardian>;
};

async function runRecorded(options: Inner): Promise<RunResult> {
  await recordFloor(options);
  const { plan, target, recorder } = options;
  return runCourse({
    ...options,
    ...gaugesOf(plan, recorder),
    openBed: (parts) => openTestBed({ ...options, ...parts }),
    stopMs(isInterrupted) {
      // What its profile says, within what the plan allows.
      const stopMs = Math.min(plan.limits.stopMs, target.launch?.stop.withinMs ?? plan.limits.stopMs);
      return isInterrupted ? Math.min(INTERRUPTED_STOP_MS, stopMs) : stopMs;
    },
  });
}

/** What is watched while a measured load goes on. */
function gaugesOf({ load }: Plan, recorder: Recorder): { readonly gauge?: LoadGauge } {
  if (load.warmupMs === undefined) return {};
  return { gauge: measuringGauge(load, recorder) };
}

/** What our own proxy costs stands in the history beside the latencies it is part of. */
async function recordFloor({ plan, clock, scratch, recorder }: Inner): Promise<void> {
  if (plan.target.transport !== 'http') return;
  const floor = await measureFloor({ plan, clock, scratch });
  if (floor !== null) recorder.record({ kind: 'note', topic: 'floor', data: { ...floor } });
}
