import type { Episode, EpisodeEvent } from '../../../model/evaluation/episode.ts';
import type { Instance, Json, JsonMap, Step, StepId } from '../../../model/evaluation/instance.ts';
import { stepId } from '../../../model/evaluation/instance.ts';
import { resolveArguments } from '../../../model/evaluation/reference.ts';
import { listSchedule } from '../../scheduling/list-schedule.ts';
import { workOf } from '../../scheduling/work.ts';

/** A step to make: its tool, the numbers of the steps that it needs (it carries the `mark` of each), how long it works. */
export interface Outline {
  readonly tool: string;
  readonly needs?: readonly number[];
  readonly ms: number;
}

export interface Problem {
  readonly instance: Instance;
  readonly latencyMs: Readonly<Record<StepId, number>>;
}

/** Tasks by their ids. Every step answers { mark: its canary }, and every world ends as { done: its number of steps }. */
export function problemOf(outlines: Readonly<Record<string, readonly Outline[]>>, id = 'test/1'): Problem {
  const latencyMs: Record<StepId, number> = {};
  const tasks = Object.entries(outlines).map(([task, list]) => {
    const workspace = `${id.replace('/', '.')}.${task}`;
    const steps = list.map(({ tool, needs = [], ms }, index): Step => {
      const label = `$var_${index + 1}`;
      latencyMs[stepId(task, label)] = ms;
      const carried = needs.map((need) => [`from_${need}`, `$var_${need}.mark$`] as const);
      const canary = `canary-${task}${index + 1}`;
      return {
        label,
        tool,
        arguments: { workspace, name: `${task}${index + 1}`, ...Object.fromEntries(carried) },
        after: needs.map((need) => `$var_${need}`),
        goldResult: { mark: canary },
        canary,
      };
    });
    const goldState = { [workspace]: { done: list.length } };
    return { id: task, toolClass: 'test', workspace, instruction: 'Do it.', steps, goldState };
  });
  return { instance: { id, kind: tasks.length === 1 ? 'single' : 'dual-same', tasks }, latencyMs };
}

type Parts = Partial<Omit<Episode, 'instance' | 'latencyMs'>>;

/** Writes an episode by hand, action by action; an action takes 1 ms and the time goes on by itself. */
export class EpisodeScript {
  readonly events: EpisodeEvent[] = [];
  readonly #problem: Problem;
  #now = 0;
  #jobs = 0;

  constructor(problem: Problem) {
    this.#problem = problem;
  }

  get now(): number {
    return this.#now;
  }

