import { describe, expect, it } from 'vitest';
import { detectDialect } from './detection.ts';
import { isObject, type JsonObject, parseJson } from './json-rpc.ts';
import { createStdioChannel } from './stdio-channel.ts';
import { createStage, TOOL } from './testing/stage.ts';
import type { LineStream } from './wire.ts';

type Answer = (message: JsonObject) => JsonObject | null;

const TASKS = { tasks: { requests: { tools: { call: {} } } } };
const { execution: _unused, ...PLAIN_TOOL } = TOOL;

const error = (code: number) => () => ({ error: { code, message: 'no' } });
const silence = () => null;
const initialize = (capabilities: JsonObject) => () => ({
  result: { protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 's', version: '1' } },
});
const discover = (extensions: JsonObject, supportedVersions = ['2026-07-28']) => {
  const capabilities = { tools: {}, extensions };
  return () => ({ result: { resultType: 'complete', supportedVersions, capabilities } });
};
const tools = (tool: JsonObject) => () => ({ result: { tools: [tool] } });

async function detect(answers: Record<string, Answer>) {
  const heard: string[] = [];
  const { dialect, handshake } = await found(answers, heard);
  return { dialect, era: handshake.era, heard };
}

/** Greets a server that answers these methods; others with -32601. What it was asked goes to `heard`. */
function found(answers: Record<string, Answer>, heard: string[] = []) {
  let onLine = (_line: string) => {};
  const stream: LineStream = {
    send(line) {
      const message = parseJson(line);
      if (!isObject(message) || message.id === undefined) return true;
      heard.push(String(message.method));
      const answer = (answers[String(message.method)] ?? error(-32601))(message);
      if (answer !== null) queueMicrotask(() => onLine(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answer })));
      return true;
    },
    onLine: (listener) => {
      onLine = listener;
    },
    onClose: () => undefined,
  };
  const { context } = createStage('blocking', { limits: { requestMs: 200, blockingMs: 200 } });
  const channel = createStdioChannel({ stream, clock: context.clock });
  return detectDialect({ channel, conn: 'probe', context, probeMs: 20 });
}

/** The first tool of a server, and what the server says of itself. */
async function described(answers: Record<string, Answer>) {
  const { handshake } = await found(answers);
  return { instructions: handshake.instructions, tool: [...handshake.tools.values()][0] };
}

const LEGACY = ['server/discover', 'initialize', 'tools/list'];

describe('a greeting', () => {
  const told = { annotations: { readOnlyHint: true }, outputSchema: { type: 'object' }, description: 'Draws.' };
  const read = { ...told, name: 'render', inputSchema: { type: 'object' } };
  const withWords = (answer: Answer, instructions: unknown): Answer => {
    return (message) => {
      const result = answer(message)?.result;
      return { result: { ...(isObject(result) ? result : {}), instructions } };
    };
  };

  it('reads what the server says of itself and of its tools, in both eras', async () => {
    const answers = { 'tools/list': tools({ ...PLAIN_TOOL, ...told }) };
    const modern = await described({ ...answers, 'server/discover': withWords(discover({}), 'Poll.') });
    expect(modern).toEqual({ instructions: 'Poll.', tool: { ...read, taskSupport: 'forbidden' } });
    expect(await described({ ...answers, initialize: withWords(initialize({}), 'Poll.') })).toEqual(modern);
  });

  it('reads nothing where nothing, or no such thing, is said', async () => {
    const tool = { ...PLAIN_TOOL, annotations: [], outputSchema: 'none' };
    const answers = { 'tools/list': tools(tool), initialize: withWords(initialize({}), 7) };
    expect(await described(answers)).toMatchObject({
      instructions: '',
      tool: { description: '', outputSchema: null, annotations: {} },
    });
  });
});

describe('detection', () => {
  it('finds the extension', async () => {
    const extensions = { 'io.modelcontextprotocol/tasks': {} };
    expect(await detect({ 'server/discover': discover(extensions), 'tools/list': tools(PLAIN_TOOL) })).toEqual({
      dialect: 'tasks-2026-07-28',
      era: 'modern',
      heard: ['server/discover', 'tools/list'],
    });
  });
  it('takes a modern server without the extension for a blocking one', async () => {
    expect(await detect({ 'server/discover': discover({}), 'tools/list': tools(PLAIN_TOOL) })).toMatchObject({
      dialect: 'blocking',
      era: 'modern',
    });
  });
  it.each([
    ['refuses the probe', error(-32601)],
    ['says nothing to it', silence],
  ])('greets a server that %s with initialize', async (_how, probe) => {
    const answers = { 'server/discover': probe, initialize: initialize(TASKS), 'tools/list': tools(TOOL) };
    expect(await detect(answers)).toEqual({ dialect: 'tasks-2025-11-25', era: 'legacy', heard: LEGACY });
  });
  it('wants both the capability and a tool that takes part in it', async () => {
    const bare = { initialize: initialize({}), 'tools/list': tools(TOOL) };
    const toolless = { initialize: initialize(TASKS), 'tools/list': tools(PLAIN_TOOL) };
    expect(await detect(bare)).toMatchObject({ dialect: 'blocking' });
    expect(await detect(toolless)).toMatchObject({ dialect: 'blocking' });
  });
  it('asks a slow modern server again, once it has refused initialize', async () => {
    let probes = 0;
    const extensions = { 'io.modelcontextprotocol/tasks': {} };
    const slow = () => {
      probes += 1;
      return probes === 1 ? null : discover(extensions)();
    };
    expect(await detect({ 'server/discover': slow, 'tools/list': tools(PLAIN_TOOL) })).toEqual({
      dialect: 'tasks-2026-07-28',
      era: 'modern',
      heard: ['server/discover', 'initialize', 'server/discover', 'tools/list'],
    });
  });
  it('says what is wrong with a server it cannot greet', async () => {
    await expect(detect({ 'server/discover': silence, initialize: silence })).rejects.toThrow(
      'initialize was not answered: no reply within the time limit',
    );
    await expect(detect({ 'server/discover': discover({}, ['2027-01-01']) })).rejects.toThrow(
      'server/discover does not offer 2026-07-28 but ["2027-01-01"]',
    );
    await expect(detect({ initialize: error(-32603) })).rejects.toThrow(
      'initialize was answered with error -32603 "no"',
    );
  });
});
