import { createHash } from 'node:crypto';
import { canonicalJson } from '../../model/canonical.ts';
import type { ActionKind, EpisodeEnd, EpisodeEvent } from '../../model/evaluation/episode.ts';
import type { Json, StepId } from '../../model/evaluation/instance.ts';
import type { Delivery } from '../../model/evaluation/policy.ts';
import { createPrng } from '../../model/prng.ts';
import { createJobDesk } from '../episode/job-desk.ts';
import { createCrashWatch } from '../episode/planned-crash.ts';
import { createTokenMeter } from '../episode/token-meter.ts';
import { type AskedCall, askedCall } from './asked-call.ts';
import { matchCall } from './call-match.ts';
import type { AssistantMessage, ChatMessage, TurnUsage } from './completion.ts';
import { HOST_TOOLS } from './host-tools.ts';
import type { ModelEpisodeOptions } from './model-episode.ts';
import { createOfferedHost } from './offered-host.ts';
import { claimsIn, openingMessages } from './prompts.ts';
import { errorText, lateText, receiptText, resultText, waitedText } from './tool-answer.ts';
import { turnMs } from './turn-time.ts';

/** The way of a model through one instance. */
export interface ModelCourse {
  /** null: it was never asked, or cannot be played. */
  run(): Promise<EpisodeEnd | null>;
  close(): void;
}

type ActEvent = {
  -readonly [Key in keyof Extract<EpisodeEvent, { kind: 'act' }>]: Extract<EpisodeEvent, { kind: 'act' }>[Key];
};
type SentCall = Extract<AskedCall, { kind: 'call' | 'wrong' }>;

export function createModelCourse(
  options: ModelEpisodeOptions,
  originMs: number,
  write: (event: EpisodeEvent) => void,
): ModelCourse {
  return new Course(options, originMs, write);
}

class Course implements ModelCourse {
  readonly #options: ModelEpisodeOptions;
  readonly #originMs: number;
  readonly #write: (event: EpisodeEvent) => void;
  readonly #host;
  readonly #desk;
  readonly #draw;
  readonly #tools;
  readonly #messages: ChatMessage[];
  readonly #jobOf = new Map<string, number>();
  readonly #called = new Set<StepId>();
  readonly #sent = new Set<string>();
  readonly #results = new Map<StepId, Json>();
  // One for each: Node takes many listeners of one signal for a leak.
  readonly #never = new AbortController().signal;
  #firstNewIndex = 0;
  #jobCount = 0;
  #before: TurnUsage = { input: 0, output: 0, isEstimated: false };

  constructor(options: ModelEpisodeOptions, originMs: number, write: (event: EpisodeEvent) => void) {
    const { instance, host, latencyMs, seed, agent, mode, tools } = options;
    this.#options = options;
    this.#originMs = originMs;
    this.#write = write;
    this.#host = createOfferedHost(host);
    // No crash is planned for a model, and its tokens are those that its endpoint counts.
    const watch = createCrashWatch(undefined, latencyMs);
    const meter = createTokenMeter();
    this.#desk = createJobDesk({ host: this.#host, watch, meter, now: () => this.#now(), originMs, write });
    this.#draw = createPrng(seed, `/episode/${instance.id}/${agent}/turns`);
    this.#tools = mode === 'async' ? [...tools, ...HOST_TOOLS] : tools;
    this.#messages = [...openingMessages(options)];
  }

