import { canonicalJson } from '../../model/canonical.ts';
import { type Answer, described, receivedAt } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import {
  createHandleClient,
  followJob,
  type HandleClient,
  isEnded,
  type JobLook,
  type JobReceipt,
  told,
} from '../handle-client.ts';
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
import { sameShape } from '../result-shape.ts';

const LOOKS = ['H-03', 'H-09', 'H-10', 'H-12'];
const ENDING = ['H-11', 'H-15', 'H-16'];
const OBSERVES = ['H-01', 'H-02', ...LOOKS, ...ENDING];

const WORK_MS = 1_000;
const KEPT_MS = 1_000;

/** One job from its receipt to some time after its end, looked at on the way. */
export const handleLifecycle: Probe = {
  meta: {
    id: 'handle-lifecycle',
    title: 'one job from receipt to result',
    description: 'Starts a job, looks at it at once and until its end, and reads its result three times.',
    observes: OBSERVES,
    dialects: ['handle'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = session.tools.call('work', { ms: WORK_MS });
    if (call === null) return noneApply(OBSERVES, session.tools.missing('work'));
    const client = createHandleClient(session, await session.link());
    const receipt = await client.start(call);
    const { id, answer } = receipt;
    if (id === null) {
      const why = `no reference stands where the profile says (handle.start.id): ${described(answer)}`;
      return [broken('H-01', why, answer), ...noneSeen(OBSERVES.slice(1), 'there is no reference to look with')];
    }
    const looks = await followJob(session, client, { id, withinMs: patienceMs(session, call) });
    return [
      met('H-01', `the reference is ${id.slice(0, 40)}`),
      observeAck(receipt, call),
      ...observeLooks(session, client, { looks, receipt, call }),
      ...(await observeEnding(session, client, { id, looks, call })),
    ];
  },
};

function observeAck({ answer }: JobReceipt, { takesMs }: ToolCall): Observation {
  const ackMs = durationOf(answer);
  if (takesMs < WORK_MS) return notObservable('H-02', `the work takes ${takesMs} ms, too short to tell`);
  const words = { met: `it came after ${ackMs} ms of ${takesMs}`, broken: `it came after ${ackMs} ms of ${takesMs}` };
  return judged('H-02', ackMs < takesMs / 2, words, answer);
}

/** From the first message of an exchange to the last that came, ms. */
function durationOf(answer: Answer): number {
  return (receivedAt(answer) ?? 0) - (answer.frames[0]?.atMs ?? 0);
}

/** The first look is taken at work that has hardly begun: answered late, it waited for that. */
function observeWaiting(first: JobLook, atWork: readonly JobLook[], { takesMs }: ToolCall): Observation {
  const lookMs = durationOf(first.answer);
  if (takesMs >= WORK_MS && lookMs > takesMs / 2) {
    return broken('H-09', `the first look was answered after ${lookMs} ms of ${takesMs} ms of work`, first.answer);
  }
  if (atWork.length === 0) return notObservable('H-09', `it was never seen at work (${takesMs} ms of work)`);
  return met('H-09', `${atWork.length} looks were answered while it was at work`);
}

interface Looked {
  readonly looks: readonly JobLook[];
  readonly receipt: JobReceipt;
  readonly call: ToolCall;
}

function observeLooks(
  session: AuditSession,
  { spec }: HandleClient,
  { looks, receipt, call }: Looked,
): readonly Observation[] {
  const [first] = looks;
  if (first === undefined) return noneSeen(LOOKS, 'it was never looked at');
  const isThere = first.status !== 'missing' && first.status !== null;
  const there = { met: 'it was there for the next request', broken: `right after the receipt: ${told(first)}` };
  const atWork = looks.filter(({ status }) => status === 'working');
  const [open] = atWork;
  return [
    judged('H-03', isThere, there, receipt.answer, first.answer),
    observeWaiting(first, atWork, call),
    observeWords(session, spec.status.tool, looks),
    open === undefined ? notObservable('H-12', 'it was never seen at work') : observeHint(open, receipt),
  ];
}

/** Words are documented in the description or the schema of what comes back. */
function observeWords({ tools }: AuditSession, name: string, looks: readonly JobLook[]): Observation {
  const tool = tools.listed.get(name);
  const text = `${tool?.description ?? ''} ${JSON.stringify(tool?.outputSchema ?? {})}`.toLowerCase();
  const strange = looks.find(({ state }) => state !== null && !text.includes(state.toLowerCase()));
  const states = [...new Set(looks.flatMap(({ state }) => state ?? []))];
  if (strange === undefined) return met('H-10', `told and documented: ${states.join(', ')}`);
  return broken('H-10', `the state "${strange.state}" stands nowhere in what ${name} says of itself`, strange.answer);
}

const HINT = /poll|retry|wait|interval|again|next.?(?:look|check|attempt)|seconds|millis|(?:^|[^a-z])ms(?:[^a-z]|$)/i;

function observeHint(open: JobLook, { answer }: JobReceipt): Observation {
  const isThere = [open.answer, answer].some(({ result }) => result !== null && HINT.test(JSON.stringify(result)));
  const words = {
    met: 'it says when to look again',
    broken: 'neither the receipt nor the look says when to look again',
  };
  return judged('H-12', isThere, words, answer, open.answer);
}

interface Finished {
  readonly id: string;
  readonly looks: readonly JobLook[];
  readonly call: ToolCall;
}

async function observeEnding(
  session: AuditSession,
  client: HandleClient,
  { id, looks, call }: Finished,
): Promise<readonly Observation[]> {
  const last = looks.at(-1);
  if (last === undefined || !isEnded(last))
    return noneSeen(ENDING, `the job did not end: ${last === undefined ? '' : told(last)}`);
  const again = await client.look(id);
  await session.clock.sleep(KEPT_MS, session.signal);
  const late = await client.look(id);
  const ended = [again, late].filter(({ status }) => status === last.status);
  const isSame = ended.every((look) => isSameResult(client, last.result, look.result));
  return [
    judged(
      'H-11',
      late.status === last.status,
      { met: `${KEPT_MS} ms later it was the same`, broken: `it was ${told(last)}, and later ${told(late)}` },
      last.answer,
      late.answer,
    ),
    last.status === 'completed'
      ? judged(
          'H-15',
          isSame,
          { met: 'three looks gave one result', broken: 'two looks at the ended job give different results' },
          last.answer,
          again.answer,
          late.answer,
        )
      : notObservable('H-15', `the job ended as ${last.status}`),
    observeEcho(session, last, call),
  ];
}

/** Where the whole reply is the result it may tell the time as well: then its form has to do. */
function isSameResult({ spec }: HandleClient, one: unknown, other: unknown): boolean {
  if (spec.status.result === null) return sameShape(one, other);
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}

function observeEcho({ wireTarget: { echo } }: AuditSession, last: JobLook, call: ToolCall): Observation {
  if (echo === null) return notApplicable('H-16', 'the profile does not say where a result tells whose it is (echo)');
  const { result } = last.answer;
  const token = result === null ? null : echo(result);
  if (token === null) return notObservable('H-16', 'no token stands where the profile says (echo)');
  const words = {
    met: 'the result carries the token of its call',
    broken: `the result carries the token ${token}, not ${call.token}`,
  };
  return judged('H-16', token === call.token, words, last.answer);
}
