import type { DialectId } from '../model/operation.ts';
import { CLIENT_INFO, LEGACY_VERSION } from '../wire/envelope.ts';
import { type Answer, answerTo } from './answer.ts';
import { createModernClient } from './modern-client.ts';
import type { RawLink } from './raw-link.ts';

/** What is said on a new connection before anything else. The answer of a server that is ready has a result. */
export type Greeting = (link: RawLink, withinMs: number) => Promise<Answer>;

/** 2026-07-28 needs no greeting; a question that every server answers shows that it is there. */
const modern: Greeting = (link, withinMs) => createModernClient(link, withinMs).request('server/discover', {});

/** initialize, then notifications/initialized; over HTTP the session and the revision go with whatever follows. */
const legacy: Greeting = async (link, withinMs) => {
  const id = link.nextId();
  const params = { protocolVersion: LEGACY_VERSION, capabilities: { elicitation: {} }, clientInfo: CLIENT_INFO };
  const text = JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params });
  const answer = await answerTo(link.open({ id, text }), withinMs);
  if (answer.result === null) return answer;
  const { protocolVersion } = answer.result;
  const session = answer.headers['mcp-session-id'];
  link.setHeaders({
    'mcp-protocol-version': typeof protocolVersion === 'string' ? protocolVersion : LEGACY_VERSION,
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
  });
  const ready = link.open({ id: null, text: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }) });
  // Over HTTP it is answered with a status alone; over stdio with nothing.
  if (link.transport === 'http') await ready.over(withinMs);
  ready.close();
  return answer;
};

export const greetings: Readonly<Record<DialectId, Greeting>> = {
  blocking: legacy,
  handle: legacy,
  'tasks-2025-11-25': legacy,
  grace: modern,
  'tasks-2026-07-28': modern,
};