  /** An action of 1 ms and the call at its end, with its receipt. The gold call unless the options say otherwise. */
  call(id: StepId, options: CallOptions = {}): number {
    const { task, step } = this.step(id);
    const t = this.#now;
    this.#now += 1;
    this.#jobs += 1;
    const job = this.#jobs;
    const stated = options.says === undefined ? id : options.says;
    this.write({ kind: 'act', t, untilT: this.#now, what: 'call', task: options.task ?? task, step: stated });
    this.write({
      kind: 'call',
      t: this.#now,
      job,
      task: options.task ?? task,
      step: stated,
      tool: options.tool ?? step.tool,
      arguments: { ...this.arguments(id), ...options.arguments },
      assumed: options.assumed ?? false,
      again: options.again ?? false,
    });
    this.#now += options.ackMs ?? 0;
    if (options.refused !== undefined) this.write({ kind: 'refused', t: this.#now, job, why: options.refused });
    else {
      const receiptId = options.id === undefined ? `id-${job}` : options.id;
      this.write({ kind: 'receipt', t: this.#now, job, id: receiptId });
    }
    return job;
  }

  /** The agent comes to know the end of a job: the gold result of the step unless the options say otherwise. */
  know(job: number, id: StepId, options: Partial<Extract<EpisodeEvent, { kind: 'know' }>> = {}): this {
    const result: Json = this.step(id).step.goldResult;
    this.write({ kind: 'know', t: this.#now, job, status: 'ok', endedT: this.#now, result, ...options });
    return this;
  }

  bind(job: number, id: StepId): this {
    this.write({ kind: 'bind', t: this.#now, job, step: id });
    return this;
  }

  poll(job: number, options: Partial<Extract<EpisodeEvent, { kind: 'poll' }>> = {}): this {
    if (options.by === 'agent') {
      const untilT = this.#now + 1;
      this.write({ kind: 'act', t: this.#now, untilT, what: 'poll', task: this.taskOf(job), step: null });
      this.#now = untilT;
    }
    this.write({
      kind: 'poll',
      t: this.#now,
      job,
      by: 'host',
      status: 'working',
      isNews: false,
      bytes: 40,
      ...options,
    });
    return this;
  }

  idle(untilT: number): this {
    this.write({ kind: 'idle', t: this.#now, untilT });
    this.#now = untilT;
    return this;
  }

  claim(task: string, success: boolean): this {
    this.write({ kind: 'claim', t: this.#now, task, success });
    return this;
  }

  write(event: EpisodeEvent): this {
    this.events.push(event);
    return this;
  }

  episode(parts: Parts = {}): Episode {
    const { instance, latencyMs } = this.#problem;
    const states = Object.fromEntries(instance.tasks.map((task) => [task.workspace, task.goldState]));
    return {
      instance,
      latencyMs,
      agent: 'test',
      mode: 'async',
      seed: 1,
      law: 'constant',
      agentMs: 1,
      events: this.events,
      end: 'ended',
      makespanMs: this.#now,
      states,
      ...parts,
    };
  }

  step(id: StepId): { readonly task: string; readonly step: Step } {
    for (const task of this.#problem.instance.tasks) {
      const step = task.steps.find(({ label }) => stepId(task.id, label) === id);
      if (step !== undefined) return { task: task.id, step };
    }
    throw new Error(`expected a step of the instance, got ${id}`);
  }

  arguments(id: StepId): JsonMap {
    const { task, step } = this.step(id);
    return resolveArguments(step.arguments, (label) => this.step(stepId(task, label)).step.goldResult);
  }

  private taskOf(job: number): string | null {
    const call = this.events.find((event) => event.kind === 'call' && event.job === job);
    return call?.kind === 'call' ? call.task : null;
  }
}

export interface CallOptions {
  readonly arguments?: JsonMap;
  readonly task?: string;
  readonly tool?: string;
  /** The step that the agent says it calls. */
  readonly says?: StepId | null;
  readonly assumed?: boolean;
  readonly again?: boolean;
  readonly id?: string | null;
  readonly refused?: string;
  /** How long the receipt takes, ms. */
  readonly ackMs?: number;
}

/** The script of an agent that does everything right, by list scheduling. */
export function wellPlayed(problem: Problem): EpisodeScript {
  const work = workOf(problem.instance, { latencyMs: problem.latencyMs, agentMs: 1 });
  if (work === null) throw new Error('expected to know how long every step works');
  const { order, actMs, endMs } = listSchedule(work, 'longest-path');
  const script = new EpisodeScript(problem);
  const open = new Map<number, { readonly job: number; readonly id: StepId }>();
  const deliver = () => {
    const ended = [...open.keys()].filter((step) => (endMs[step] ?? 0) <= script.now);
    for (const step of ended.sort((one, other) => (endMs[one] ?? 0) - (endMs[other] ?? 0))) {
      const sent = open.get(step);
      if (sent === undefined) continue;
      open.delete(step);
      script.know(sent.job, sent.id, { endedT: endMs[step] ?? null }).bind(sent.job, sent.id);
    }
  };
  const standUntil = (untilMs: number) => {
    deliver();
    while (script.now < untilMs) {
      const next = Math.min(untilMs, ...[...open.keys()].map((step) => endMs[step] ?? untilMs));
      script.idle(next);
      deliver();
    }
  };
  for (const step of order) {
    standUntil(actMs[step] ?? 0);
    const id = work.steps[step]?.id ?? '';
    open.set(step, { job: script.call(id), id });
  }
  standUntil(Math.max(0, ...endMs));
  for (const { id } of problem.instance.tasks) script.claim(id, true);
  return script;
}
