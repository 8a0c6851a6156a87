import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import { runDirectory } from '../model/run-directory.ts';
import type { Verdict } from '../model/verdict.ts';
import { compile } from '../plan/compile.ts';
import { loadScenario } from '../plan/scenario-file.ts';
import { probeServer } from '../run/probe.ts';
import { type ResolvedTarget, resolveTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { executePlan } from './execution.ts';
import { runnerFor } from './plan-runner.ts';
import { commandOf, moduleOf, type Subject } from './prove-server.ts';
import { chosenServices } from './service-options.ts';
import { virtualProbes } from './virtual-probes.ts';

/** One run of one server. */
export interface ProveRun {
  readonly subject: Subject;
  readonly dialect: Subject['dialects'][number];
  readonly transport: Subject['transports'][number];
  readonly store: string;
  readonly queue: string;
  readonly seed: number;
  /** The same calls with nothing done to them. */
  readonly isFaultless: boolean;
}

export type Finished = ProveRun & { readonly verdict: Verdict };

/** Whether its scenario does anything to the server. */
export function hasFaults(subject: Subject): boolean {
  return subject.faults.length > 0 || loadScenario(subject.scenario).faults.length > 0;
}

/**
 * The ordinary way of every run, from plan to verdict, in a directory of its own, for runs of one server in one place, one
 * after the other. `onFinished` hears of each as it ends.
 */
export async function runSubject(
  runs: readonly ProveRun[],
  options: {
    readonly time: Plan['time'];
    readonly base: string;
    readonly context: CommandContext;
    onFinished(finished: Finished): void;
  },
): Promise<void> {
  const { time, base, context, onFinished } = options;
  const [first] = runs;
  if (first === undefined) return;
  const target = await (time === 'virtual' ? moduleTarget(first, context) : processTarget(first, context));
  await using runner = runnerFor(time);
  for (const run of runs) {
    if (context.signal.aborted) return;
    const { subject, seed, isFaultless } = run;
    const whole = compile({
      scenario: loadScenario(subject.scenario),
      seed,
      target: target.planned,
      overrides: { set: subject.set, faults: subject.faults },
      claimcheck: context.package.version,
      time,
    });
    const verdict = await executePlan({
      runner,
      plan: isFaultless ? withoutFaults(whole) : whole,
      target,
      directory: runDirectory(join(base, `${subject.id}-${isFaultless ? 'faults-off' : seed}`)),
      context,
      isLive: false,
      isQuiet: true,
    });
    onFinished({ ...run, verdict });
  }
}

function processTarget(run: ProveRun, context: CommandContext): Promise<ResolvedTarget> {
  const { subject, dialect, transport, store, queue } = run;
  const port = transport === 'http' ? { url: 'http://127.0.0.1:{{port}}/mcp' } : {};
  const server = commandOf(context.package.root, subject.id, { dialect, transport, store, queue });
  return resolveTarget(
    { server, dialect, transport, store, queue, asReference: true, ...port, ...chosenServices({ store, queue }) },
    { probe: (request) => probeServer(request, context.signal) },
  );
}

function moduleTarget(run: ProveRun, context: CommandContext): Promise<ResolvedTarget> {
  const { subject, dialect, transport, store } = run;
  const module = moduleOf(context.package.root, subject.id);
  return resolveTarget({ module, dialect, transport, store }, virtualProbes(context.signal));
}

/** What only a fault could bring about is not asked for. */
function withoutFaults(plan: Plan): Plan {
  return { ...plan, faults: [], notApplicable: [], mustReach: [], thresholds: [] };
}
