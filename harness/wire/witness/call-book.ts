import { canonicalJson } from '../../model/canonical.ts';
import type { PlannedCall } from '../../model/plan.ts';
import type { JsonObject } from '../json-rpc.ts';
import type { SecretReader } from './secret-reader.ts';

/** The calls of a client that nobody planned, numbered as they come. */
export interface CallBook {
  /** Takes a request for work: of a new call, or once more of one whose receipt its client never got. */
  take(request: WorkRequest): Taken;
  /** Nothing more is expected of this attempt, as its client sees it. */
  settled(call: number, isAcked: boolean): void;
  /** The call was given this task. */
  given(call: number, task: string): void;
  callOf(task: string): PlannedCall | undefined;
  /** The call that an effect of this token belongs to; null: of none. */
  callOfToken(token: string): number | null;
  calls(): readonly PlannedCall[];
  /** Every call had a token of its own, so effects belong to calls. */
  hasTokens(): boolean;
}

export interface WorkRequest {
  readonly agent: number;
  readonly tool: string;
  readonly args: JsonObject;
}

export interface Taken {
  readonly call: PlannedCall;
  readonly attempt: number;
  /** It was sent again although its client had the receipt: the key says that it is the same call. */
  readonly isAgain: boolean;
}

interface Entry {
  readonly call: PlannedCall;
  readonly fingerprint: string;
  attempts: number;
  /** Attempts of which the client may still get an answer. */
  open: number;
  isAcked: boolean;
}

/**
 * MCP has no mark for a second attempt. One is taken for that when it carries the key of an earlier call, or when the same agent
 * asks the same tool for the same and has lost every answer so far. Whoever asks the same after a receipt, or while an answer
 * may still come, means another call. `takesMs`: what stands in the plan for the length of the work, which nobody knows.
 */
export function createCallBook(options: { readonly secrets: SecretReader; readonly takesMs: number }): CallBook {
  const { secrets, takesMs } = options;
  const entries: Entry[] = [];
  const byTask = new Map<string, PlannedCall>();
  const byToken = new Map<string, number>();
  const lost = new Map<string, Entry[]>();
  let hasTokens = true;

  const sameCall = (request: WorkRequest, fingerprint: string, key: string | null): Entry | undefined => {
    if (key !== null) {
      const { agent, tool } = request;
      return entries.find(({ call }) => call.key === key && call.agent === agent && call.tool === tool);
    }
    return lost.get(fingerprint)?.find(({ open, isAcked }) => open === 0 && !isAcked);
  };
  const open = (request: WorkRequest, fingerprint: string, { token, key }: ReturnType<SecretReader['read']>): Entry => {
    const number = entries.length + 1;
    if (token === null || byToken.has(token)) hasTokens = false;
    else byToken.set(token, number);
    const call: PlannedCall = {
      call: number,
      agent: request.agent,
      atMs: null,
      thinkMs: 0,
      tool: request.tool,
      ms: takesMs,
      mode: null,
      token: token ?? `call-${number}`,
      key,
      policy: 'foreign',
      busyMs: 0,
      cancelAfterMs: null,
    };
    const entry = { call, fingerprint, attempts: 0, open: 0, isAcked: false };
    entries.push(entry);
    lost.set(fingerprint, [...(lost.get(fingerprint) ?? []), entry]);
    return entry;
  };

  return {
    take(request) {
      const { agent, tool, args } = request;
      const fingerprint = `${agent} ${tool} ${canonicalJson(args)}`;
      const found = secrets.read(tool, args);
      const entry = sameCall(request, fingerprint, found.key) ?? open(request, fingerprint, found);
      entry.attempts += 1;
      entry.open += 1;
      return { call: entry.call, attempt: entry.attempts, isAgain: entry.isAcked };
    },
    settled(call, isAcked) {
      const entry = entries[call - 1];
      if (entry === undefined) return;
      entry.open = Math.max(0, entry.open - 1);
      if (!isAcked) return;
      entry.isAcked = true;
      // What has its receipt is repeated by nobody who means the same call.
      const rest = lost.get(entry.fingerprint)?.filter((one) => one !== entry) ?? [];
      if (rest.length === 0) lost.delete(entry.fingerprint);
      else lost.set(entry.fingerprint, rest);
    },
    given(call, task) {
      const entry = entries[call - 1];
      if (entry !== undefined && !byTask.has(task)) byTask.set(task, entry.call);
    },
    callOf: (task) => byTask.get(task),
    callOfToken: (token) => byToken.get(token) ?? null,
    calls: () => entries.map(({ call }) => call),
    hasTokens: () => hasTokens,
  };
}
