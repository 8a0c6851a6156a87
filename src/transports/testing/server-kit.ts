/** A dialect over a real engine behind real sockets or pipes. For tests. */
import { PassThrough } from 'node:stream';
import type { DialectModule } from '../../dialects/dialect.ts';
import { createDialectKit, type DialectKit } from '../../dialects/testing/dialect-kit.ts';
import { createHttpTransport, type HttpOptions } from '../http.ts';
import { createStdioTransport } from '../stdio.ts';

type KitOptions = Parameters<typeof createDialectKit>[1];

export interface HttpKit extends AsyncDisposable {
  readonly url: URL;
  readonly kit: DialectKit;
  readonly errors: readonly Error[];
  close(withinMs?: number): Promise<void>;
}

export async function serveHttp(
  module: DialectModule,
  options: KitOptions = {},
  http: Partial<HttpOptions> = {},
): Promise<HttpKit> {
  const kit = await createDialectKit(module, { limits: { pollIntervalMs: 20 }, ...options });
  const errors: Error[] = [];
  const transport = createHttpTransport({ dialect: kit.dialect, onError: (error) => errors.push(error), ...http });
  await transport.start();
  if (transport.url === undefined) throw new Error('expected a url of a started HTTP transport');
  return {
    url: new URL(transport.url),
    kit,
    errors,
    close: (withinMs) => transport.close(withinMs),
    async [Symbol.asyncDispose]() {
      await transport.close(200);
      await kit[Symbol.asyncDispose]();
    },
  };
}

export interface StdioKit extends AsyncDisposable {
  /** What the client writes to. */
  readonly input: PassThrough;
  /** What the client reads from. */
  readonly output: PassThrough;
  readonly kit: DialectKit;
  readonly closed: Promise<void>;
  close(withinMs?: number): Promise<void>;
}

export async function serveStdio(module: DialectModule, options: KitOptions = {}): Promise<StdioKit> {
  const kit = await createDialectKit(module, { limits: { pollIntervalMs: 20 }, ...options });
  const input = new PassThrough();
  const output = new PassThrough();
  const transport = createStdioTransport({ dialect: kit.dialect, input, output });
  await transport.start();
  return {
    input,
    output,
    kit,
    closed: transport.closed,
    close: (withinMs) => transport.close(withinMs),
    async [Symbol.asyncDispose]() {
      await transport.close(200);
      await kit[Symbol.asyncDispose]();
    },
  };
}
