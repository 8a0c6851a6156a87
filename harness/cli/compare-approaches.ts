import { backoffs } from '../backoffs/index.ts';
import type { DialectId } from '../model/operation.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';

/** A way to give agents the results of work that takes a while, as design reviews speak of them. */
export interface Approach {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly dialect: DialectId;
  /** How its agents wait. */
  readonly backoff: string;
  /** Its server calls back over HTTP: that takes sockets, hence real time, and a server that is started here. */
  readonly callsBack?: true;
  /** Values of the scenario beside those, as --set takes them. */
  readonly set?: readonly string[];
}

/** What the reference server and these agents can do. To add one: a line here. */
export const APPROACHES: Readonly<Record<string, Approach>> = {
  blocking: {
    id: 'blocking',
    title: 'Blocking',
    description: 'The call itself stays open until the work is done.',
    dialect: 'blocking',
    backoff: 'server-hint',
  },
  grace: {
    id: 'grace',
    title: 'Grace window',
    description: 'The call answers with the result if that comes within two seconds, else with a receipt.',
    dialect: 'grace',
    backoff: 'server-hint',
  },
  handle: {
    id: 'handle',
    title: 'Job handle',
    description: 'A tool starts the job, another tells its status; agents double their waits up to 30 s.',
    dialect: 'handle',
    backoff: 'exponential',
  },
  tasks: {
    id: 'tasks',
    title: 'Tasks',
    description: 'Tasks of the protocol; agents poll as often as the server asks them to.',
    dialect: 'tasks-2026-07-28',
    backoff: 'server-hint',
  },
  push: {
    id: 'push',
    title: 'Push',
    description: 'The server tells when a task has ended; agents confirm with one read.',
    dialect: 'tasks-2026-07-28',
    backoff: 'push',
  },
  webhook: {
    id: 'webhook',
    title: 'Webhook',
    description:
      'The server calls back over HTTP when a task has ended; agents confirm with one read, and look every five seconds.',
    dialect: 'tasks-2026-07-28',
    backoff: 'server-hint',
    callsBack: true,
    set: ['agents.policy=callback'],
  },
  breaker: {
    id: 'breaker',
    title: 'Circuit breaker',
    description: 'Tasks, and a server that refuses at once, with the time to come again, while the tool keeps failing.',
    dialect: 'tasks-2026-07-28',
    backoff: 'server-hint',
    set: ['server.breakerFailures=5', 'server.breakerOpenMs=1000'],
  },
};

export const APPROACH_IDS: readonly string[] = Object.keys(APPROACHES);

/** Throws a UsageError for a name that nobody knows. */
export function approachNamed(id: string): Approach {
  const known = Object.hasOwn(APPROACHES, id) ? APPROACHES[id] : undefined;
  if (known === undefined) throw unknownName('approach', id, APPROACH_IDS);
  return known;
}

/** Which way to wait a text names: an id, or an id with options, as fixed:intervalMs=5000. */
export interface NamedBackoff {
  readonly id: string;
  readonly options: Readonly<Record<string, number>>;
}

/** Throws a UsageError for an id that nobody knows, and for options that are no numbers. Their names are checked with the plan. */
export function backoffNamed(text: string): NamedBackoff {
  const [id = '', ...rest] = text.split(':');
  if (!Object.hasOwn(backoffs, id)) throw unknownName('backoff', id, Object.keys(backoffs));
  const options: Record<string, number> = {};
  for (const part of rest.join(':').split(';')) {
    if (part === '') continue;
    const [name = '', value = ''] = part.split('=');
    if (value.trim() === '' || Number.isNaN(Number(value))) {
      throw new UsageError(`--backoff ${text}: expected options as numbers, for example fixed:intervalMs=5000`);
    }
    options[name] = Number(value);
  }
  return { id, options };
}
