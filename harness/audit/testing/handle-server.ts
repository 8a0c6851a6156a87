import { msOf } from '../../model/clock.ts';
import type { TransportId } from '../../model/operation.ts';
import type { Profile } from '../../targets/profile-schema.ts';
import { createSpokenTarget, toolsOf } from '../../targets/wire-target.ts';
import type { ServerTool } from '../../wire/dialects/adapter.ts';
import { isObject, type JsonObject, parseJson } from '../../wire/json-rpc.ts';
import type { Principal } from '../audit-session.ts';
import type { ManagedSession } from '../real-session.ts';
import { createScriptedSession, type ScriptedServer, type Sender } from './scripted-session.ts';
import type { SteppedClock } from './stepped-clock.ts';

/** What a scripted server of job handles can do wrong, one thing at a time. */
export type HandleFlaw =
  | 'gives-no-reference'
  | 'late-receipt'
  | 'starts-late'
  | 'repeats-references'
  | 'counts-references'
  | 'unknown-is-working'
  | 'dies-of-lists'
  | 'opens-jobs'
  | 'looks-wait'
  | 'undocumented-states'
  | 'forgets-endings'
  | 'gives-no-hint'
  | 'failed-is-done'
  | 'says-no-reason'
  | 'gives-results-once'
  | 'mixes-results'
  | 'completes-cancelled'
  | 'cancels-ended'
  | 'cancels-unknown'
  | 'ignores-keys'
  | 'ignores-arguments'
  | 'loses-on-crash'
  | 'ignores-answers';

const PROFILE: Profile = {
  dialect: 'handle',
  handle: {
    start: { tool: 'start', arguments: { mode: '' }, id: '$.job', key: 'key' },
    status: {
      ...{ tool: 'look', arguments: { job: '{{id}}' }, state: '$.state', completed: ['done'], failed: ['broken'] },
      ...{ cancelled: ['stopped'], asking: ['asking'], result: '$.result', missing: { states: ['unknown'] } },
    },
    answer: { tool: 'answer', arguments: { job: '{{id}}' } },
    cancel: { tool: 'stop', arguments: { job: '{{id}}' } },
  },
  echo: '$.result.token',
};

const start = (mode: string) => ({ name: 'start', arguments: { mode }, takesMs: 100, answer: { sure: true } });

/** A session with a server of job handles that does everything right but these things. */
export function handleSession(transport: TransportId, flaws: readonly HandleFlaw[] = []): ManagedSession {
  const look: ServerTool = {
    ...{ name: 'look', inputSchema: {}, outputSchema: null, annotations: {}, taskSupport: 'forbidden' },
    description: 'States: running, asking, done, broken, stopped, unknown.',
  };
  const options = { profile: PROFILE, dialect: 'handle', tools: toolsOf(PROFILE), around: () => ({}) } as const;
  return createScriptedSession({
    ...{ dialect: 'handle', transport, wireTarget: createSpokenTarget(options).wireTarget },
    tools: { work: start(''), failing: start('fail'), asking: start('ask') },
    listed: new Map([['look', look]]),
    server: (clock) => new HandleServer(clock, new Set(flaws)),
  });
}

interface Job {
  readonly id: string;
  readonly owner: Principal;
  readonly mode: unknown;
  readonly token: unknown;
  readonly createdMs: number;
  readonly takesMs: number;
  endsMs: number;
  isAnswered: boolean;
  cancelledMs: number | null;
  isTold: boolean;
}

interface Call {
  readonly id: unknown;
  readonly args: JsonObject;
  readonly from: Sender;
}

class HandleServer implements ScriptedServer {
  readonly #clock: SteppedClock;
  readonly #flaws: ReadonlySet<HandleFlaw>;
  readonly #jobs = new Map<string, Job>();
  readonly #keys = new Map<unknown, { readonly args: string; readonly job: string }>();
  readonly #later: { readonly dueMs: number; run(): void }[] = [];
  #isDead = false;

  constructor(clock: SteppedClock, flaws: ReadonlySet<HandleFlaw>) {
    this.#clock = clock;
    this.#flaws = flaws;
    clock.onStep(() => {
      for (const one of this.#later.filter(({ dueMs }) => dueMs <= this.#nowMs())) {
        this.#later.splice(this.#later.indexOf(one), 1);
        one.run();
      }
    });
  }

  restart(): void {
    this.#isDead = false;
    if (this.#has('loses-on-crash')) this.#jobs.clear();
  }

  receive(text: string, from: Sender): void {
    const message = parseJson(text);
    if (this.#isDead || !isObject(message) || message.id === undefined) {
      this.#end(from);
      return;
    }
    const { id, method } = message;
    const params = isObject(message.params) ? message.params : {};
    const args = isObject(params.arguments) ? params.arguments : {};
    if (method !== 'tools/call') this.#say({ id, args, from }, { protocolVersion: '2025-11-25', capabilities: {} });
    else if (params.name === 'start') this.#start({ id, args, from });
    else this.#follow(String(params.name), { id, args, from });
  }

  #end(from: Sender): void {
    from.head(202);
    from.end();
  }

