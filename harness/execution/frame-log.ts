import type { FrameBody } from '../model/event.ts';
import type { MessageView } from '../model/fault.ts';
import type { AgentId, Operation, TransportId } from '../model/operation.ts';
import type { Stampable } from '../model/stamp.ts';
import { frameText, type MessageHead } from './message-text.ts';
import type { Recorder } from './recorder.ts';

/** What the wire said a message is, before it sent it. */
export interface Tag {
  readonly op: Operation | 'handshake';
  readonly call: number | null;
  readonly attempt: number;
  readonly agent: AgentId | null;
}

/** Turns messages into frame events and into what faults see of them. */
export interface FrameLog {
  /** A reply or notification from the server is in our hands: the ledger is drained before anything else happens. */
  arrived(): void;
  frame(message: Framing, action: FrameBody['action'], ruled?: Ruled): number;
  /** Says that what is no message is left out of the history from here on. */
  leaveOut(conn: string): void;
  view(message: Framing, tag: Tag | undefined): MessageView;
}

/** One message as it goes over a link. */
export interface Framing {
  readonly conn: string;
  readonly dir: FrameBody['dir'];
  readonly text: string;
  readonly bytes: number;
  readonly head: MessageHead;
  readonly http?: number;
  readonly process?: string;
}

/** Who ruled what is done to it. */
export interface Ruled {
  readonly entries: readonly string[];
  readonly delayMs?: number;
}

const UNRULED: Ruled = { entries: [] };

export function createFrameLog(options: {
  readonly recorder: Pick<Recorder, 'record'>;
  readonly mode: 'full' | 'heads' | 'counts';
  readonly transport: TransportId;
  readonly drain: () => void;
}): FrameLog {
  const counts = new Map<string, Record<FrameBody['dir'], number>>();
  const indexOf = ({ conn, dir }: Framing): number => {
    const known = counts.get(conn) ?? { out: 0, in: 0 };
    if (known.out + known.in === 0) counts.set(conn, known);
    const index = known[dir];
    known[dir] = index + 1;
    return index;
  };
  return {
    arrived: options.drain,
    frame(input, action, { entries, delayMs } = UNRULED) {
      const { head } = input;
      const { text, sha } = frameText(input, head.type, options.mode);
      const body: Stampable<FrameBody> = {
        seq: 0,
        t: 0,
        wall: 0,
        kind: 'frame',
        conn: input.conn,
        dir: input.dir,
        action,
        bytes: input.bytes,
        type: head.type,
      };
      if (head.rpcId !== undefined) body.rpcId = head.rpcId;
      if (head.method !== undefined) body.method = head.method;
      if (input.http !== undefined) body.http = input.http;
      if (text !== undefined) body.text = text;
      if (sha !== undefined) body.sha = sha;
      if (entries.length > 0) body.entries = entries;
      if (delayMs !== undefined) body.delayMs = Math.round(delayMs * 1000) / 1000;
      if (input.process !== undefined) body.process = input.process;
      return options.recorder.record(body);
    },
    leaveOut(conn) {
      const text = `${conn}: of the lines that are no message no more are recorded`;
      options.recorder.record({ kind: 'note', topic: 'garbage', text });
    },
    view(input, tag) {
      return {
        direction: input.dir === 'out' ? 'request' : 'reply',
        transport: options.transport,
        op: tag === undefined || tag.op === 'handshake' ? null : tag.op,
        call: tag?.call ?? null,
        attempt: tag?.attempt ?? 1,
        agent: tag?.agent ?? null,
        conn: input.conn,
        index: indexOf(input),
        bytes: input.bytes,
        isError: input.head.isError,
      };
    },
  };
}
