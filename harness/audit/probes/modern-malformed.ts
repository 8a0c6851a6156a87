import { type Answer, answerTo, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { createModernClient, envelope, headersFor } from '../modern-client.ts';
import type { Probe } from '../probe.ts';

const DEEP = 10_000;
const OVERSIZE_CHARS = 8 * 1024 * 1024;
// What was refused without a word is not waited for longer than a careful server takes.
const SILENCE_MS = 2_000;

interface Malformed {
  readonly what: string;
  readonly text: string;
  /** The id it carries; null: none that can be read. */
  readonly id: number | null;
}

/** Messages that are none, and messages as nobody would send them: the server refuses them and lives. */
export const modernMalformed: Probe = {
  meta: {
    id: 'modern-malformed',
    title: 'malformed, oversized and deeply nested messages',
    description:
      'Sends text that is no JSON, batches, wrong envelopes, 10,000 brackets and 8 MiB, and looks after each whether the server still answers.',
    observes: [],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const link = await session.link();
    const client = createModernClient(link, session.limits.requestMs);
    let count = 0;
    for (const malformed of messages(() => link.nextId())) {
      const answer = await answerTo(
        link.open({ ...malformed, headers: headersFor('tasks/get', { taskId: 'x' }) }),
        SILENCE_MS,
      );
      noteAnswer(session, malformed, answer);
      const alive = await client.request('server/discover');
      if (alive.result === null) {
        const text = `after ${malformed.what} the server answered no more: ${described(alive)}`;
        session.note({ kind: 'bad', text, frames: [...answer.frames, ...alive.frames] });
        return [];
      }
      count += 1;
    }
    session.note({ kind: 'good', text: `${count} malformed messages, and the server answers still`, frames: [] });
    return [];
  },
};

function* messages(nextId: () => number): Generator<Malformed> {
  const request = (
    method: string,
    params: unknown,
    more: Readonly<Record<string, unknown>> = {},
  ): Pick<Malformed, 'text' | 'id'> => {
    const id = nextId();
    return { id, text: JSON.stringify({ jsonrpc: '2.0', id, method, params, ...more }) };
  };
  yield { what: 'text that is no JSON', text: '{"jsonrpc":"2.0","id":', id: null };
  yield { what: 'a JSON text that is no message', text: '"hello"', id: null };
  yield { what: 'an empty batch', text: '[]', id: null };
  yield { what: 'a message without a method', text: JSON.stringify({ jsonrpc: '2.0', id: nextId() }), id: null };
  yield { what: 'params that are a list', ...request('tasks/get', ['x']) };
  yield {
    what: 'another version of JSON-RPC',
    ...request('tasks/get', { taskId: 'x', _meta: envelope() }, { jsonrpc: '1.0' }),
  };
  yield { what: 'a request without its envelope', ...request('tasks/get', { taskId: 'x' }) };
  const noVersion = envelope({ meta: { 'io.modelcontextprotocol/protocolVersion': undefined } });
  yield { what: 'an envelope without a protocol version', ...request('tasks/get', { taskId: 'x', _meta: noVersion }) };
  const wrong = envelope({ meta: { 'io.modelcontextprotocol/clientCapabilities': 'all' } });
  yield { what: 'capabilities that are text', ...request('tasks/get', { taskId: 'x', _meta: wrong }) };
  const deepId = nextId();
  const deep = `{"jsonrpc":"2.0","id":${deepId},"method":"tasks/get","params":{"taskId":"x","more":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}}`;
  yield { what: `${DEEP} nested brackets`, text: deep, id: deepId };
  yield {
    what: `a message of ${OVERSIZE_CHARS / 1024 / 1024} MiB`,
    ...request('tasks/get', { taskId: 'x'.repeat(OVERSIZE_CHARS) }),
  };
}

/** Refused is good; a result for what was no request is not. Silence is allowed where nothing could be read. */
function noteAnswer(session: AuditSession, { what }: Malformed, answer: Answer): void {
  if (answer.result === null) return;
  session.note({ kind: 'bad', text: `${what} was answered with ${described(answer)}`, frames: answer.frames });
}
