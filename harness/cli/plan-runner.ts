import type { RunResult } from '../execution/course.ts';
import { loadUnits } from '../execution/units.ts';
import type { Event } from '../model/event.ts';
import type { Gathering } from '../model/folded.ts';
import type { Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import type { SimulationThread } from '../simulate/thread.ts';
import type { SimulationProgress } from '../simulate/thread-message.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { createProgressState } from './progress-state.ts';
import { showProgress } from './progress-view.ts';

/** Runs plans against one target, in one kind of time. */
export interface PlanRunner extends AsyncDisposable {
  run(options: RunnerOptions): Promise<RunResult>;
}

export interface RunnerOptions {
  readonly plan: Plan;
  readonly target: ResolvedTarget;
  readonly directory: RunDirectory;
  readonly context: CommandContext;
  /** Redraw progress in place. */
  readonly isLive: boolean;
  readonly isQuiet: boolean;
  /** Absent: nobody wants to hear of every event. */
  readonly onEvent?: (event: Event) => void;
  /** Takes what a run that is recorded as counts keeps. */
  readonly gathering?: Gathering;
}

// A run in virtual time is mostly over before anybody wonders.
const TELL_AFTER_NS = 2e9;
// What so many calls leave behind in a thread would stand beside what they are judged by; to start one takes half a second.
const CALLS_LEFT_MAX = 5_000;

export function runnerFor(time: Plan['time']): PlanRunner {
  return time === 'virtual' ? virtualRunner() : REAL;
}

/** Processes and sockets; progress is read off the events. */
const REAL: PlanRunner = {
  async run({ plan, target, directory, context, isLive, isQuiet, onEvent, gathering }) {
    const { runPlan } = await import('../run/run.ts');
    const units = await loadUnits(plan);
    const state = createProgressState({ calls: plan.calls.length, hasKey: plan.target.facts.key });
    const name = `${plan.scenario} (seed ${plan.seed})`;
    await using _view = isQuiet
      ? null
      : await showProgress({ name, output: context.output, clock: context.clock, read: state.read, isLive });
    return await runPlan({
      plan,
      units,
      target,
      directory,
      signal: context.signal,
      ...(gathering ? { gathering } : {}),
      onEvent(event) {
        state.observe(event);
        if (event.kind === 'note' && event.topic === 'leftovers') context.output.warn(event.text ?? '');
        onEvent?.(event);
      },
    });
  },
  async [Symbol.asyncDispose]() {},
};

/** One thread for all plans, started with the first, and again after one that leaves much behind. */
function virtualRunner(): PlanRunner {
  let thread: Promise<SimulationThread> | null = null;
  const close = async () => {
    const closing = thread;
    thread = null;
    // A thread that could not be started has closed itself.
    await closing?.then(
      (running) => running.close(),
      () => {},
    );
  };
  return {
    async run({ plan, directory, context, isQuiet, onEvent, gathering }) {
      thread ??= import('../simulate/thread.ts').then(({ openSimulationThread }) => openSimulationThread(plan.target));
      let toldAt = context.clock.now();
      const onProgress = (progress: SimulationProgress) => {
        const now = context.clock.now();
        if (isQuiet || now - toldAt < TELL_AFTER_NS) return;
        toldAt = now;
        context.output.progress(`${plan.scenario} (seed ${plan.seed}): ${progressText(progress)}`);
      };
      const { signal } = context;
      const result = await (await thread).run({
        plan,
        directory: directory.path,
        signal,
        onProgress,
        ...(onEvent ? { onEvent } : {}),
        ...(gathering ? { gathering } : {}),
      });
      if (plan.calls.length > CALLS_LEFT_MAX) await close();
      return result;
    },
    [Symbol.asyncDispose]: close,
  };
}

function progressText({ virtualMs, events }: SimulationProgress): string {
  const seconds = Math.floor(virtualMs / 1000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${clock.map((part) => String(part).padStart(2, '0')).join(':')} of virtual time, ${events} events`;
}