  #has(flaw: HandleFlaw): boolean {
    return this.#flaws.has(flaw);
  }

  #nowMs(): number {
    return msOf(this.#clock.now());
  }

  #start(call: Call): void {
    const { args, from } = call;
    const { key, ...rest } = args;
    const known = this.#has('ignores-keys') || key === undefined ? undefined : this.#keys.get(key);
    if (known !== undefined) {
      const isSame = known.args === JSON.stringify(rest) || this.#has('ignores-arguments');
      if (isSame) this.#tell(call, { job: known.job });
      else this.#refuse(call, 'the key was used');
      return;
    }
    const takesMs = typeof args.ms === 'number' ? args.ms : 100;
    const now = this.#nowMs();
    const job: Job = {
      ...{ id: this.#newId(), owner: from.principal, mode: args.mode, token: args.token, createdMs: now, takesMs },
      ...{ endsMs: now + takesMs, isAnswered: false, cancelledMs: null, isTold: false },
    };
    this.#jobs.set(job.id, job);
    this.#keys.set(key, { args: JSON.stringify(rest), job: job.id });
    const receipt = this.#has('gives-no-reference') ? { begun: true } : { job: job.id };
    if (this.#has('late-receipt')) this.#after(takesMs, () => this.#tell(call, receipt));
    else this.#tell(call, receipt);
  }

  #newId(): string {
    if (this.#has('counts-references')) return `job-${this.#jobs.size + 1}`;
    if (this.#has('repeats-references') && this.#jobs.size % 50 === 49) return [...this.#jobs.keys()][0] ?? '';
    return crypto.randomUUID();
  }

  #follow(tool: string, call: Call): void {
    const { args, from } = call;
    if (this.#has('dies-of-lists') && Array.isArray(args.job)) {
      this.#isDead = true;
      from.end();
      return;
    }
    const found = this.#jobs.get(String(args.job));
    const isOwn = found !== undefined && (found.owner === from.principal || this.#has('opens-jobs'));
    const isThere = isOwn && !(this.#has('starts-late') && this.#nowMs() < found.createdMs + 30);
    if (!isThere) this.#unknown(tool, call);
    else if (tool === 'stop') this.#stop(found, call);
    else if (tool === 'look') this.#look(found, call);
    else {
      found.isAnswered = !this.#has('ignores-answers');
      found.endsMs = this.#nowMs() + found.takesMs;
      this.#tell(call, { taken: true });
    }
  }

  #unknown(tool: string, call: Call): void {
    const isWorking =
      this.#has('unknown-is-working') && tool === 'look' && /^[0-9a-f-]{36}$/.test(String(call.args.job));
    if (isWorking) this.#tell(call, { state: 'running' });
    else if (tool === 'stop' && this.#has('cancels-unknown')) this.#tell(call, { stopped: true });
    else if (tool === 'look') this.#tell(call, { state: 'unknown' });
    else this.#refuse(call, 'no such job');
  }

  #stop(job: Job, call: Call): void {
    const isOver = ['done', 'broken'].includes(this.#stateOf(job));
    if (isOver && !this.#has('cancels-ended')) this.#refuse(call, 'it has ended');
    else {
      job.cancelledMs = this.#nowMs();
      this.#tell(call, { stopped: true });
    }
  }

  #stateOf(job: Job): string {
    const isOver = this.#nowMs() >= job.endsMs;
    if (job.cancelledMs !== null && !(this.#has('completes-cancelled') && job.cancelledMs < job.endsMs && isOver)) {
      return 'stopped';
    }
    if (job.mode === 'ask' && !job.isAnswered) return 'asking';
    if (!isOver) return 'running';
    if (this.#has('forgets-endings') && this.#nowMs() > job.endsMs + 500) return 'broken';
    return job.mode === 'fail' && !this.#has('failed-is-done') ? 'broken' : 'done';
  }

  #look(job: Job, call: Call): void {
    const state = this.#stateOf(job);
    if (state !== 'running') this.#ended(job, call, state);
    else if (this.#has('looks-wait')) this.#after(job.endsMs - this.#nowMs(), () => this.#look(job, call));
    else {
      const word = this.#has('undocumented-states') ? 'quux' : state;
      this.#tell(call, { state: word, ...(this.#has('gives-no-hint') ? {} : { look_again_in_ms: 50 }) });
    }
  }

  #ended(job: Job, call: Call, state: string): void {
    const reason = state === 'broken' && !this.#has('says-no-reason') ? { reason: 'it broke' } : {};
    const isOnce = this.#has('gives-results-once') && job.isTold;
    const token = this.#has('mixes-results') ? `${job.token}!` : job.token;
    const result = state === 'done' ? { result: isOnce ? null : { token } } : {};
    job.isTold = state === 'done';
    this.#tell(call, { state, ...reason, ...result });
  }

  #tell(call: Call, payload: JsonObject): void {
    const words = Object.entries(payload).filter(([key]) => key === 'state' || key === 'reason' || key === 'job');
    const text = words.map(([, value]) => String(value)).join(' ');
    this.#say(call, { content: [{ type: 'text', text }], structuredContent: payload });
  }

  #refuse(call: Call, text: string): void {
    this.#say(call, { content: [{ type: 'text', text }], isError: true });
  }

  #say({ id, from }: Call, result: JsonObject): void {
    from.head(200);
    from.say(JSON.stringify({ jsonrpc: '2.0', id, result }));
    from.end();
  }

  #after(ms: number, run: () => void): void {
    this.#later.push({ dueMs: this.#nowMs() + ms, run });
  }
}
