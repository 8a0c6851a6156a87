import { TASKS_EXTENSION } from '../../wire/envelope.ts';
import { isObject } from '../../wire/json-rpc.ts';
import { described } from '../answer.ts';
import { createModernClient } from '../modern-client.ts';
import { broken, judged, type Probe } from '../probe.ts';

/** Asks what the server is, and looks for what it says of tasks. */
export const modernDiscovery: Probe = {
  meta: {
    id: 'modern-discovery',
    title: 'what the server says of itself',
    description: 'server/discover: the extension is named, and no task capability of 2025-11-25 beside it.',
    observes: ['2026-01'],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const answer = await client.request('server/discover');
    const capabilities = answer.result?.capabilities;
    if (!isObject(capabilities)) return [broken('2026-01', `no capabilities: ${described(answer)}`, answer)];
    const { extensions, tasks } = capabilities;
    const isNamed = isObject(extensions) && isObject(extensions[TASKS_EXTENSION]);
    const words = isNamed ? 'it still has the capability tasks of 2025-11-25' : 'it does not name the extension';
    return [
      judged('2026-01', isNamed && tasks === undefined, { met: 'it names the extension', broken: words }, answer),
    ];
  },
};
