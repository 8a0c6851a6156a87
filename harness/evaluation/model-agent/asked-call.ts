import type { JsonMap } from '../../model/evaluation/instance.ts';
import { jsonMap } from '../../model/evaluation/json-schema.ts';
import type { ChatToolCall, OfferedTool } from './completion.ts';
import { CHECK_TOOL, WAIT_SECONDS_MAX, WAIT_TOOL } from './host-tools.ts';

/** What a model asks for with one tool call. `chatId` is the id by which it is answered. */
export type AskedCall =
  | {
      readonly kind: 'call';
      readonly chatId: string;
      readonly tool: string;
      readonly arguments: JsonMap;
      readonly key: string | null;
    }
  /** Not to be sent: an unknown tool, or arguments that are none. */
  | { readonly kind: 'wrong'; readonly chatId: string; readonly tool: string; readonly why: string }
  /** `seconds` null: until something comes. */
  | { readonly kind: 'wait'; readonly chatId: string; readonly seconds: number | null }
  | { readonly kind: 'check'; readonly chatId: string; readonly taskId: string };

// The argument by which our server tells a call that is sent again; it is no part of what is asked for.
const KEY = 'idempotency_key';

/** `tools` are all that the model was offered. */
export function askedCall({ id: chatId, function: asked }: ChatToolCall, tools: readonly OfferedTool[]): AskedCall {
  const tool = asked.name;
  const wrong = (why: string): AskedCall => ({ kind: 'wrong', chatId, tool, why });
  if (!tools.some((one) => one.function.name === tool)) {
    return wrong(`Unknown tool '${tool}'; known: ${tools.map((one) => one.function.name).join(', ')}.`);
  }
  const args = readArguments(asked.arguments);
  if (args === null) return wrong(`The arguments of ${tool} are no JSON object.`);
  if (tool === WAIT_TOOL) {
    const { seconds } = args;
    const isGiven = typeof seconds === 'number' && seconds >= 0;
    return { kind: 'wait', chatId, seconds: isGiven ? Math.min(seconds, WAIT_SECONDS_MAX) : null };
  }
  if (tool === CHECK_TOOL) {
    const { task_id: taskId } = args;
    return typeof taskId === 'string' ? { kind: 'check', chatId, taskId } : wrong(`${CHECK_TOOL} needs a task_id.`);
  }
  const { [KEY]: key, ...rest } = args;
  return { kind: 'call', chatId, tool, arguments: rest, key: typeof key === 'string' ? key : null };
}

function readArguments(text: string): JsonMap | null {
  // Models leave out the arguments of a call that needs none.
  if (text.trim() === '') return {};
  try {
    const read = jsonMap.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
