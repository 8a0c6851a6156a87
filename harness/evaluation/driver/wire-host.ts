import { fetchBlocking, type Held, pollUntilTerminal } from '../../agents/fetching.ts';
import { probe, type Receipt, submit } from '../../agents/submission.ts';
import { listenToTheEnd } from '../../agents/subscriber.ts';
import type { AgentContext, AgentWire } from '../../model/agent.ts';
import { msOf } from '../../model/clock.ts';
import type { Accepted, EvaluationHost, HostCall, Polled, Settled } from '../../model/evaluation/host.ts';
import { INSPECT_TOOL, type Json } from '../../model/evaluation/instance.ts';
import { linkSignals } from '../../model/linked-signal.ts';
import { isTerminal } from '../../model/operation.ts';
import type { OkOutcome, Outcome } from '../../model/outcome.ts';
import type { PlannedCall } from '../../model/plan.ts';
import type { Seat } from './seat.ts';
import { contentOf, polledFrom, type Seen, settledFrom, unseen } from './settlement.ts';

// No sleep of an agent is as long; a timer cannot be longer than 24 days.
const SLEEP_MS_MAX = 86_400_000;

export interface WireHostOptions {
  readonly context: AgentContext;
  readonly seat: Seat;
  /** So many ms of the run are one of the host's. */
  readonly timeScale: number;
  /** ms since the epoch, by the clock of the server, when the run began. */
  readonly originWallMs: number;
}

export interface WireHost extends EvaluationHost {
  /** When it was opened, ns from run start. */
  readonly openedT: number;
}

/** A host over the real wire: keys, retries, polls, faults and recording as in every run. */
export function createWireHost(options: WireHostOptions): WireHost {
  return new Host(options);
}

interface Job {
  readonly held: Held;
  seen: Seen;
  endedMs: number | null;
  /** Its end, as soon as anybody has seen it. */
  end: OkOutcome | null;
  readonly over: AbortController;
  settled: Promise<Settled> | null;
}

// Made once: an abort without a reason makes an exception with a stack each time.
const FORGOTTEN = new Error('the agent needs no more of this job');

class Host implements WireHost {
  readonly openedT: number;
  readonly #options: WireHostOptions;
  readonly #jobs = new Map<number, Job>();
  readonly #sent = new Set<PlannedCall>();
  readonly #probes: Promise<void>[] = [];
  #listener: (job: number, polled: Polled, t: number) => void = () => {};

  constructor(options: WireHostOptions) {
    this.#options = options;
    this.openedT = options.context.clock.now();
  }

  now(): number {
    const { context, timeScale } = this.#options;
    return msOf(context.clock.now() - this.openedT) / timeScale;
  }

  async sleep(untilMs: number, wake: AbortSignal): Promise<void> {
    const { context, timeScale } = this.#options;
    context.signal.throwIfAborted();
    const leftMs = Math.min((untilMs - this.now()) * timeScale, SLEEP_MS_MAX);
    if (wake.aborted || leftMs <= 0) return;
    using either = linkSignals(context.signal, wake);
    try {
      await context.clock.sleep(leftMs, either.signal);
    } catch (error) {
      if (context.signal.aborted || !wake.aborted) throw error;
    }
  }

