import type { Episode } from '../../model/evaluation/episode.ts';
import type { Violation } from '../../model/evaluation/violation.ts';
import { isRepeated } from '../measures/call-standing.ts';
import { type DependentCall, dependentCalls } from '../measures/dependent-calls.ts';
import { type CallView, type EpisodeView, viewOf } from '../measures/episode-view.ts';
import { hasRightArguments } from '../measures/step-match.ts';
import { taskOutcomes } from '../measures/task-outcome.ts';

/** What is lost so close to a crash was lost by it: in real time the two are not noted in the same instant. */
const CRASH_MS = 10;

/** What an agent did wrong in one episode, each at its moment, in the order of time. */
export function violationsOf(episode: Episode): readonly Violation[] {
  const view = viewOf(episode);
  const early = dependentCalls(episode).filter(({ violation }) => violation !== null);
  // Who calls too early cannot have the right arguments: that is said once.
  const others = view.calls.filter((one) => !early.some(({ call }) => call === one));
  return [
    ...early.flatMap(wrongOrder),
    ...others.flatMap((call) => wrongCall(view, call)),
    ...wrongBinds(view),
    ...losses(view),
    ...falseClaims(episode),
    ...leftOut(view),
  ].sort((a, b) => a.t - b.t);
}

function wrongOrder({ call: { call }, violation }: DependentCall): readonly Violation[] {
  if (violation === null) return [];
  const text =
    violation === 'assumed'
      ? `called ${call.tool} with a value made up for a result that had not come`
      : `called ${call.tool} before a result that it needs had come`;
  return [{ t: call.t, job: call.job, task: call.task, kind: violation, text }];
}

function wrongCall(view: EpisodeView, one: CallView): readonly Violation[] {
  const { call, step } = one;
  const at = { t: call.t, job: call.job, task: call.task } as const;
  if (isRepeated(view, one)) {
    return [{ ...at, kind: 'repeated', text: `called ${call.tool} again, though nothing had gone wrong` }];
  }
  if (step === null) return [{ ...at, kind: 'needless', text: `called ${call.tool}, which the task does not need` }];
  if (hasRightArguments(one)) return [];
  return [{ ...at, kind: 'arguments', text: `called ${call.tool} with other arguments than step ${step.id} needs` }];
}

function wrongBinds({ binds }: EpisodeView): readonly Violation[] {
  return binds.flatMap(({ bind: { t }, job: { job, owner }, step }): Violation[] => {
    if (owner === step) return [];
    const whose = owner === null ? 'a result of nothing' : `the result of ${owner.id}`;
    return [{ t, job, task: step.task.id, kind: 'binding', text: `took ${whose} for that of ${step.id}` }];
  });
}

/** What a crash takes away is not the agent's doing. */
function losses({ jobs, crashes }: EpisodeView): readonly Violation[] {
  const isCrash = (t: number) => crashes.some((crash) => !crash.keepsIds && Math.abs(crash.t - t) <= CRASH_MS);
  return jobs.flatMap(({ job, calls, losses: lost }) =>
    lost
      .filter(({ t }) => !isCrash(t))
      .map(({ t, why }): Violation => {
        const task = calls[0]?.call.task ?? null;
        return { t, job, task, kind: 'lost', text: `lost hold of ${calls[0]?.call.tool ?? 'a call'}: ${why}` };
      }),
  );
}

function falseClaims(episode: Episode): readonly Violation[] {
  return taskOutcomes(episode).flatMap(({ view: { task, claim }, isRight }): Violation[] => {
    if (claim === null || isRight === null || claim.success === isRight) return [];
    const said = claim.success ? 'done, and it is not' : 'failed, and it is done';
    return [{ t: claim.t, job: null, task: task.id, kind: 'claim', text: `reported task ${task.id} as ${said}` }];
  });
}

function leftOut({ tasks, episode }: EpisodeView): readonly Violation[] {
  return tasks.flatMap(({ task, steps }): Violation[] => {
    const missing = steps.filter(({ calls }) => calls.length === 0);
    if (missing.length === 0) return [];
    const text = `never called ${missing.map(({ id, step }) => `${step.tool} (${id})`).join(', ')}`;
    return [{ t: episode.makespanMs, job: null, task: task.id, kind: 'left-out', text }];
  });
}
