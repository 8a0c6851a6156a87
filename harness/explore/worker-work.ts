import { examine, type Judge } from '../judge/invariants.ts';
import { indexHistory } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { createCaseArbitrary } from './arbitrary.ts';
import { runEveryPoint } from './every-point.ts';
import { search } from './search.ts';
import { createSharedState, type SharedState } from './shared-state.ts';
import { type Attempt, createTrial, historyText, type Simulator, type Trial } from './trial.ts';
import type { SearchTask, WorkerMessage, WorkerSetup, WorkerTask } from './worker-task.ts';

export interface WorkOptions {
  readonly setup: WorkerSetup;
  readonly simulator: Simulator;
  readonly judge: Judge;
  /** Monotonic, ms, of the machine. */
  readonly nowMs: () => number;
  say(message: WorkerMessage): void;
}

/** Does one task. Throws what the simulator throws. */
export async function doTask(task: WorkerTask, options: WorkOptions): Promise<void> {
  const { setup, judge, say } = options;
  const shared = createSharedState(setup.shared);
  const trial = livingTrial(createTrial(options.simulator, judge), shared);
  switch (task.kind) {
    case 'search':
      return doSearch(task.search, options, trial);
    case 'every-point': {
      const result = await runEveryPoint({
        trial,
        plan: task.plan,
        worker: setup.worker,
        workers: setup.workers,
        pairsMax: task.pairsMax,
        isStopped: shared.isStopped,
        onRun: ({ events }) => shared.countRun(events.length),
        explain: (plan, attempt) => whyUnknown(plan, attempt, judge),
      });
      return say({ kind: 'every-point', result });
    }
    case 'run': {
      const { events, ...rest } = await trial(task.plan);
      return say({ kind: 'run', outcome: { ...rest, history: historyText(events) } });
    }
  }
}

async function doSearch(task: SearchTask, { setup, nowMs, say }: WorkOptions, trial: Trial): Promise<void> {
  const shared = createSharedState(setup.shared);
  const { target, claimcheck, worker } = setup;
  const tally = await search({
    ...task,
    trial,
    arbitrary: createCaseArbitrary(target, task.shape),
    setting: { target, claimcheck },
    worker,
    nowMs,
    isStopped: shared.isStopped,
    isAborted: shared.isAborted,
    onRun: ({ events }) => shared.countRun(events.length),
    claim(kind) {
      // Where the first failure ends the search, the first is whichever comes first, of any kind.
      const isMine = shared.claim(task.keepsGoing ? kind : 'any');
      if (isMine && !task.keepsGoing) shared.stop();
      return isMine;
    },
    onStep: (step) => say({ kind: 'step', step }),
    onFound: (found) => say({ kind: 'found', found }),
  });
  say({ kind: 'search', tally });
}

/** Every run is a sign of life: whoever waits outside knows that the server's code comes back. */
function livingTrial(trial: Trial, shared: SharedState): Trial {
  return async (plan) => {
    const attempt = await trial(plan);
    shared.beat();
    return attempt;
  };
}

/** The checkers that could not say, and why. */
function whyUnknown(plan: Plan, { events }: Attempt, judge: Judge): string {
  const { verdicts } = examine(plan, indexHistory(plan, { events, cut: false }), judge.checkers);
  const reasons = verdicts.flatMap(({ verdict: { id, valid, reason } }) =>
    valid === 'unknown' ? [`${id}: ${reason ?? 'no reason given'}`] : [],
  );
  return reasons.join('; ') || 'a situation that must be reached was not';
}