  async run(): Promise<EpisodeEnd | null> {
    const { limits } = this.#options;
    for (let turn = 1; turn <= limits.turns; turn += 1) {
      if (this.#now() >= limits.timeMs) return 'time-limit';
      const end = await this.#turn(turn);
      if (end !== 'goes on') return end;
    }
    return 'turn-limit';
  }

  close(): void {
    this.#desk.close();
  }

  /** One completion, and what it asks for. */
  async #turn(turn: number): Promise<EpisodeEnd | null | 'goes on'> {
    const { complete, instance, mode, law, seed, turnTime } = this.#options;
    this.#tell(this.#desk.deliver());
    const t = this.#now();
    const act: ActEvent = { kind: 'act', t, untilT: t, what: 'think', task: null, step: null };
    this.#write(act);
    const answer = await complete({
      conversation: { instance: instance.id, mode, law, seed },
      turn,
      messages: [...this.#messages],
      firstNewIndex: this.#firstNewIndex,
      tools: this.#tools,
    });
    act.untilT = this.#now();
    if (answer.kind === 'void') return null;
    if (answer.kind === 'stopped') return turn === 1 ? null : 'interrupted';
    if (answer.kind === 'failed') return 'endpoint-failed';
    const { message, usage, ms } = answer;
    this.#messages.push(message);
    this.#firstNewIndex = this.#messages.length;
    const asked = (message.tool_calls ?? []).map((call) => askedCall(call, this.#tools));
    this.#countTokens(t, usage, asked);
    await this.#host.sleep(this.#originMs + t + turnMs(turnTime, ms, this.#draw), this.#never);
    act.untilT = this.#now();
    this.#claim(message);
    if (asked.length > 0) {
      await this.#perform(asked, act);
      return 'goes on';
    }
    // A host wakes a model that has ended its turn when a result comes.
    if (this.#desk.open.length === 0) return 'ended';
    if (!this.#desk.hasNews()) await this.#idle(Number.POSITIVE_INFINITY);
    return 'goes on';
  }

  /** Sends what is to be sent, all at once; then reads and waits; then answers every call. */
  async #perform(asked: readonly AskedCall[], act: ActEvent): Promise<void> {
    const jobs = new Map<AskedCall, number>();
    const sent = asked.filter((one) => one.kind === 'call' || one.kind === 'wrong');
    const sending = sent.map((one, index) => this.#send(one, index === 0 ? act : null));
    for (const [index, job] of (await Promise.all(sending)).entries()) {
      const one = sent[index];
      if (one !== undefined) jobs.set(one, job);
    }
    const { mode, limits } = this.#options;
    while (mode === 'sync' && this.#desk.isOwed() && this.#now() < limits.timeMs) await this.#idle(limits.timeMs);
    for (const one of asked) if (one.kind === 'check') await this.#check(one, sent.length === 0 ? act : null);
    const waits = asked.flatMap((one) => (one.kind === 'wait' ? [one.seconds ?? Number.POSITIVE_INFINITY] : []));
    const isOwed = this.#desk.open.length > 0 && !this.#desk.hasNews();
    if (waits.length > 0 && isOwed) await this.#idle(this.#now() + 1000 * Math.min(...waits));
    this.#answer(asked, jobs);
  }

  async #send(one: SentCall, act: ActEvent | null): Promise<number> {
    const { instance } = this.#options;
    const values = one.kind === 'call' ? one.arguments : {};
    const match = matchCall(
      { tool: one.tool, arguments: values },
      { instance, resultOf: (step) => this.#results.get(step), wasCalled: (step) => this.#called.has(step) },
    );
    const { task, step } = match;
    if (act === null) {
      const t = this.#now();
      this.#write({ kind: 'act', t, untilT: t, what: 'call', task, step });
    } else Object.assign(act, { what: 'call' satisfies ActionKind, task, step });
    if (step !== null) this.#called.add(step);
    const text = canonicalJson([one.tool, values]);
    const again = this.#sent.has(text);
    this.#sent.add(text);
    this.#jobCount += 1;
    const own = one.kind === 'call' ? one.key : null;
    const key = `${instance.id}:${own === null ? `call ${this.#jobCount}` : `own ${own}`}`;
    this.#jobOf.set(this.#taskId(this.#jobCount), this.#jobCount);
    this.#host.refuseNext(one.kind === 'wrong' ? one.why : null);
    // The desk hands the call to the host before anything else can happen.
    const sending = this.#desk.send({
      task,
      step,
      tool: one.tool,
      arguments: values,
      key,
      assumed: match.isAssumed,
      again,
    });
    this.#host.refuseNext(null);
    return sending;
  }

  async #check({ taskId }: Extract<AskedCall, { kind: 'check' }>, act: ActEvent | null): Promise<void> {
    const job = this.#jobOf.get(taskId);
    if (job === undefined) return;
    const task = this.#desk.taskOf(job);
    if (act !== null) Object.assign(act, { what: 'poll' satisfies ActionKind, task, step: this.#desk.stepOf(job) });
    await this.#desk.poll(job);
  }

  #answer(asked: readonly AskedCall[], jobs: ReadonlyMap<AskedCall, number>): void {
    const news = this.#desk.deliver();
    this.#remember(news);
    const told = new Set<Delivery>();
    const open = this.#desk.open.map(({ job }) => this.#taskId(job));
    for (const one of asked) {
      const job = jobs.get(one);
      const end = news.find((delivery) => delivery.job === job);
      if (end !== undefined) told.add(end);
      this.#messages.push({
        role: 'tool',
        tool_call_id: one.chatId,
        content: this.#answerTo(one, { job, end, arrivedCount: news.length, open }),
      });
    }
    this.#tellLate(news.filter((delivery) => !told.has(delivery)));
  }

  #answerTo(one: AskedCall, found: AnswerParts): string {
    if (one.kind === 'wait') return waitedText(found.arrivedCount, found.open);
    if (one.kind === 'check') {
      const job = this.#jobOf.get(one.taskId);
      if (job === undefined) return errorText(`There is no task ${one.taskId}.`);
      return JSON.stringify({ task_id: one.taskId, status: this.#host.lastSeen(job)?.status ?? 'unknown' });
    }
    if (one.kind === 'wrong') return errorText(one.why);
    if (found.end !== undefined) return resultText(found.end);
    return receiptText(this.#taskId(found.job ?? 0));
  }

  #tell(news: readonly Delivery[]): void {
    this.#remember(news);
    this.#tellLate(news);
  }

  #remember(news: readonly Delivery[]): void {
    for (const { step, status, result } of news) if (step !== null && status === 'ok') this.#results.set(step, result);
  }

  #tellLate(news: readonly Delivery[]): void {
    for (const one of news) this.#messages.push({ role: 'user', content: lateText(this.#taskId(one.job), one) });
  }

  #claim({ content }: AssistantMessage): void {
    const t = this.#now();
    for (const claim of claimsIn(content ?? '', this.#options.instance)) this.#write({ kind: 'claim', t, ...claim });
  }

  #countTokens(t: number, usage: TurnUsage, asked: readonly AskedCall[]): void {
    const { input, output } = usage;
    const fresh = Math.max(0, input - this.#before.input - this.#before.output);
    const isWaiting = asked.length > 0 && asked.every(({ kind }) => kind === 'wait' || kind === 'check');
    this.#write({ kind: 'tokens', t, context: input, fresh, written: output, isWaiting });
    this.#before = usage;
  }

  async #idle(untilMs: number): Promise<void> {
    const event = { kind: 'idle' as const, t: this.#now(), untilT: this.#now() };
    this.#write(event);
    await this.#desk.stand(Math.min(untilMs, this.#options.limits.timeMs));
    event.untilT = this.#now();
  }

  /** Says nothing of the job, as ids of servers do, and is the same in every run: theirs are not. */
  #taskId(job: number): string {
    const { instance, seed } = this.#options;
    return `task_${createHash('sha256').update(`${instance.id}\0${seed}\0${job}`).digest('hex').slice(0, 12)}`;
  }

  #now(): number {
    return this.#host.now() - this.#originMs;
  }
}

interface AnswerParts {
  readonly job: number | undefined;
  readonly end: Delivery | undefined;
  readonly arrivedCount: number;
  /** Ids of the tasks that are still at work. */
  readonly open: readonly string[];
}
