import type { FxBody, InvBody, OkBody, UnsureBody } from '../model/event.ts';
import { type AgentId, isTerminal, type Operation, type Status } from '../model/operation.ts';
import type { Plan, PlannedCall } from '../model/plan.ts';

/** A sentence of a story. */
export interface Told {
  readonly text: string;
  /** null: it concerns all calls. */
  readonly call: number | null;
}

/** A request that waits for its answer. */
export interface Pending {
  readonly op: Operation;
  readonly call: number;
  readonly agent: AgentId;
  readonly task: string | undefined;
}

/** Puts requests, answers and effects into words, and remembers what has been told: what is not new gives null. */
export class StoryMemory {
  readonly #calls: ReadonlyMap<number, PlannedCall>;
  readonly #names = new Map<string, string>();
  readonly #statuses = new Map<string, Status | 'not found'>();
  readonly #keys = new Map<number, string | undefined>();
  readonly #commits = new Map<number, number>();

  /** A ttl is only told where the plan set one: what lasts a day plays no part in a story of seconds. */
  readonly #tellsTtl: boolean;

  constructor({ calls, target }: Pick<Plan, 'calls' | 'target'>) {
    this.#calls = new Map(calls.map((call) => [call.call, call]));
    this.#tellsTtl = target.settings?.ttlMs !== undefined;
  }

  /** The text with the tasks in it by the names they have in this story. */
  inWords(text: string): string {
    return [...this.#names].reduce(
      (said, [task, name]) => said.replaceAll(`task ${task}`, name).replaceAll(task, name),
      text,
    );
  }

  sent({ op, call, agent, attempt, key, probe, task }: InvBody): Told | null {
    if (op === 'cancel')
      return { call, text: `${who(agent)} cancels ${task === undefined ? 'it' : this.#nameOf(task)}` };
    if (op !== 'create') return null;
    const before = this.#keys.get(call);
    const isFirst = !this.#keys.has(call) || attempt === 1;
    this.#keys.set(call, key);
    if (isFirst) return { call, text: `${who(agent)} makes call ${call} ${firstKey(this.#calls.get(call), key)}` };
    const why = probe === true ? ' on purpose, having its receipt' : '';
    return { call, text: `${who(agent)} sends call ${call} again${why}, ${laterKey(before, key)}` };
  }

  answered(request: Pending, event: OkBody | UnsureBody): Told | null {
    return event.kind === 'ok' ? this.#told(request, event) : this.#denied(request, event);
  }

  effect({ call, phase, boot, token }: FxBody): Told {
    if (call === null) {
      const what = phase === 'begin' ? 'begun' : 'committed';
      return { call, text: `an effect with the token ${token}, which no call has, is ${what}` };
    }
    if (phase === 'begin') return { call, text: `boot ${boot} begins the work of call ${call}` };
    const count = (this.#commits.get(call) ?? 0) + 1;
    this.#commits.set(call, count);
    const which = count === 1 ? 'the effect' : `effect number ${count}`;
    return { call, text: `${which} of call ${call} is committed (boot ${boot})` };
  }

  #told({ op, call, agent, task: asked }: Pending, { task = asked, status, ttlMs }: OkBody): Told | null {
    if (task === undefined) return { call, text: `${who(agent)} has the answer to call ${call}: ${status ?? 'done'}` };
    const isNew = !this.#names.has(task);
    const name = this.#nameOf(task);
    const before = this.#statuses.get(task);
    if (status !== undefined) this.#statuses.set(task, status);
    if (op === 'create') {
      const state = status === undefined || status === 'working' ? '' : ` (${status})`;
      const kept = this.#tellsTtl && typeof ttlMs === 'number' ? `, kept for ${ttlMs} ms` : '';
      return { call, text: `${who(agent)} has the receipt: ${name}${isNew ? '' : ' again'}${state}${kept}` };
    }
    if (status === undefined || status === before) return null;
    const isOver = before !== undefined && before !== 'not found' && isTerminal(before);
    const isPlain = before === undefined && !isTerminal(status);
    const instead = isOver || before === 'not found' ? ` instead of ${before}` : '';
    const verb = agent === 'auditor' ? 'shows' : 'sees';
    return isPlain ? null : { call, text: `${who(agent)} ${verb} ${name} ${status}${instead}` };
  }

  #denied({ op, call, agent, task }: Pending, { kind, reason, message }: UnsureBody): Told | null {
    if (reason === 'not-found' && task !== undefined) {
      if (this.#statuses.get(task) === 'not found') return null;
      this.#statuses.set(task, 'not found');
      return { call, text: `${who(agent)} asks for ${this.#nameOf(task)}: not found` };
    }
    if (op !== 'create' && op !== 'cancel') return null;
    const what = op === 'create' ? `call ${call}` : 'the cancel';
    const outcome = kind === 'fail' ? 'is refused' : 'has no answer';
    return { call, text: `${what} ${outcome} (${reason}${message === undefined ? '' : `: ${message}`})` };
  }

  #nameOf(task: string): string {
    const name = this.#names.get(task) ?? `task ${this.#names.size + 1}`;
    this.#names.set(task, name);
    return name;
  }
}

function who(agent: AgentId): string {
  return agent === 'auditor' ? 'the final read' : `agent ${agent}`;
}

function firstKey(call: PlannedCall | undefined, key: string | undefined): string {
  const work = call === undefined ? '' : `, ${call.ms} ms of work`;
  return key === undefined ? `without a key${work}` : `with key ${key}${work}`;
}

function laterKey(before: string | undefined, key: string | undefined): string {
  if (key === undefined) return 'without a key';
  return key === before ? 'with the same key' : 'with another key';
}
