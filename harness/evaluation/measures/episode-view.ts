import type { Episode, EpisodeEvent } from '../../model/evaluation/episode.ts';
import { type EvaluationTask, type Step, type StepId, stepId } from '../../model/evaluation/instance.ts';
import { onceAnEpisode } from './episode-memo.ts';
import { ownerOf } from './result-owner.ts';
import { matchedStep } from './step-match.ts';

/** An event with its place among the events of the episode, which says what came first where times are equal. */
export type Placed<Kind extends EpisodeEvent['kind']> = Extract<EpisodeEvent, { kind: Kind }> & { readonly at: number };

/** An episode as measures look at it: who belongs to whom. */
export interface EpisodeView {
  readonly episode: Episode;
  readonly tasks: readonly TaskView[];
  /** All gold steps. */
  readonly steps: readonly StepView[];
  readonly jobs: readonly JobView[];
  /** In the order in which they went out. */
  readonly calls: readonly CallView[];
  readonly acts: readonly Placed<'act'>[];
  readonly binds: readonly { readonly bind: Placed<'bind'>; readonly job: JobView; readonly step: StepView }[];
  readonly claims: readonly Placed<'claim'>[];
  readonly crashes: readonly Placed<'crash'>[];
}

export interface TaskView {
  readonly task: EvaluationTask;
  readonly steps: readonly StepView[];
  readonly calls: readonly CallView[];
  /** The last word of the agent on this task. */
  readonly claim: Placed<'claim'> | null;
}

export interface StepView {
  readonly id: StepId;
  readonly task: EvaluationTask;
  readonly step: Step;
  /** Steps whose results it needs, directly. */
  readonly inputs: readonly StepView[];
  /** Steps that need its result, directly. */
  readonly followers: readonly StepView[];
  readonly calls: readonly CallView[];
  /** Its results as the agent came to know them, whichever job brought them. */
  readonly results: readonly Placed<'know'>[];
}

export interface CallView {
  readonly call: Placed<'call'>;
  readonly job: JobView;
  /** The gold step it stands for. */
  readonly step: StepView | null;
  /** The action that made it; null: the episode does not say. */
  readonly act: Placed<'act'> | null;
}

export interface JobView {
  readonly job: number;
  readonly calls: readonly CallView[];
  readonly step: StepView | null;
  readonly receipts: readonly Placed<'receipt'>[];
  readonly refusals: readonly Placed<'refused'>[];
  readonly polls: readonly Placed<'poll'>[];
  readonly knows: readonly Placed<'know'>[];
  readonly losses: readonly Placed<'lost'>[];
  /** Whose result it brought, by the canary in it; the step of the call when the result does not show it. */
  readonly owner: StepView | null;
}

export const viewOf: (episode: Episode) => EpisodeView = onceAnEpisode((episode) => new ViewBuilder(episode).build());

/** The first result of a step that is one: what its tool was asked for. null: the agent never had it. */
export function firstResult({ results }: StepView): Placed<'know'> | null {
  return results.find(({ status }) => status === 'ok') ?? null;
}

type Open<Type> = { -readonly [Key in keyof Type]: Type[Key] extends readonly (infer Item)[] ? Item[] : Type[Key] };

class ViewBuilder {
  readonly #episode: Episode;
  readonly #tasks: Open<TaskView>[] = [];
  readonly #steps = new Map<StepId, Open<StepView>>();
  readonly #jobs = new Map<number, Open<JobView>>();
  readonly #view: Open<EpisodeView>;

  constructor(episode: Episode) {
    this.#episode = episode;
    this.#view = { episode, tasks: [], steps: [], jobs: [], calls: [], acts: [], binds: [], claims: [], crashes: [] };
  }

  build(): EpisodeView {
    this.#readInstance();
    for (const [at, event] of this.#episode.events.entries()) this.#read(event, at);
    const { calls, jobs, steps, tasks } = this.#view;
    tasks.push(...this.#tasks);
    steps.push(...this.#steps.values());
    jobs.push(...this.#jobs.values());
    for (const call of calls) {
      const step = call.step === null ? undefined : this.#steps.get(call.step.id);
      step?.calls.push(call);
      this.#tasks.find(({ task }) => task.id === call.call.task)?.calls.push(call);
    }
    for (const job of this.#jobs.values()) {
      job.owner = ownerOf(job, steps);
      const owner = job.owner === null ? undefined : this.#steps.get(job.owner.id);
      owner?.results.push(...job.knows.filter(({ status }) => status === 'ok' || status === 'error'));
    }
    for (const { results } of this.#steps.values()) results.sort((one, other) => one.at - other.at);
    return this.#view;
  }

  #readInstance(): void {
    for (const task of this.#episode.instance.tasks) {
      const own: Open<TaskView> = { task, steps: [], calls: [], claim: null };
      for (const step of task.steps) {
        const id = stepId(task.id, step.label);
        const inputs = step.after.flatMap((label) => this.#steps.get(stepId(task.id, label)) ?? []);
        const view: Open<StepView> = { id, task, step, inputs, followers: [], calls: [], results: [] };
        for (const input of inputs) this.#steps.get(input.id)?.followers.push(view);
        this.#steps.set(id, view);
        own.steps.push(view);
      }
      this.#tasks.push(own);
    }
  }

  #read(event: EpisodeEvent, at: number): void {
    const { acts, calls, claims, crashes, binds } = this.#view;
    switch (event.kind) {
      case 'act':
        acts.push({ ...event, at });
        break;
      case 'call': {
        const said = event.step === null ? undefined : this.#steps.get(event.step);
        const step = said ?? matchedStep(event, [...this.#steps.values()], calls);
        const job = this.#job(event.job);
        const act =
          acts.findLast((one) => one.what === 'call' && one.task === event.task && one.untilT >= event.t) ?? null;
        const call: CallView = { call: { ...event, at }, job, step, act };
        job.step ??= step;
        job.calls.push(call);
        calls.push(call);
        break;
      }
      case 'receipt':
        this.#job(event.job).receipts.push({ ...event, at });
        break;
      case 'refused':
        this.#job(event.job).refusals.push({ ...event, at });
        break;
      case 'poll':
        this.#job(event.job).polls.push({ ...event, at });
        break;
      case 'know':
        this.#job(event.job).knows.push({ ...event, at });
        break;
      case 'lost':
        this.#job(event.job).losses.push({ ...event, at });
        break;
      case 'bind': {
        const step = this.#steps.get(event.step);
        if (step) binds.push({ bind: { ...event, at }, job: this.#job(event.job), step });
        break;
      }
      case 'claim': {
        const claim = { ...event, at };
        claims.push(claim);
        const own = this.#tasks.find(({ task }) => task.id === event.task);
        if (own) own.claim = claim;
        break;
      }
      case 'crash':
        crashes.push({ ...event, at });
        break;
      case 'idle':
      case 'effect':
      case 'tokens':
        break;
    }
  }

  #job(job: number): Open<JobView> {
    const known = this.#jobs.get(job);
    if (known !== undefined) return known;
    const own: Open<JobView> = {
      job,
      calls: [],
      step: null,
      receipts: [],
      refusals: [],
      polls: [],
      knows: [],
      losses: [],
      owner: null,
    };
    this.#jobs.set(job, own);
    return own;
  }
}
