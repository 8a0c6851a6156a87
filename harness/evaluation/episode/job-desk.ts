import type { EpisodeEvent } from '../../model/evaluation/episode.ts';
import type { Accepted, EvaluationHost, HostCall, Polled, Settled } from '../../model/evaluation/host.ts';
import type { StepId } from '../../model/evaluation/instance.ts';
import type { Delivery, OpenJob } from '../../model/evaluation/policy.ts';
import type { CrashWatch } from './planned-crash.ts';
import type { TokenMeter } from './token-meter.ts';

/**
 * The jobs of one episode, from the call to the moment its end enters the agent's context. What arrives lies here until the
 * agent's next turn.
 */
export interface JobDesk {
  /** Live: jobs whose end has not been delivered, oldest first. */
  readonly open: readonly OpenJob[];
  /** Sends a call and answers its job number when the receipt is there, or when it is known that none will be. */
  send(call: DeskCall): Promise<number>;
  /** What has arrived since the last time, in the order of arrival; writes that the agent knows it. */
  deliver(): readonly Delivery[];
  /** Something has arrived that was not delivered. */
  hasNews(): boolean;
  /** The end of an open job has not arrived. */
  isOwed(): boolean;
  /** Stands still until `untilMs`, or until something more arrives. */
  stand(untilMs: number): Promise<void>;
  /** The agent reads a job's status itself. */
  poll(job: number): Promise<void>;
  taskOf(job: number): string | null;
  stepOf(job: number): StepId | null;
  forget(job: number, why: string): void;
  /** What is left of a crash: with ids every job that had a receipt is open again, without them none. */
  crash(keepsIds: boolean): void;
  /** Fetches no more. */
  close(): void;
}

interface DeskCall extends Omit<HostCall, 'job'> {
  readonly task: string;
  readonly step: StepId | null;
  readonly assumed: boolean;
  readonly again: boolean;
}

interface DeskParts {
  readonly host: EvaluationHost;
  readonly watch: CrashWatch;
  readonly meter: TokenMeter;
  /** ms since the first turn */
  now(): number;
  /** The first turn, in the host's time. */
  readonly originMs: number;
  write(event: EpisodeEvent): void;
}

interface Job extends OpenJob {
  hasId: boolean;
  isForgotten: boolean;
  /** Its end has been fetched and need not be asked for again, until a crash takes it away. */
  hasArrived: boolean;
}

