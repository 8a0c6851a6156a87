import { createHash } from 'node:crypto';
import { answerIdOf } from '../model/answer-id.ts';
import type { FrameBody } from '../model/event.ts';
import { parseJson } from '../wire/json-rpc.ts';

// G2: frame texts are whole up to this size, beyond it the head and a hash stand for them.
const TEXT_BYTES_MAX = 64 * 1024;
const HEAD_CHARACTERS = 1024;
// Twice what a finding shows of it.
const QUOTED_CHARACTERS = 160;

/** What a frame's text is, as far as JSON-RPC goes. */
export interface MessageHead {
  readonly type: FrameBody['type'];
  readonly rpcId?: number | string | null;
  readonly method?: string;
  readonly isError: boolean;
}

const GARBAGE: MessageHead = { type: 'garbage', isError: false };

/**
 * Reads the outside of a JSON-RPC message. Anything else is garbage: data about the server, never an exception. What the wire
 * takes for no message is none here either, or nobody would ever say that the server wrote it.
 */
export function readMessage(text: string): MessageHead {
  return headOf(parseJson(text));
}

/** The same of a message that has been parsed. */
export function headOf(value: unknown): MessageHead {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return GARBAGE;
  const id = 'id' in value && (typeof value.id === 'string' || typeof value.id === 'number') ? value.id : null;
  if ('method' in value && typeof value.method === 'string') {
    return 'id' in value
      ? { type: 'request', rpcId: id, method: value.method, isError: false }
      : { type: 'notification', method: value.method, isError: false };
  }
  const isNamed = id !== null || !('id' in value) || value.id === null;
  if (isNamed && ('result' in value || 'error' in value))
    return { type: 'response', rpcId: id, isError: 'error' in value };
  return GARBAGE;
}

/** The id by which the wire has tagged a message it sends: its own of a request, else that of an answer; null: it has none. */
export function sentIdOf({ type, rpcId }: MessageHead): number | string | null {
  if (rpcId == null) return null;
  return type === 'response' ? answerIdOf(rpcId) : rpcId;
}

/** The text fields of a frame under a recording mode. What is no message keeps its beginning in any: a finding quotes it. */
export function frameText(
  { text, bytes }: { readonly text: string; readonly bytes: number },
  type: FrameBody['type'],
  mode: 'full' | 'heads' | 'counts',
): Pick<FrameBody, 'text' | 'sha'> {
  if (mode !== 'full') return type === 'garbage' ? { text: text.slice(0, QUOTED_CHARACTERS) } : {};
  if (bytes <= TEXT_BYTES_MAX) return { text };
  return { text: text.slice(0, HEAD_CHARACTERS), sha: createHash('sha256').update(text).digest('hex') };
}
