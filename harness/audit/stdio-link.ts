import type { Clock } from '../model/clock.ts';
import type { ServerProcess } from '../run/server-process.ts';
import { isObject, parseJson } from '../wire/json-rpc.ts';
import { createExchange, type ExchangeCore } from './exchange.ts';
import type { RawLink } from './raw-link.ts';

export interface StdioLinkOptions {
  readonly name: string;
  readonly server: ServerProcess;
  readonly clock: Clock;
  readonly nextId: () => number;
  readonly close: () => Promise<void>;
}

/** Raw lines to one process and back. Whatever it says while an exchange is open, and is no reply to another one, belongs to it. */
export function createStdioLink({ name, server, clock, nextId, close }: StdioLinkOptions): RawLink {
  const open = new Set<ExchangeCore>();
  server.lines?.on('line', (line) => {
    if (line.trim() === '') return;
    const message = parseJson(line);
    const owner = isObject(message) && !('method' in message) ? ownerOf(open, message.id) : undefined;
    for (const core of owner === undefined ? open : [owner]) core.arrive(line);
  });
  void server.exited.then(({ code, signal }) => {
    for (const core of open) core.end(`the server ended (${signal ?? `exit code ${code}`})`);
  });
  return {
    name,
    transport: 'stdio',
    nextId,
    setHeaders: () => {},
    isBroken: () => server.exit() !== null,
    open({ text, id }) {
      const core: ExchangeCore = createExchange({ link: name, clock, id, onClose: () => open.delete(core) });
      open.add(core);
      core.sent(text, null);
      // A message is one line whatever it holds; what is broken on purpose has no line ends of its own.
      if (!server.write(text)) core.end('the server is gone');
      return core.exchange;
    },
    async close() {
      for (const core of open) core.end('the connection was closed');
      await close();
    },
  };
}

function ownerOf(open: ReadonlySet<ExchangeCore>, id: unknown): ExchangeCore | undefined {
  if (id === null || id === undefined) return undefined;
  return [...open].find(({ exchange }) => exchange.id === id);
}