export function createJobDesk(parts: DeskParts): JobDesk {
  const { host, watch, meter, now, write, originMs } = parts;
  const jobs: Job[] = [];
  let open: Job[] = [];
  let inbox: { job: Job; settled: Settled; wasRefused: boolean }[] = [];
  let wake: AbortController | null = null;
  let failure: { readonly cause: unknown } | null = null;
  let isClosed = false;

  const find = (job: number) => jobs[job - 1];
  const arrive = (job: Job, settled: Settled, wasRefused: boolean) => {
    if (isClosed || job.isForgotten || job.hasArrived) return;
    job.hasArrived = true;
    inbox.push({ job, settled, wasRefused });
    watch.arrived(job.job);
    wake?.abort(SOMETHING_CAME);
  };
  const fetch = (job: Job) => {
    host.settled(job.job).then(
      (settled) => arrive(job, settled, false),
      (cause: unknown) => {
        if (isClosed || job.isForgotten) return;
        failure = { cause };
        wake?.abort(SOMETHING_CAME);
      },
    );
  };
  const drop = (job: Job, why: string) => {
    if (job.isForgotten) return;
    job.isForgotten = true;
    open = open.filter((other) => other !== job);
    inbox = inbox.filter((item) => item.job !== job);
    host.forget(job.job);
    write({ kind: 'lost', t: now(), job: job.job, why });
  };
  const acknowledge = (job: Job, accepted: Accepted) => {
    if (accepted.kind === 'refused') {
      write({ kind: 'refused', t: now(), job: job.job, why: accepted.why });
      arrive(job, { status: 'lost', endedMs: null, result: accepted.why }, true);
      return;
    }
    const id = accepted.kind === 'receipt' ? accepted.id : null;
    job.hasId = id !== null;
    write({ kind: 'receipt', t: now(), job: job.job, id, ...hintOf(accepted) });
    watch.acked(job.job, now());
    if (id !== null) meter.read(`{"job":${job.job},"id":"${id}"}`);
    if (accepted.kind === 'result') arrive(job, accepted.settled, false);
    else fetch(job);
  };

  host.onPoll((job, polled, t) => {
    if (isClosed) return;
    const { status, isNews, bytes } = polled;
    write({ kind: 'poll', t: t - originMs, job, by: 'host', status, isNews, bytes, ...hintOf(polled) });
  });

  return {
    get open() {
      return open;
    },
    async send({ task, step, tool, arguments: values, key, assumed, again }) {
      const sentMs = now();
      const number = jobs.length + 1;
      const job: Job = { job: number, task, step, sentMs, hasId: false, isForgotten: false, hasArrived: false };
      jobs.push(job);
      open.push(job);
      write({ kind: 'call', t: sentMs, job: number, task, step, tool, arguments: values, assumed, again });
      if (step !== null) watch.sent(number, step);
      const accepted = await host.send({ job: number, step, tool, arguments: values, key });
      if (watch.losesReceipt(number)) drop(job, 'the agent crashed before it read the receipt');
      else acknowledge(job, accepted);
      return number;
    },
    deliver() {
      if (inbox.length === 0) return NOTHING;
      const arrived = inbox;
      inbox = [];
      return arrived.map(({ job, settled, wasRefused }) => {
        open = open.filter((other) => other !== job);
        const { status, endedMs, result } = settled;
        const t = now();
        if (status === 'lost' && !wasRefused)
          write({ kind: 'lost', t, job: job.job, why: 'the server does not know it' });
        const endedT = endedMs === null ? null : endedMs - originMs;
        write({ kind: 'know', t, job: job.job, status, endedT, result });
        meter.read(`{"job":${job.job},"status":"${status}","result":${JSON.stringify(result)}}`);
        watch.known(job.job);
        return { job: job.job, task: job.task, step: job.step, status, result };
      });
    },
    hasNews: () => inbox.length > 0,
    isOwed: () => open.some((job) => !job.hasArrived),
    async stand(untilMs) {
      wake = new AbortController();
      if (failure === null) await host.sleep(originMs + untilMs, wake.signal);
      wake = null;
      if (failure !== null) throw failure.cause;
    },
    async poll(number) {
      const job = find(number);
      if (job === undefined || job.isForgotten)
        throw new Error(`expected a job whose id the agent holds, got ${number}`);
      const polled = await host.poll(number);
      const { status, isNews, bytes } = polled;
      meter.readBytes(bytes);
      write({ kind: 'poll', t: now(), job: number, by: 'agent', status, isNews, bytes, ...hintOf(polled) });
    },
    taskOf: (job) => find(job)?.task ?? null,
    stepOf: (job) => find(job)?.step ?? null,
    forget(number, why) {
      const job = find(number);
      if (job !== undefined) drop(job, why);
    },
    crash(keepsIds) {
      inbox = [];
      if (!keepsIds) {
        for (const job of [...open]) drop(job, 'the agent crashed and did not keep its ids');
        for (const job of jobs) job.isForgotten = true;
        return;
      }
      for (const job of open) if (!job.hasId) drop(job, 'the agent crashed before it had an id');
      open = jobs.filter((job) => job.hasId && !job.isForgotten);
      for (const job of open) {
        if (!job.hasArrived) continue;
        job.hasArrived = false;
        fetch(job);
      }
    },
    close() {
      isClosed = true;
      for (const job of open) host.forget(job.job);
    },
  };
}

function hintOf(answer: Accepted | Polled): { readonly hintMs?: number } {
  return 'hintMs' in answer && answer.hintMs !== undefined ? { hintMs: answer.hintMs } : {};
}

const NOTHING: readonly Delivery[] = [];
const SOMETHING_CAME = 'something came'; // Said, or every wake would make an error with a stack of its own.
