import { tailsOf } from '../scheduling/work.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { firstResult, type Placed, type StepView, viewOf } from './episode-view.ts';
import { scheduleFigures } from './schedule-figures.ts';

/** The agent went from one task to another. */
interface TaskSwitch {
  /**
   * There was a reason: nothing of the task it left was ready, or an input of what it turned to had just come, or what it
   * turned to has a longer way to go than anything that was left ready (the rule of the reference).
   */
  readonly isJustified: boolean;
  /** It came back with its next action but one. */
  readonly isBrief: boolean;
}

export interface Switching {
  /** Actions on a task: calls, polls and thoughts. */
  readonly actCount: number;
  readonly switches: readonly TaskSwitch[];
}

export const switching = onceAnEpisode((episode): Switching => {
  const view = viewOf(episode);
  const acts = view.acts.filter(({ task, what }) => task !== null && what !== 'claim');
  const restMs = restOf(episode);
  const switches: TaskSwitch[] = [];
  for (const [index, act] of acts.entries()) {
    const before = acts[index - 1];
    if (before === undefined || before.task === act.task) continue;
    const left = view.steps.filter(({ task }) => task.id === before.task);
    const ready = left.filter((step) => isReady(step, act));
    const target = view.steps.find(({ id }) => id === act.step);
    const hasInputJustCome =
      target?.inputs.some((input) => {
        const know = firstResult(input);
        return know !== null && know.at > before.at && know.at < act.at;
      }) ?? false;
    const rest = target === undefined ? undefined : restMs.get(target.id);
    const isLonger = rest !== undefined && ready.every(({ id }) => (restMs.get(id) ?? rest) <= rest);
    const isBrief = acts[index + 1]?.task === before.task;
    switches.push({ isJustified: ready.length === 0 || hasInputJustCome || isLonger, isBrief });
  }
  return { actCount: acts.length, switches };
});

function isReady({ inputs, calls }: StepView, act: Placed<'act'>): boolean {
  const isCalled = calls.some(({ call }) => call.at < act.at);
  return !isCalled && inputs.every((input) => (firstResult(input)?.at ?? Number.POSITIVE_INFINITY) < act.at);
}

/** By step: what remains at least behind it, ms. */
function restOf(episode: Parameters<typeof viewOf>[0]): ReadonlyMap<string, number> {
  const { possible } = scheduleFigures(episode);
  if (possible === null) return new Map();
  const tails = tailsOf(possible.work);
  return new Map(possible.work.steps.map(({ id }, index) => [id, tails[index] ?? 0]));
}
