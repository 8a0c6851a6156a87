import { msOf } from '../../model/clock.ts';
import { isTerminal, type Status } from '../../model/operation.ts';
import { isObject, type JsonObject, parseJson, type RpcId } from '../../wire/json-rpc.ts';
import { RELATED_TASK } from '../legacy-task.ts';
import type { LegacyFlaw } from './legacy-flaws.ts';
import { type Asked, type Moment, newTask, shown, statusOf, type Task, TTL_MAX } from './legacy-work.ts';
import type { ScriptedServer, Sender } from './scripted-session.ts';
import type { SteppedClock } from './stepped-clock.ts';

const SESSION = 'a-session';
const PAGE = 50;
// After what may be on its way, and before nobody listens.
const LATE_PROGRESS_MS = 320;

const NOTHING: { readonly id?: unknown; readonly method?: unknown; readonly params?: unknown } = {};

type Reply = { readonly result: JsonObject } | { readonly error: { readonly code: number; readonly message?: string } };

const INVALID = { error: { code: -32_602 } };
const WORK_ERROR = { error: { code: -7, message: 'the work threw' } };

export class LegacyServer implements ScriptedServer {
  readonly #clock: SteppedClock;
  readonly #flaws: ReadonlySet<LegacyFlaw>;
  readonly #bySession: boolean;
  readonly #tasks = new Map<string, Task>();
  readonly #later: { readonly dueMs: number; run(): void }[] = [];
  #resultCount = 0;
  #isDead = false;

  constructor(clock: SteppedClock, flaws: ReadonlySet<LegacyFlaw>, bySession: boolean) {
    this.#clock = clock;
    this.#flaws = flaws;
    this.#bySession = bySession;
    clock.onStep(() => this.#step());
  }

  restart(): void {
    this.#isDead = false;
  }

  receive(text: string, from: Sender): void {
    if (this.#isDead) from.end();
    else if (from.httpMethod === 'GET') from.head(200, { 'content-type': 'text/event-stream' });
    else this.#receive(parseJson(text), from);
  }

  #receive(message: unknown, from: Sender): void {
    const { id, method, params } = isObject(message) ? message : NOTHING;
    const session = from.headers['mcp-session-id'];
    const isLost = from.transport === 'http' && method !== 'initialize' && session !== SESSION;
    if (typeof method !== 'string') this.#answered(id, from);
    else if (typeof id !== 'number') this.#accept(from, 202);
    else if (isLost) this.#accept(from, this.#has('unknown-session-is-400') ? 400 : 404);
    else {
      const reply = this.#reply(method, { id, params: isObject(params) ? params : {}, from });
      if (reply !== null) this.#finish(id, reply, from, method);
    }
  }

  #accept(from: Sender, status: number): void {
    from.head(status);
    from.end();
  }

