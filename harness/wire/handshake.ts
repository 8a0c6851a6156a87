import {
  type Exchange,
  type Handshake,
  HandshakeError,
  type ServerTool,
  type ToolPage,
  type ToolPages,
} from './dialects/adapter.ts';
import { CLIENT_INFO, LEGACY_VERSION, MODERN_VERSION } from './envelope.ts';
import { isObject, type JsonObject, readError } from './json-rpc.ts';
import { validateHandshake } from './validation.ts';
import type { RawReply } from './wire.ts';

/** Pages remembered; a server whose lists never repeat is not remembered for ever. */
const KNOWN_PAGES_MAX = 100;
/** Pages of tools/list read at most; a server with more than that pages for ever. */
const TOOL_PAGES_MAX = 50;

/** initialize, notifications/initialized, tools/list. Throws a HandshakeError. */
export async function greetLegacy(exchange: Exchange, capabilities: JsonObject): Promise<Handshake> {
  const reply = await exchange.request('initialize', {
    protocolVersion: LEGACY_VERSION,
    capabilities,
    clientInfo: CLIENT_INFO,
  });
  const greeting = resultOf('initialize', reply);
  const shape = validateHandshake('initialize', greeting);
  await exchange.notify('notifications/initialized');
  const capabilitiesOfServer = isObject(greeting.capabilities) ? greeting.capabilities : {};
  const listed = await listTools(exchange, false);
  return {
    era: 'legacy',
    protocolVersion: textOf(greeting.protocolVersion, LEGACY_VERSION),
    server: implementationOf(greeting.serverInfo),
    capabilities: capabilitiesOfServer,
    instructions: textOf(greeting.instructions, ''),
    tools: listed.tools,
    shape: [...shape, ...listed.shape],
  };
}

/** server/discover and tools/list; every request carries the envelope. Throws a HandshakeError. */
export async function greetModern(exchange: Exchange, timeoutMs?: number): Promise<Handshake> {
  const options = { modern: true, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const reply = await exchange.request('server/discover', {}, options);
  const found = resultOf('server/discover', reply);
  return finishModern(exchange, found, reply.kind === 'answered' ? reply.raw : undefined);
}

/** The rest of the modern greeting, once server/discover has answered; `text`: its reply as received. */
export async function finishModern(exchange: Exchange, found: JsonObject, text?: string): Promise<Handshake> {
  const versions = Array.isArray(found.supportedVersions) ? found.supportedVersions : [];
  if (!versions.includes(MODERN_VERSION)) {
    const offered = JSON.stringify(versions).slice(0, 200);
    throw new HandshakeError(`server/discover does not offer ${MODERN_VERSION} but ${offered}`);
  }
  const meta = isObject(found._meta) ? found._meta : {};
  const listed = await listTools(exchange, true);
  return {
    era: 'modern',
    protocolVersion: MODERN_VERSION,
    server: implementationOf(meta['io.modelcontextprotocol/serverInfo']),
    capabilities: isObject(found.capabilities) ? found.capabilities : {},
    instructions: textOf(found.instructions, ''),
    tools: listed.tools,
    shape: [...discoveryShape(found, text, exchange.toolPages), ...listed.shape],
  };
}

/** Every agent of a run hears the same, which is looked at once. */
function discoveryShape(found: JsonObject, text: string | undefined, known: ToolPages | undefined): readonly string[] {
  const before = text === undefined ? undefined : known?.get(text);
  if (before !== undefined) return before.shape;
  const shape = validateHandshake('server/discover', found);
  if (text !== undefined && known !== undefined && known.size < KNOWN_PAGES_MAX) {
    known.set(text, { tools: [], shape, nextCursor: null });
  }
  return shape;
}

/** What a handshake reply must be, or a HandshakeError that says what came instead. */
function resultOf(method: string, reply: RawReply): JsonObject {
  if (reply.kind !== 'answered') throw new HandshakeError(`${method} was not answered: ${describeReply(reply)}`, reply);
  if (isObject(reply.message.result)) return reply.message.result;
  throw new HandshakeError(`${method} was answered with ${describeReply(reply)}`, reply);
}

/** One clause that says what came back. */
export function describeReply(reply: RawReply): string {
  switch (reply.kind) {
    case 'answered': {
      if (reply.message.error === undefined) return `no result object: ${reply.raw.slice(0, 120)}`;
      const error = readError(reply.message.error);
      return `error ${error.code} "${error.message.slice(0, 200)}"`;
    }
    case 'timeout':
      return reply.aborted ? 'the run ended' : 'no reply within the time limit';
    case 'reset':
    case 'eof':
    case 'refused':
      return reply.message;
    case 'garbled':
      return `${reply.message}: ${reply.text.slice(0, 120)}`;
    case 'http':
    case 'gateway':
      return `HTTP ${reply.http ?? 'error'}${reply.text === '' ? '' : `: ${reply.text.slice(0, 120)}`}`;
  }
}

interface ToolList {
  readonly tools: ReadonlyMap<string, ServerTool>;
  readonly shape: readonly string[];
}

async function listTools(exchange: Exchange, modern: boolean): Promise<ToolList> {
  const tools = new Map<string, ServerTool>();
  const shape: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < TOOL_PAGES_MAX; page += 1) {
    const reply: RawReply = await exchange.request('tools/list', cursor === null ? {} : { cursor }, { modern });
    const read = readPage(reply, exchange.toolPages);
    shape.push(...read.shape);
    for (const tool of read.tools) tools.set(tool.name, tool);
    if (read.nextCursor === null) return { tools, shape };
    cursor = read.nextCursor;
  }
  throw new HandshakeError(`tools/list gave more than ${TOOL_PAGES_MAX} pages`);
}

function readPage(reply: RawReply, known: ToolPages | undefined): ToolPage {
  const text = reply.kind === 'answered' ? reply.raw : null;
  const before = text === null ? undefined : known?.get(text);
  if (before !== undefined) return before;
  const result = resultOf('tools/list', reply);
  const tools = Array.isArray(result.tools) ? result.tools : [];
  const page: ToolPage = {
    shape: validateHandshake('tools/list', result),
    tools: tools.map(readTool).filter((tool) => tool !== null),
    nextCursor: typeof result.nextCursor === 'string' ? result.nextCursor : null,
  };
  if (text !== null && known !== undefined && known.size < KNOWN_PAGES_MAX) known.set(text, page);
  return page;
}

function readTool(tool: unknown): ServerTool | null {
  if (!isObject(tool) || typeof tool.name !== 'string') return null;
  const support = isObject(tool.execution) ? tool.execution.taskSupport : undefined;
  return {
    name: tool.name,
    description: textOf(tool.description, ''),
    inputSchema: isObject(tool.inputSchema) ? tool.inputSchema : {},
    outputSchema: isObject(tool.outputSchema) ? tool.outputSchema : null,
    annotations: isObject(tool.annotations) ? tool.annotations : {},
    taskSupport: support === 'optional' || support === 'required' ? support : 'forbidden',
  };
}

function implementationOf(info: unknown): Handshake['server'] {
  if (!isObject(info)) return { name: 'unknown', version: 'unknown' };
  return { name: textOf(info.name, 'unknown'), version: textOf(info.version, 'unknown') };
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
