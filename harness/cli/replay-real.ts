import { SIMULATED_STORES } from '../../src/stores/index.ts';
import { realPlanOf } from '../explore/real-plan.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Plan, PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { restoreTarget } from '../targets/index.ts';
import { REFERENCE_DEFAULTS } from '../targets/reference.ts';
import { several } from './exploration-words.ts';
import { shownBy } from './prove-finding.ts';
import type { ReplaySource } from './replay-source.ts';
import { ownsStdout, type ReplayOptions } from './replay-virtual.ts';
import type { FinishedRun } from './reporters/reporter.ts';
import { runSeries } from './series.ts';

/** On real processes, as often as asked. A virtual plan is translated first, and what is left of it is said. */
export async function replayInRealTime(
  source: ReplaySource,
  { flags, reporters, context, runs, wasVirtual }: ReplayOptions & { readonly wasVirtual: boolean },
): Promise<number> {
  const plan = wasVirtual ? await translated(source, context.output.warn) : source.plan;
  const target = restoreTarget(plan.target);
  if (!plan.target.facts.process) {
    context.output.warn('this server was not restarted: to the keys of the saved run it may give the tasks of then');
  }
  const finished: FinishedRun[] = [];
  const exitCode = await runSeries({
    plans: Array.from({ length: runs }, () => plan),
    ...{ target, flags, reporters, context },
    onFinished: (run) => finished.push(run),
  });
  if (wasVirtual && finished.length > 0) {
    const say = ownsStdout(flags, reporters) ? context.output.progress : context.output.result;
    say(reproduction(finished, source.invariant));
  }
  return exitCode;
}

async function translated({ plan, events }: ReplaySource, warn: (text: string) => void): Promise<Plan> {
  const target = realTarget(plan.target, warn);
  const real = realPlanOf({ ...plan, target }, events === null ? null : await events());
  const before = plan.notApplicable.length;
  for (const { id, name, reason } of real.notApplicable.slice(before)) warn(`left out: ${id} ${name ?? ''}: ${reason}`);
  return real;
}

/** What was simulated, as processes: a module is none, and a modelled store is none. */
function realTarget(target: PlannedTarget, warn: (text: string) => void): PlannedTarget {
  if (target.kind === 'module') {
    throw new UsageError(
      'This counterexample is of a module, which runs inside the harness; real time needs a command that starts it as a ' +
        'process. Run its scenario with: claimcheck run --server COMMAND',
    );
  }
  if (target.store === null || !Object.hasOwn(SIMULATED_STORES, target.store)) return target;
  const { store } = REFERENCE_DEFAULTS;
  warn(`the store ${target.store} exists in virtual time only; real processes get ${store}`);
  return { ...target, store };
}

function reproduction(runs: readonly FinishedRun[], invariant: string | null): string {
  const judged = runs.filter(({ verdict }) => verdict.exitCode !== EXIT.interrupted);
  const shows = judged.filter(({ verdict }) => {
    const shown = shownBy(verdict);
    return invariant === null ? shown.length > 0 : shown.includes(invariant);
  });
  const what = invariant === null ? 'a violation' : invariant;
  return `  reproduced ${what} in ${shows.length} of ${several(judged.length, 'real run')}`;
}
