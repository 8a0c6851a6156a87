import type { HttpExchangeOut, LineOut, ServerFace } from '../server-face.ts';

/** A server that answers one JSON-RPC message at a time. */
export interface MessageHandler {
  handle(message: unknown, context: HandlerContext): Promise<unknown> | unknown;
  stop?(): Promise<void> | void;
}

export interface HandlerContext {
  readonly principal: string;
  readonly transport: 'stdio' | 'http';
  readonly session: { readonly id: string };
  readonly signal: AbortSignal;
  notify(notification: unknown): void;
}

/** Both faces of a JSON-RPC handler. It has no sessions: over HTTP each exchange is its own. */
export function handlerFace(server: MessageHandler): ServerFace {
  const sessions = new Map<string, { readonly id: string }>();
  const sessionOf = (id: string) => {
    const session = sessions.get(id) ?? { id };
    sessions.set(id, session);
    return session;
  };
  return {
    http: {
      exchange({ text, principal, signal }, out: HttpExchangeOut) {
        void Promise.resolve(
          server.handle(JSON.parse(text), {
            principal,
            transport: 'http',
            session: sessionOf(principal),
            signal,
            notify: (notification) => out.message(JSON.stringify(notification)),
          }),
        ).then((answer) => {
          if (answer !== undefined) out.message(JSON.stringify(answer));
          out.end();
        });
      },
    },
    line: {
      connect(out: LineOut) {
        const open = new AbortController();
        return {
          line(text) {
            void Promise.resolve(
              server.handle(JSON.parse(text), {
                principal: 'local',
                transport: 'stdio',
                session: sessionOf('stdio'),
                signal: open.signal,
                notify: (notification) => out.line(JSON.stringify(notification)),
              }),
            ).then((answer) => {
              if (answer !== undefined) out.line(JSON.stringify(answer));
            });
          },
          end: () => open.abort('disconnected'),
        };
      },
    },
    stop: async () => server.stop?.(),
  };
}
