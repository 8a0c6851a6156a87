import type { ServerFace } from '../server-face.ts';
import { HandlerOnLine } from './handler-on-line.ts';
import { HandlerOverHttp } from './handler-over-http.ts';
import type { MessageHandler } from './message-handler.ts';

export type { MessageHandler } from './message-handler.ts';

/** Both faces of a JSON-RPC handler. `boot`: which incarnation of the server it is. */
export function handlerFace(server: MessageHandler, boot = 1, isCareful = false): ServerFace {
  return {
    http: new HandlerOverHttp(server, { boot, isCareful }),
    line: { connect: (out) => new HandlerOnLine(server, boot, out) },
    async stop() {
      await (server.stop ?? server.close)?.call(server);
    },
  };
}
