import { isObject } from '../../wire/json-rpc.ts';
import { described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { greetings } from '../greetings.ts';
import { createLegacyClient, type LegacyClient } from '../legacy-client.ts';
import { METHOD_NOT_FOUND, receiptIn } from '../legacy-task.ts';
import { judged, notApplicable, notObservable, type Observation, type Probe } from '../probe.ts';

/** What is agreed on before there is a task: capabilities, and which requests and tools can be one. */
export const legacyNegotiation: Probe = {
  meta: {
    id: 'legacy-negotiation',
    title: 'what can be a task',
    description: 'Reads the capabilities; sends params.task where no task can be, and leaves it out where one must be.',
    observes: ['2025-01', '2025-04', '2025-05', '2025-06'],
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const link = await session.open({ greeted: false });
    const greeting = await greetings['tasks-2025-11-25'](link, session.limits.requestMs);
    const client = createLegacyClient(link, session.limits.requestMs);
    const capabilities = greeting.result?.capabilities;
    const declared = isObject(capabilities) && isObject(capabilities.tasks) ? capabilities.tasks.requests : undefined;
    const isDeclared = isObject(declared) && isObject(declared.tools) && isObject(declared.tools.call);
    return [
      judged(
        '2025-01',
        isDeclared,
        {
          met: 'tasks.requests.tools.call is declared',
          broken: 'its tools take tasks, and tasks.requests.tools.call is not declared',
        },
        greeting,
      ),
      await ordinaryRequest(client),
      await forbiddenTool(session, client),
      await requiredTool(session, client),
    ];
  },
};

/** tools/list is no request that can be declared. */
async function ordinaryRequest(client: LegacyClient): Promise<Observation> {
  const answer = await client.request('tools/list', { task: { ttl: 60_000 } });
  const isPlain = Array.isArray(answer.result?.tools);
  const words = { met: 'tools/list was answered as ever', broken: `tools/list with params.task: ${described(answer)}` };
  return judged('2025-04', isPlain, words, answer);
}

async function forbiddenTool({ tools, limits }: AuditSession, client: LegacyClient): Promise<Observation> {
  const call = tools.call('quick');
  if (call === null) return notApplicable('2025-05', tools.missing('quick'));
  const support = tools.listed.get(call.name)?.taskSupport ?? 'forbidden';
  if (support !== 'forbidden') {
    return notApplicable('2025-05', `the quick tool ${call.name} can be a task; tools.quick may name one that cannot`);
  }
  const params = { name: call.name, arguments: call.arguments, task: { ttl: 60_000 } };
  const answer = await client.request('tools/call', params, { withinMs: limits.requestMs });
  const { taskId } = receiptIn(answer);
  const what = taskId === null ? described(answer) : 'a task';
  return judged(
    '2025-05',
    answer.error?.code === METHOD_NOT_FOUND,
    {
      met: `${call.name} refused it`,
      broken: `${call.name} cannot be a task, and params.task was answered with ${what}`,
    },
    answer,
  );
}

async function requiredTool(session: AuditSession, client: LegacyClient): Promise<Observation> {
  const { tools, limits } = session;
  const call = (['work', 'failing', 'asking'] as const)
    .map((role) => tools.call(role, { ms: 0 }))
    .find((one) => one !== null && tools.listed.get(one.name)?.taskSupport === 'required');
  if (!call) return notApplicable('2025-06', 'no tool that the profile names must be called as a task');
  const answer = await client.request('tools/call', { name: call.name, arguments: call.arguments });
  if (answer.reply === null) {
    return notObservable('2025-06', `${call.name} without params.task: ${described(answer)} (${limits.requestMs} ms)`);
  }
  const isHidden = answer.result?.isError === true;
  return judged(
    '2025-06',
    answer.error?.code === METHOD_NOT_FOUND,
    {
      met: `${call.name} refused it`,
      broken: `${call.name} must be a task; without params.task it answered ${isHidden ? 'a result with isError' : described(answer)}`,
    },
    answer,
  );
}
