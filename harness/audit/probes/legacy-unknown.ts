import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../wire/json-rpc.ts';
import { type Answer, described } from '../answer.ts';
import { createLegacyClient } from '../legacy-client.ts';
import { INVALID_PARAMS, METHOD_NOT_FOUND } from '../legacy-task.ts';
import { broken, met, type Probe } from '../probe.ts';

const METHODS = ['tasks/get', 'tasks/result', 'tasks/cancel'] as const;

/** Asks for tasks that are not there, with ids that are none, and for methods that do not exist. */
export const legacyUnknown: Probe = {
  meta: {
    id: 'legacy-unknown',
    title: 'ids that are unknown or none',
    description: 'tasks/get, tasks/result and tasks/cancel of an unknown id, of no id, and of a number.',
    observes: ['2025-49'],
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createLegacyClient(await session.link(), session.limits.requestMs);
    const given: readonly (readonly [string, JsonObject])[] = [
      ['an unknown id', { taskId: randomUUID() }],
      ['an empty id', { taskId: '' }],
      ['a number as id', { taskId: 7 }],
      ['no id', {}],
    ];
    const wrong: { readonly what: string; readonly answer: Answer }[] = [];
    for (const method of METHODS) {
      for (const [what, params] of given) {
        const answer = await client.request(method, params);
        if (answer.error?.code !== INVALID_PARAMS)
          wrong.push({ what: `${method} with ${what}: ${answer.error?.code ?? described(answer)}`, answer });
      }
    }
    const absent = await client.request('tasks/claimcheck', { taskId: 'x' });
    if (absent.error?.code !== METHOD_NOT_FOUND) {
      const text = `a method that does not exist was answered with ${described(absent)}, not with -32601`;
      session.note({ kind: 'bad', text, frames: absent.frames });
    }
    const count = METHODS.length * given.length;
    if (wrong.length === 0) return [met('2025-49', `${count} of ${count} requests were refused with -32602`)];
    const reason = wrong.map(({ what }) => what).join('; ');
    return [broken('2025-49', `${wrong.length} of ${count} were not: ${reason}`, ...wrong.map(({ answer }) => answer))];
  },
};
