/** The baseline: a tool call answers when the work is done, however long that takes; its caller's patience decides. */
import type { CreateDialect } from './dialect.ts';
import { dispatch, type Method } from './dispatch.ts';
import { handshakeMethods } from './handshake.ts';
import { publishedTool } from './published-tool.ts';
import { takeLateReply } from './stream-input.ts';
import { callOnStream } from './tool-call.ts';
import { blockingWords, timesOf } from './tool-words.ts';

export const meta = {
  id: 'blocking',
  title: 'Blocking tool calls',
  description: 'Plain tools/call that answers when the work is done: what times out.',
  sessions: true,
} as const;

export const create: CreateDialect = (options) => {
  const tools = [...options.tools.values()].map((tool) =>
    publishedTool(tool, { options, words: blockingWords(tool, timesOf(options)) }),
  );
  const methods = new Map<string, Method>([
    ...handshakeMethods({ options, capabilities: () => ({ tools: {} }), tools: () => tools }),
    ['tools/call', (call) => callOnStream(options, call.params, call.context)],
  ]);
  return {
    meta,
    handle: (message, context) => dispatch(methods, message, context, options),
    takeReply: (late) => takeLateReply(options.engine, late),
  };
};