  #has(flaw: LegacyFlaw): boolean {
    return this.#flaws.has(flaw);
  }

  #nowMs(): number {
    return msOf(this.#clock.now());
  }

  #reply(method: string, asked: Asked): Reply | null {
    switch (method) {
      case 'initialize':
        return { result: { protocolVersion: '2025-11-25', capabilities: this.#capabilities() } };
      case 'tools/list':
        return this.#has('refuses-task-everywhere') && 'task' in asked.params ? INVALID : { result: { tools: [] } };
      case 'tools/call':
        return this.#call(asked);
      case 'tasks/list':
        return this.#list(asked);
      case 'tasks/get':
      case 'tasks/result':
      case 'tasks/cancel':
        return this.#taskMethod(method, asked);
      default:
        return { error: { code: -32_601 } };
    }
  }

  #capabilities(): JsonObject {
    const tasks = { list: {}, cancel: {}, requests: { tools: { call: {} } } };
    return { tools: {}, ...(this.#has('declares-nothing') ? {} : { tasks }) };
  }

  #call({ id, params, from }: Asked): Reply | null {
    const { name, task } = params;
    const args = isObject(params.arguments) ? params.arguments : {};
    const takesMs = typeof args.ms === 'number' ? args.ms : 100;
    if (name === 'echo' && task !== undefined) {
      return this.#has('runs-forbidden') ? INVALID : { error: { code: -32_601 } };
    }
    if (name === 'ask' && task === undefined) {
      const hidden = { content: [{ type: 'text', text: 'must be a task' }], isError: true };
      return this.#has('hides-required') ? { result: hidden } : { error: { code: -32_601 } };
    }
    const isPlain = task === undefined || this.#has('answers-without-task');
    if (isPlain) {
      this.#after(takesMs, () => this.#finish(id, this.#outcome(String(args.mode), ''), from));
      return null;
    }
    const given = isObject(task) ? task : {};
    if (given.ttl !== undefined && typeof given.ttl !== 'number') return INVALID;
    const made = this.#create(given, { id, params, from }, takesMs);
    if (made === null) return INVALID;
    const receipt = { result: { task: this.#receipt(made) } };
    if (!this.#has('late-receipt')) return receipt;
    this.#after(takesMs, () => this.#finish(id, receipt, from));
    return null;
  }

  #create(given: JsonObject, asked: Asked, takesMs: number): Task | null {
    const task = newTask({ given, takesMs, asked, known: this.#tasks }, this.#now());
    if (task !== null) this.#tasks.set(task.id, task);
    return task;
  }

  #receipt(task: Task): JsonObject {
    const status = this.#has('begins-submitted') ? 'submitted' : 'working';
    return { ...this.#shown(task), status, ...(this.#has('numbers-ids') ? { taskId: this.#tasks.size } : {}) };
  }

  #statusOf(task: Task): Status {
    return statusOf(task, this.#now());
  }

  #shown(task: Task): JsonObject {
    return shown(task, this.#now());
  }

  #now(): Moment {
    return { nowMs: this.#nowMs(), wallMs: this.#clock.wall(), has: (flaw) => this.#has(flaw) };
  }

  #find({ params, from }: Asked): Task | undefined {
    const meta = isObject(params._meta) ? params._meta[RELATED_TASK] : undefined;
    const id = this.#has('heeds-meta') && isObject(meta) ? meta.taskId : params.taskId;
    const task = typeof id === 'string' ? this.#tasks.get(id) : undefined;
    if (task === undefined || (task.owner !== from.principal && !this.#has('opens-tasks'))) return undefined;
    const isOverflow = this.#has('overflows-timers') && task.ttl >= TTL_MAX;
    const keptMs = isOverflow || task.ttl < 0 ? 1 : task.ttl;
    return keptMs !== 0 && this.#nowMs() > task.createdMs + keptMs ? undefined : task;
  }

  #taskMethod(method: string, asked: Asked): Reply | null {
    const task = this.#find(asked);
    if (task === undefined) return { error: { code: this.#has('internal-errors') ? -32_603 : -32_602 } };
    const named = this.#has('names-readings') ? { _meta: { [RELATED_TASK]: { taskId: task.id } } } : {};
    if (method === 'tasks/get') return { result: { ...this.#shown(task), ...named } };
    if (method === 'tasks/cancel') return this.#cancel(task, named);
    if (!isTerminal(this.#statusOf(task)) && !this.#has('answers-early')) {
      task.waiters.add({ id: asked.id, from: asked.from });
      asked.from.head(200, { 'content-type': 'text/event-stream' });
      return null;
    }
    return this.#resultOf(task);
  }

  #cancel(task: Task, named: JsonObject): Reply {
    if (isTerminal(this.#statusOf(task))) return this.#has('cancels-ended') ? { result: this.#shown(task) } : INVALID;
    const before = this.#shown(task);
    const stop = () => {
      task.cancelledMs = this.#nowMs();
    };
    if (this.#has('dies-after-cancel')) {
      this.#after(task.endsMs - this.#nowMs() + 10, () => {
        this.#isDead = true;
      });
    }
    if (this.#has('cancels-later')) {
      this.#after(30, stop);
      return { result: before };
    }
    stop();
    return { result: { ...this.#shown(task), ...named } };
  }

  #resultOf(task: Task): Reply {
    if (task.cancelledMs !== null) {
      return { error: { code: this.#has('forgets-cancelled') ? -32_603 : -32_000, message: 'it was cancelled' } };
    }
    if (this.#has('gives-no-result') && task.mode === '') return { error: { code: -32_602 } };
    const outcome = this.#outcome(task.mode, task.id);
    return this.#has('other-error') && task.mode === 'throw'
      ? { error: { code: -32_603, message: 'failed' } }
      : outcome;
  }

  #outcome(mode: string, taskId: string): Reply {
    if (mode === 'throw') return WORK_ERROR;
    this.#resultCount += 1;
    const text = this.#has('results-differ') ? `done ${this.#resultCount}` : 'done';
    const extra = this.#has('results-have-another-form') && taskId !== '' ? { wrapped: true } : {};
    const _meta = taskId === '' || this.#has('unnamed-results') ? {} : { _meta: { [RELATED_TASK]: { taskId } } };
    const isError = mode === 'error' ? { isError: true } : {};
    return { result: { content: [{ type: 'text', text }], ...isError, ...extra, ..._meta } };
  }

  #list({ params, from }: Asked): Reply {
    const { cursor } = params;
    const start = cursor === undefined ? 0 : Number(cursor);
    if (Number.isNaN(start) && !this.#has('takes-any-cursor')) return INVALID;
    const own = [...this.#tasks.values()].filter(({ owner }) => owner === from.principal);
    // Without anything else to tell clients by, a list is the session's: every connection here is its own.
    const isNarrow = this.#bySession && !this.#has('lists-for-strangers');
    const visible = isNarrow ? own.filter(({ connection }) => connection === from.connection) : own;
    const all = visible.filter((task) => this.#find({ id: 0, params: { taskId: task.id }, from }) !== undefined);
    const kept = this.#has('hides-tasks') ? all.slice(0, PAGE * 3) : all;
    const from_ = Number.isNaN(start) ? 0 : start;
    const end = this.#has('one-page') ? kept.length : from_ + PAGE;
    const tasks = kept.slice(from_, end).map((task) => this.#shown(task));
    return { result: { tasks, ...(end < kept.length ? { nextCursor: String(end) } : {}) } };
  }

  /** Our client's answer to a question. */
  #answered(id: unknown, from: Sender): void {
    this.#accept(from, 202);
    const task = [...this.#tasks.values()].find((one) => id === `question of ${one.id}`);
    if (task === undefined) return;
    task.answeredMs = this.#nowMs();
    task.endsMs = this.#nowMs() + (this.#has('stays-asking') ? 2_000 : task.takesMs);
  }

  #step(): void {
    const now = this.#nowMs();
    for (const one of this.#later.filter(({ dueMs }) => dueMs <= now)) {
      this.#later.splice(this.#later.indexOf(one), 1);
      one.run();
    }
    if (this.#isDead) return;
    for (const task of this.#tasks.values()) if (task.waiters.size > 0) this.#serve(task);
  }

  #serve(task: Task): void {
    const status = this.#statusOf(task);
    const [first] = task.waiters;
    if (first === undefined) return;
    if (this.#has('breaks-are-cancels') && first.from.isGone()) task.cancelledMs = this.#nowMs();
    this.#tell(task, status, first.from);
    if (status === 'input_required' && !task.isAsked) {
      task.isAsked = true;
      const _meta = this.#has('unnamed-questions') ? {} : { _meta: { [RELATED_TASK]: { taskId: task.id } } };
      const params = { mode: 'form', message: 'Sure?', requestedSchema: {}, ..._meta };
      const question = { jsonrpc: '2.0', id: `question of ${task.id}`, method: 'elicitation/create', params };
      first.from.say(JSON.stringify(question));
    }
    if (!isTerminal(status)) return;
    if (this.#has('progress-after-end') && task.token !== undefined) {
      if (this.#nowMs() < task.endsMs + LATE_PROGRESS_MS) return;
      this.#progress(task, first.from);
    }
    for (const { id, from } of task.waiters) this.#finish(id, this.#resultOf(task), from);
    task.waiters.clear();
  }

  #tell(task: Task, status: Status, to: Sender): void {
    if (status !== task.told) {
      task.told = status;
      const named = this.#has('names-statuses') ? { _meta: { [RELATED_TASK]: { taskId: task.id } } } : {};
      const params = { ...this.#shown(task), ...named };
      to.say(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tasks/status', params }));
    }
    if (status !== 'working' || task.token === undefined || this.#nowMs() - task.toldMs < 200) return;
    this.#progress(task, to);
  }

  #progress(task: Task, to: Sender): void {
    task.toldMs = this.#nowMs();
    const progressToken = this.#has('other-token') ? 'another' : task.token;
    const _meta = this.#has('unnamed-progress') ? {} : { _meta: { [RELATED_TASK]: { taskId: task.id } } };
    const params = { progressToken, progress: task.toldMs, ..._meta };
    to.say(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }));
  }

  #after(ms: number, run: () => void): void {
    this.#later.push({ dueMs: this.#nowMs() + ms, run });
  }

  #finish(id: RpcId, reply: Reply, from: Sender, method = ''): void {
    const isStream = this.#has('streams-readings') && method === 'tasks/get';
    const type = isStream ? 'text/event-stream' : 'application/json';
    from.head(200, { 'content-type': type, ...(method === 'initialize' ? { 'mcp-session-id': SESSION } : {}) });
    const body = 'error' in reply ? { error: { message: 'no', ...reply.error } } : reply;
    from.say(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
    from.end();
  }
}
