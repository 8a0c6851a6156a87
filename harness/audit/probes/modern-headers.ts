import { type Answer, described } from '../answer.ts';
import { createModernClient, type ModernClient } from '../modern-client.ts';
import { createReadable, getTask } from '../modern-task.ts';
import { broken, judged, met, notApplicable, type Observation, type Probe } from '../probe.ts';

const HEADER_MISMATCH = -32_020;
const OTHER = 'somebody-elses-task';

type Headers = Readonly<Record<string, string | null>>;

/** Headers that a proxy routes by and that say something else than the message; only over HTTP. */
export const modernHeaders: Probe = {
  meta: {
    id: 'modern-headers',
    title: 'headers against messages',
    description:
      'Sends requests whose Mcp-Method, Mcp-Name and MCP-Protocol-Version are missing or say something else, and names in Base64.',
    observes: ['2026-45'],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['http'],
  },
  async run(session) {
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const call = session.tools.call('work', { ms: 50 });
    const taskId = call === null ? null : (await createReadable(client, call)).taskId;
    const seen = [
      ...(await mismatches(
        client,
        'tools/list',
        {},
        {
          'another Mcp-Method': { 'mcp-method': 'tools/call' },
          'no Mcp-Method': { 'mcp-method': null },
          'another MCP-Protocol-Version': { 'mcp-protocol-version': '2025-11-25' },
          'no MCP-Protocol-Version': { 'mcp-protocol-version': null },
        },
      )),
    ];
    if (call !== null) {
      const params = { name: call.name, arguments: {} };
      const headers = {
        'the Mcp-Name of another tool': { 'mcp-name': 'another_tool' },
        'no Mcp-Name': { 'mcp-name': null },
      };
      seen.push(...(await mismatches(client, 'tools/call', params, headers)));
    }
    if (taskId === null) return [...seen, notApplicable('2026-45', 'there is no task to name in Mcp-Name')];
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const params = method === 'tasks/update' ? { taskId, inputResponses: {} } : { taskId };
      const headers = { 'another Mcp-Name': { 'mcp-name': OTHER }, 'no Mcp-Name': { 'mcp-name': null } };
      seen.push(...(await mismatches(client, method, params, headers)));
    }
    return [...seen, await encoded(client, taskId)];
  },
};

/** Each of them is to be refused. */
async function mismatches(
  client: ModernClient,
  method: string,
  params: Readonly<Record<string, unknown>>,
  cases: Readonly<Record<string, Headers>>,
): Promise<Observation[]> {
  const seen: Observation[] = [];
  for (const [what, headers] of Object.entries(cases)) {
    const answer = await client.request(method, params, { headers });
    const isRefused = answer.error?.code === HEADER_MISMATCH && answer.status === 400;
    seen.push(
      isRefused
        ? met('2026-45', 'what does not fit is refused with HTTP 400 and -32020')
        : broken('2026-45', `${method} with ${what} was answered with ${described(answer)}`, answer),
    );
  }
  return seen;
}

/** The same id in the spelling for names that no header can hold says the same. */
async function encoded(client: ModernClient, taskId: string): Promise<Observation> {
  const name = `=?base64?${Buffer.from(taskId, 'utf8').toString('base64')}?=`;
  const answer: Answer = await getTask(client, taskId, { headers: { 'mcp-name': name } });
  const words = {
    met: 'what does not fit is refused with HTTP 400 and -32020',
    broken: `the right Mcp-Name in Base64 was answered with ${described(answer)}`,
  };
  return judged('2026-45', answer.result !== null, words, answer);
}
