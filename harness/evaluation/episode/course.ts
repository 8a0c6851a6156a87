import type { ActionKind, EpisodeEnd, EpisodeEvent } from '../../model/evaluation/episode.ts';
import { type Step, type StepId, stepId } from '../../model/evaluation/instance.ts';
import type { Action, PolicyRun } from '../../model/evaluation/policy.ts';
import { createPrng } from '../../model/prng.ts';
import { createJobDesk } from './job-desk.ts';
import { createCrashWatch } from './planned-crash.ts';
import type { EpisodeOptions } from './run-episode.ts';
import { createTokenMeter } from './token-meter.ts';

/** The way of one agent through one instance. */
export interface Course {
  run(): Promise<EpisodeEnd>;
  close(): void;
}

type CallAction = Extract<Action, { do: 'call' }>;

// More than every job of the largest instance bound, dropped and claimed; a policy that goes on has lost its way.
const FREE_ACTIONS_MAX = 500;

export function createCourse(options: EpisodeOptions, originMs: number, write: (event: EpisodeEvent) => void): Course {
  const { instance, policy, host, mode, agentMs, latencyMs, limits, faults } = options;
  const steps = stepsOf(options);
  // One for each: Node takes many listeners of one signal for a leak.
  const never = new AbortController().signal;
  const now = () => host.now() - originMs;
  const watch = createCrashWatch(faults?.crash, latencyMs);
  const meter = createTokenMeter();
  const desk = createJobDesk({ host, watch, meter, now, originMs, write });
  const prng = createPrng(options.seed, `/episode/${instance.id}/${policy.meta.id}`);
  const input = { instance, mode, agentMs, latencyMs, draw: () => prng.float() };
  const callCounts = new Map<StepId, { calls: number; keys: number }>();
  let run: PolicyRun = policy.start(input);
  let turnCount = 0;
  for (const task of instance.tasks) meter.read(task.instruction);

  const act = async (what: ActionKind, task: string | null, step: StepId | null, work: () => Promise<unknown>) => {
    const event = { kind: 'act' as const, t: now(), untilT: now() + agentMs, what, task, step };
    write(event);
    await host.sleep(originMs + event.untilT, never);
    await work();
    event.untilT = now();
  };
  const idle = async (untilMs: number) => {
    const event = { kind: 'idle' as const, t: now(), untilT: now() };
    write(event);
    await desk.stand(Math.min(untilMs, limits.timeMs, watch.dueMs()));
    event.untilT = now();
  };
  const call = async (action: CallAction) => {
    const { task, step: id, arguments: values, assumed = false, freshKey = false } = action;
    const step = steps.get(id);
    if (step === undefined) throw new Error(`expected a step of ${instance.id}, got ${id} from ${policy.meta.id}`);
    const counts = callCounts.get(id) ?? { calls: 0, keys: 0 };
    callCounts.set(id, counts);
    const again = counts.calls > 0;
    counts.calls += 1;
    if (freshKey) counts.keys += 1;
    const key = `${instance.id}:${id}${freshKey ? `#${counts.keys}` : ''}`;
    await act('call', task, id, () =>
      desk.send({ task, step: id, tool: step.tool, arguments: values, key, assumed, again }),
    );
    while (mode === 'sync' && desk.isOwed() && now() < Math.min(limits.timeMs, watch.dueMs()))
      await idle(limits.timeMs);
    watch.used(step.after.map((label) => stepId(task, label)));
  };
  const crash = async () => {
    const due = watch.take(now());
    if (due === null) return false;
    desk.crash(due.keepsIds);
    write({ kind: 'crash', t: now(), keepsIds: due.keepsIds });
    await host.sleep(originMs + now() + due.downMs, never);
    if (run.crashed) run.crashed(desk.open);
    else run = policy.start(input);
    return true;
  };
  const endTurn = (t: number, isWaiting: boolean) => {
    write(meter.endTurn(t, isWaiting));
    turnCount += 1;
  };

  /** One turn: all that takes no time, and then one action that does. Answers how the episode ended, or null. */
  const turn = async (): Promise<EpisodeEnd | null> => {
    let news = desk.deliver();
    if (await crash()) return null;
    for (let freeCount = 0; freeCount < FREE_ACTIONS_MAX; freeCount += 1) {
      const t = now();
      const action = run.decide({ nowMs: t, news, open: desk.open });
      news = [];
      if (action.do === 'bind') write({ kind: 'bind', t, job: action.job, step: action.step });
      else if (action.do === 'forget') desk.forget(action.job, 'the agent let go of its id');
      else if (action.do === 'claim') write({ kind: 'claim', t, task: action.task, success: action.success });
      const isFree = action.do === 'bind' || action.do === 'forget' || action.do === 'claim';
      meter.wrote(JSON.stringify(action));
      if (isFree) continue;
      endTurn(t, action.do === 'poll' || action.do === 'wait');
      if (action.do === 'end') return 'ended';
      if (action.do === 'wait') {
        if (desk.open.length === 0 && action.untilMs === undefined) return 'ended';
        if (!desk.hasNews()) await idle(action.untilMs ?? Number.POSITIVE_INFINITY);
      } else if (action.do === 'poll') {
        await act('poll', desk.taskOf(action.job), desk.stepOf(action.job), () => desk.poll(action.job));
      } else await call(action);
      return null;
    }
    throw new Error(`expected ${policy.meta.id} to act, got ${FREE_ACTIONS_MAX} actions that take no time`);
  };

  return {
    async run() {
      while (turnCount < limits.turns) {
        if (now() >= limits.timeMs) return 'time-limit';
        if (await crash()) continue;
        const end = await turn();
        if (end !== null) return end;
      }
      return 'turn-limit';
    },
    close: () => desk.close(),
  };
}

function stepsOf({ instance }: EpisodeOptions): ReadonlyMap<StepId, Step> {
  return new Map(
    instance.tasks.flatMap(({ id, steps }) => steps.map((step) => [stepId(id, step.label), step] as const)),
  );
}
