import { describe, expect, it } from 'vitest';
import { openConnection } from './agent-connection.ts';
import { isObject, type JsonObject, parseJson } from './json-rpc.ts';
import { createStdioHost } from './stdio-host.ts';
import { CALL, createStage, LEGACY_TASK, TOOL } from './testing/stage.ts';
import type { LineStream } from './wire.ts';

/** One boot of a scripted 2025-11-25 server on an in-memory link. */
function boot(status: string, isSilent = false) {
  const heard: JsonObject[] = [];
  let onLine = (_line: string) => {};
  let onClose = (_why: string) => {};
  let isUp = true;
  const say = (value: unknown) => queueMicrotask(() => onLine(JSON.stringify(value)));
  const results: Record<string, unknown> = {
    initialize: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } },
    'tools/list': { tools: [TOOL] },
    'tools/call': { task: LEGACY_TASK },
    'tasks/get': { ...LEGACY_TASK, status },
  };
  const stream: LineStream = {
    send(line) {
      const message = parseJson(line);
      if (!isUp || !isObject(message)) return false;
      heard.push(message);
      if (message.id !== undefined && !isSilent) {
        say({ jsonrpc: '2.0', id: message.id, result: results[String(message.method)] });
      }
      return true;
    },
    onLine: (listener) => {
      onLine = listener;
    },
    onClose: (listener) => {
      onClose = listener;
    },
  };
  const kill = () => {
    isUp = false;
    onClose('killed');
  };
  return { stream, heard, say, kill };
}

describe('agents on one stdio host', () => {
  it('share the conversation of a boot, and move to the next one', async () => {
    const { context, events } = createStage('tasks-2025-11-25');
    const host = createStdioHost(context);
    const first = boot('working');
    await host.attach('stdio-b1', first.stream);
    const endpoint = { kind: 'stdio' as const, host };
    const agents = await Promise.all([1, 2].map((agent) => openConnection({ context, agent, endpoint })));
    await Promise.all(agents.map(({ wire }) => wire.get(CALL, 't1')));
    expect(first.heard.map(({ method }) => method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/list',
      'tasks/get',
      'tasks/get',
    ]);
    expect(new Set(first.heard.flatMap(({ id }) => (id === undefined ? [] : [id]))).size).toBe(4);

    first.kill();
    expect(await agents[0]?.wire.get(CALL, 't1')).toEqual({
      type: 'fail',
      reason: 'refused',
      message: 'the process is gone: killed',
    });
    const second = boot('completed');
    const attached = host.attach('stdio-b2', second.stream);
    // An operation that falls into the greeting of a boot waits for it.
    const read = agents[1]?.wire.get(CALL, 't1');
    await attached;
    expect(await read).toMatchObject({ type: 'ok', status: 'completed' });
    expect(events.flatMap((event) => (event.kind === 'inv' ? [`${event.agent} ${event.conn}`] : []))).toEqual([
      '1 stdio-b1',
      '2 stdio-b1',
      '1 stdio-b1',
      '2 stdio-b2',
    ]);
    await host.close();
  });

  it('records a pushed task once for all agents', async () => {
    const { context, events } = createStage('tasks-2025-11-25');
    const host = createStdioHost(context);
    const server = boot('working');
    await host.attach('stdio-b1', server.stream);
    server.say({ jsonrpc: '2.0', method: 'notifications/tasks/status', params: { ...LEGACY_TASK, status: 'failed' } });
    await new Promise(setImmediate);
    expect(events).toMatchObject([{ kind: 'push', conn: 'stdio-b1', task: 't1', status: 'failed' }]);
    await host.close();
  });

  it('refuse when a boot does not answer its greeting', async () => {
    const { context, events } = createStage('tasks-2025-11-25');
    const host = createStdioHost(context);
    await host.attach('stdio-b1', boot('working').stream);
    const connection = await openConnection({ context, agent: 1, endpoint: { kind: 'stdio', host } });
    await expect(host.attach('stdio-b2', boot('working', true).stream, 30)).rejects.toThrow(
      'initialize was not answered: no reply within the time limit',
    );
    expect(await connection.wire.get(CALL, 't1')).toMatchObject({ type: 'fail', reason: 'refused' });
    expect(events).toMatchObject([
      { kind: 'inv', conn: 'stdio-b2', rpcId: 'unsent-3-1' },
      { kind: 'fail', of: 0, reason: 'refused', message: 'the process is not running' },
    ]);
    await host.close();
  });

  it('cannot be opened before the first boot', async () => {
    const { context } = createStage('tasks-2025-11-25');
    const endpoint = { kind: 'stdio' as const, host: createStdioHost(context) };
    await expect(openConnection({ context, agent: 1, endpoint })).rejects.toThrow(
      'no boot of the server has answered a greeting yet',
    );
  });
});
