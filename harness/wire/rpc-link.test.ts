import { expect, it } from 'vitest';
import { tasks20251125 } from './dialects/tasks-2025-11-25.ts';
import { parseJson, readMessage } from './json-rpc.ts';
import { createRpcLink } from './rpc-link.ts';
import { createStage } from './testing/stage.ts';
import type { Channel } from './wire.ts';

/** A server that greets with this version and, in a header, this session. */
function greeting(protocolVersion: string, session: string): Channel {
  return {
    async request({ id, method }) {
      const result = method === 'initialize' ? { protocolVersion, capabilities: {}, serverInfo: {} } : { tools: [] };
      const raw = JSON.stringify({ jsonrpc: '2.0', id, result });
      const incoming = readMessage(parseJson(raw));
      if (incoming.kind !== 'reply') throw new Error(`not a reply: ${raw}`);
      const headers = { 'mcp-session-id': session };
      return { kind: 'answered', message: incoming.reply, whole: incoming.raw, http: 200, headers, raw };
    },
    notify: async () => {},
    answer: async () => null,
    close: async () => {},
  };
}

const link = (channel: Channel) => {
  const { context } = createStage('tasks-2025-11-25');
  return createRpcLink({ conn: 'a1', channel, context, agent: 1, capabilities: {} });
};

it('repeats what the server said of itself in headers', async () => {
  const good = link(greeting('2025-11-25', 'session 1'));
  await good.greet(tasks20251125);
  expect(good.prepare({ method: 'ping', params: {} }).headers).toEqual({
    'mcp-protocol-version': '2025-11-25',
    'mcp-session-id': 'session 1',
  });
});

it.each([
  ['2025-11-25', 'caf\u00e9', 'initialize gave a session id that no header can carry: "caf\u00e9"'],
  ['2025\r\nx: y', 's1', 'initialize gave a protocol version that no header can carry: "2025\\r\\nx: y"'],
])('refuses a greeting whose words no header can carry: %j, %j', async (version, session, message) => {
  await expect(link(greeting(version, session)).greet(tasks20251125)).rejects.toMatchObject({
    name: 'HandshakeError',
    message,
  });
});
