import { described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import { createHandleClient, type HandleClient, told } from '../handle-client.ts';
import {
  broken,
  judged,
  met,
  noneApply,
  noneSeen,
  notApplicable,
  notObservable,
  type Observation,
  type Probe,
} from '../probe.ts';

const KEYED = ['H-20', 'H-21'];

/** Calls that come twice, and servers that come back. */
export const handleRepeats: Probe = {
  meta: {
    id: 'handle-repeats',
    title: 'calls that come twice, and crashes',
    description: 'Sends one key twice, with the same and with other arguments; kills the server with a receipt given.',
    observes: [...KEYED, 'H-22'],
    dialects: ['handle'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createHandleClient(session, await session.link());
    return [...(await observeKeys(session, client)), await observeCrash(session)];
  },
};

async function observeKeys(session: AuditSession, client: HandleClient): Promise<readonly Observation[]> {
  const key = session.wireTarget.tools.get('work')?.key ?? null;
  const [call, other] = [session.tools.call('work', { ms: 500 }), session.tools.call('work', { ms: 500 })];
  if (call === null || other === null) return noneApply(KEYED, session.tools.missing('work'));
  if (key === null || key.includes('.')) {
    return noneApply(KEYED, 'its start tool takes no key: handle.start.key in a profile names the argument');
  }
  const value = { [key]: `key of ${call.token}` };
  const first = await client.start(call, value);
  const second = await client.start(call, value);
  if (first.id === null) return noneSeen(KEYED, `no job was started: ${described(first.answer)}`);
  const third = await client.start(other, value);
  const same = {
    met: 'both calls were given one reference',
    broken: `the second call was answered with ${second.id ?? described(second.answer)}`,
  };
  const isOther = third.id !== null;
  const what = third.id === first.id ? 'the job of the first arguments' : 'a job of its own';
  return [
    judged('H-20', second.id === first.id, same, first.answer, second.answer),
    judged(
      'H-21',
      !isOther,
      { met: 'it was refused', broken: `a key that was used, with other arguments, was given ${what}` },
      first.answer,
      third.answer,
    ),
  ];
}

async function observeCrash(session: AuditSession): Promise<Observation> {
  if (session.unkillable !== null) return notApplicable('H-22', session.unkillable);
  if (!session.isDurable) return notApplicable('H-22', 'it is said to keep nothing over a restart (state.durable)');
  const call: ToolCall | null = session.tools.call('work', { ms: 300 });
  if (call === null) return notApplicable('H-22', session.tools.missing('work'));
  const client = createHandleClient(session, await session.link());
  const { id, answer } = await client.start(call);
  if (id === null) return notObservable('H-22', `no job was started: ${described(answer)}`);
  await session.restart();
  const look = await createHandleClient(session, await session.link()).look(id);
  if (look.status !== null && look.status !== 'missing') return met('H-22', `after a kill it is told as ${told(look)}`);
  return broken('H-22', `after a kill a job whose receipt was given is told as ${told(look)}`, answer, look.answer);
}
