import { TASKS_EXTENSION } from '../../wire/envelope.ts';
import { isObject } from '../../wire/json-rpc.ts';
import { type Answer, answerTo, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import { createModernClient, LEGACY_TASKS, type ModernClient, NO_TASKS } from '../modern-client.ts';
import { createTask } from '../modern-task.ts';
import { broken, judged, met, noneApply, notApplicable, type Observation, type Probe } from '../probe.ts';

const OBSERVES = ['2026-02', '2026-03', '2026-04', '2026-05', '2026-08', '2026-09'];
const MISSING_CAPABILITY = -32_021;

/** A client that does not declare the extension, after one request that did: nothing of tasks is for it. */
export const modernUndeclared: Probe = {
  meta: {
    id: 'modern-undeclared',
    title: 'a client that knows no tasks',
    description:
      'Calls tools and task methods without the extension, and with what 2025-11-25 had in its place; an earlier request declared it.',
    observes: OBSERVES,
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const call = session.tools.call('work', { ms: 50 });
    const taskId = call === null ? null : (await createTask(client, call)).taskId;
    return [
      ...(await observeMethods(client, taskId ?? 'no-such-task')),
      await observeListen(session, client, taskId ?? 'no-such-task'),
      ...(call === null
        ? noneApply(['2026-02', '2026-03', '2026-08', '2026-09'], session.tools.missing('work'))
        : await observeCalls(session, client)),
    ];
  },
};

async function observeMethods(client: ModernClient, taskId: string): Promise<Observation[]> {
  const requests = [
    ['tasks/get', { taskId }],
    ['tasks/update', { taskId, inputResponses: {} }],
    ['tasks/cancel', { taskId }],
  ] as const;
  const seen: Observation[] = [];
  for (const [method, params] of requests) {
    const answer = await client.request(method, params, { capabilities: NO_TASKS });
    seen.push(refused('2026-04', method, answer));
  }
  return seen;
}

async function observeListen(session: AuditSession, client: ModernClient, taskId: string): Promise<Observation> {
  const params = { notifications: { taskIds: [taskId] } };
  const exchange = client.open('subscriptions/listen', params, { capabilities: NO_TASKS });
  // A server that lets it in goes on talking: its first word is enough.
  const first = await exchange.wait(() => true, session.limits.requestMs);
  const answer = await answerTo(exchange, first === null ? 0 : session.limits.quietMs);
  if (answer.error?.code === -32_601) {
    return notApplicable('2026-05', 'the server has no subscriptions/listen, which is its choice');
  }
  if (answer.reply === null && answer.others.length > 0) {
    return broken('2026-05', 'the subscription was opened', answer);
  }
  return refused('2026-05', 'subscriptions/listen', answer);
}

async function observeCalls(session: AuditSession, client: ModernClient): Promise<Observation[]> {
  const plain = await callAs(session, client, { capabilities: NO_TASKS });
  const legacy = await callAs(session, client, { capabilities: LEGACY_TASKS });
  const asked = await callAs(session, client, { capabilities: NO_TASKS, task: { ttl: 60_000 } });
  return [
    noTask('2026-02', 'a call that declared nothing', plain),
    requiredOnly(plain),
    noTask('2026-08', 'a call that declared the capability of 2025-11-25', legacy),
    noTask('2026-08', 'a call with params.task', asked),
    alike('2026-08', plain, asked),
    typed(plain),
  ];
}

interface CallHow {
  readonly capabilities: typeof NO_TASKS;
  readonly task?: unknown;
}

function callAs(session: AuditSession, client: ModernClient, how: CallHow): Promise<Answer> {
  const call: ToolCall | null = session.tools.call('work', { ms: 50 });
  if (call === null) throw new Error('expected a work tool: it was there a moment ago');
  const params = {
    ...{ name: call.name, arguments: call.arguments },
    ...(how.task === undefined ? {} : { task: how.task }),
  };
  const withinMs = patienceMs(session, call);
  return client.request('tools/call', params, { capabilities: how.capabilities, withinMs });
}

function noTask(requirement: string, what: string, answer: Answer): Observation {
  const { result } = answer;
  const isTask = result !== null && (result.resultType === 'task' || 'taskId' in result || isObject(result.task));
  return judged(
    requirement,
    !isTask && answer.reply !== null,
    { met: `${what} was answered with ${described(answer)}`, broken: `${what} was answered with ${described(answer)}` },
    answer,
  );
}

/** A refusal must name what is missing; a server that serves everybody never refuses. */
function requiredOnly(answer: Answer): Observation {
  if (answer.error === null) return notApplicable('2026-03', 'its work tool serves clients that know no tasks too');
  return refused('2026-03', 'a call that declared nothing', answer);
}

/** The unknown parameter changes nothing: refused with it means refused without it. */
function alike(requirement: string, plain: Answer, asked: Answer): Observation {
  const isAlike = (plain.error === null) === (asked.error === null);
  const text = 'with params.task the same call';
  return isAlike
    ? met(requirement, `${text} was answered in the same way`)
    : broken(
        requirement,
        `${text} was answered with ${described(asked)}, without with ${described(plain)}`,
        plain,
        asked,
      );
}

function typed(answer: Answer): Observation {
  if (answer.result === null) return notApplicable('2026-09', 'the call was refused');
  const { resultType } = answer.result;
  const words = { met: 'a plain result is not a "task"', broken: 'a plain result has the resultType "task"' };
  return judged('2026-09', resultType !== 'task', words, answer);
}

function refused(requirement: string, what: string, answer: Answer): Observation {
  const { error, status } = answer;
  if (error?.code !== MISSING_CAPABILITY) {
    return broken(requirement, `${what} was answered with ${described(answer)}`, answer);
  }
  const data = isObject(error.data) ? error.data.requiredCapabilities : undefined;
  const extensions = isObject(data) ? data.extensions : undefined;
  if (!isObject(extensions) || !isObject(extensions[TASKS_EXTENSION])) {
    return broken(requirement, `${what} was refused without data.requiredCapabilities.extensions`, answer);
  }
  if (status !== null && status !== 400)
    return broken(requirement, `${what} was refused with HTTP ${status}, not 400`, answer);
  return met(requirement, `${what} was refused with -32021`);
}