  async send(call: HostCall): Promise<Accepted> {
    const { tool, arguments: values, key, job } = call;
    const planned = { ...this.#numberFor(call), key, request: { tool, arguments: values } };
    const { context, why } = explained(this.#options.context);
    const receipt = await submit(context, planned, context.clock.now());
    if (receipt === null) return { kind: 'refused', why: why() };
    this.#probes.push(probe(context, planned, receipt));
    const { task, outcome } = receipt;
    if (task === null) return { kind: 'result', settled: settledFrom(outcome, null) };
    this.#jobs.set(job, newJob(planned, task, receipt));
    const hintMs = isTerminal(outcome.status) ? undefined : outcome.pollMs;
    return { kind: 'receipt', id: task, ...(hintMs === undefined ? {} : { hintMs: hintMs / this.#options.timeScale }) };
  }

  async poll(number: number): Promise<Polled> {
    const job = this.#jobs.get(number);
    if (job === undefined) return { status: null, isNews: false, bytes: 0, isTerminal: true };
    const { wire } = this.#options.context;
    const { call, task } = job.held;
    const polled = this.#see(job, await wire.get(call, task));
    // Where only another request carries the result, the host goes for it.
    if (polled.isTerminal && wire.getCarriesResult) job.over.abort(FORGOTTEN);
    return polled;
  }

  settled(number: number): Promise<Settled> {
    const job = this.#jobs.get(number);
    if (job === undefined) return Promise.reject(new Error(`expected a job that was sent, got ${number}`));
    job.settled ??= this.#fetch(number, job);
    return job.settled;
  }

  forget(number: number): void {
    this.#jobs.get(number)?.over.abort(FORGOTTEN);
  }

  onPoll(listener: (job: number, polled: Polled, t: number) => void): void {
    this.#listener = listener;
  }

  /** The world at rest: what is still at work in it is waited for. */
  async stateOf(workspace: string): Promise<Json> {
    await Promise.all(this.#probes);
    await Promise.all([...this.#jobs.values()].map((job) => this.#rest(job)));
    const { context, seat } = this.#options;
    const call = { ...seat.reader, request: { tool: INSPECT_TOOL, arguments: { workspace } } };
    const receipt = await submit(context, call, context.clock.now());
    if (receipt === null) return null;
    const { task } = receipt;
    const end = task === null ? receipt.outcome : await waitFor(context, { call, task, receipt });
    return end?.result === undefined || end.isError === true ? null : stateIn(contentOf(end.result));
  }

  /** The number of the gold step, for the first call of it; then the spare ones, and at last the same again and again. */
  #numberFor({ step }: HostCall): PlannedCall {
    const { gold, spare, reader } = this.#options.seat;
    const own = step === null ? undefined : gold.get(step);
    const free = own !== undefined && !this.#sent.has(own) ? own : spare.find((one) => !this.#sent.has(one));
    const chosen = free ?? spare.at(-1) ?? reader;
    this.#sent.add(chosen);
    return chosen;
  }

  async #fetch(number: number, job: Job): Promise<Settled> {
    const wire = observedWire(this.#options.context.wire, (outcome) => {
      const polled = this.#see(job, outcome);
      if (!job.over.signal.aborted) this.#listener(number, polled, this.now());
    });
    const { context, why } = explained({ ...this.#options.context, wire });
    using linked = linkSignals(context.signal, job.over.signal);
    try {
      const end = await waitFor({ ...context, signal: linked.signal }, job.held);
      if (end === null) return unseen(why());
      job.end = end;
      return settledFrom(end, job.endedMs);
    } catch (error) {
      if (this.#options.context.signal.aborted || !job.over.signal.aborted) throw error;
      // The agent has read the end itself, or it has let go of the job: then nobody waits here.
      return job.end === null ? unseen(FORGOTTEN.message) : settledFrom(job.end, job.endedMs);
    }
  }

  #see(job: Job, outcome: Outcome): Polled {
    const polled = this.#inHostTime(polledFrom(outcome, job.seen));
    if (outcome.type !== 'ok') return polled;
    job.seen = outcome;
    if (!isTerminal(outcome.status)) return polled;
    job.endedMs = this.#hostMs(outcome.lastUpdatedAt);
    if (this.#options.context.wire.getCarriesResult) job.end = outcome;
    return polled;
  }

  #inHostTime(polled: Polled): Polled {
    const { hintMs } = polled;
    return hintMs === undefined ? polled : { ...polled, hintMs: hintMs / this.#options.timeScale };
  }

  /** By the clock of the server. */
  #hostMs(date: string | undefined): number | null {
    const { originWallMs, timeScale } = this.#options;
    const ms = Date.parse(date ?? '');
    return Number.isNaN(ms) ? null : (ms - originWallMs - msOf(this.openedT)) / timeScale;
  }

  async #rest({ end, held, seen }: Job): Promise<void> {
    if (end === null && !isTerminal(seen.status)) await waitFor(this.#options.context, held);
  }
}

function stateIn(content: Json): Json {
  if (typeof content !== 'object' || content === null || !('state' in content)) return null;
  return content.state ?? null;
}

function newJob(call: PlannedCall, task: string, receipt: Receipt): Job {
  const { outcome } = receipt;
  return {
    held: { call, task, receipt },
    seen: outcome,
    endedMs: null,
    end: null,
    over: new AbortController(),
    settled: null,
  };
}

/** As the plan's agents wait. null: given up, with a `quit` event. */
async function waitFor(context: AgentContext, held: Held): Promise<OkOutcome | null> {
  const { policy } = context.plan.agents;
  if (policy === 'subscriber') return listenToTheEnd(context, held, () => context.wire.follow);
  if (policy === 'blocking' && context.wire.hasBlockingResult) return fetchBlocking(context, held);
  const fetched = await pollUntilTerminal(context, held);
  return fetched === 'still working' ? null : fetched;
}

/** The same context, and why its agent gave up last. */
function explained(context: AgentContext): { readonly context: AgentContext; why(): string } {
  let why = 'given up';
  return {
    why: () => why,
    context: {
      ...context,
      record(body) {
        if (body.kind === 'quit') why = body.why;
        return context.record(body);
      },
    },
  };
}

/** A wire that tells every read. */
function observedWire(wire: AgentWire, tell: (outcome: Outcome) => void): AgentWire {
  const told = async (read: Promise<Outcome>) => {
    const outcome = await read;
    tell(outcome);
    return outcome;
  };
  return {
    hasBlockingResult: wire.hasBlockingResult,
    getCarriesResult: wire.getCarriesResult,
    answersBy: wire.answersBy,
    awaitCallback: wire.awaitCallback,
    follow: wire.follow,
    create: (call, options) => wire.create(call, options),
    get: (call, task) => told(wire.get(call, task)),
    result: (call, task) => told(wire.result(call, task)),
    cancel: (call, task) => wire.cancel(call, task),
    update: (call, task, inputs) => wire.update(call, task, inputs),
    trespass: (op, call, task) => wire.trespass(op, call, task),
  };
}
