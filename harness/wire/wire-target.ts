import type { DialectId, Status } from '../model/operation.ts';
import type { JsonObject } from './json-rpc.ts';

/** What the wire must know of a target: made from a profile, free of files, processes and strings to interpret. */
export interface WireTarget {
  readonly dialect: DialectId;
  /** Work tools by the names scenarios use: 'work' always, 'failing' and 'asking' where the profile has them. */
  readonly tools: ReadonlyMap<string, WorkTool>;
  /** Present exactly when the dialect is `handle`. */
  readonly handle: HandleSpec | null;
  /** The token the server says it worked on, read from a tool result; null: not there. The function is null without an expression. */
  readonly echo: ((result: JsonObject) => string | null) | null;
  /** Fills the placeholders; an argument that is one placeholder takes the type its schema says. */
  renderArguments(template: JsonObject, values: TemplateValues): JsonObject;
  /** Tools called once after each boot has been greeted, before anybody else speaks; absent: none. */
  readonly setup?: readonly PlainCall[];
  /** params.task.ttl of a 2025-11-25 create, ms; null: left out, the server decides. */
  readonly ttlMs: number | null;
}

/** A tool with the arguments it is called with, placeholders among them. */
export interface PlainCall {
  readonly tool: string;
  readonly arguments: JsonObject;
}

export interface WorkTool {
  readonly name: string;
  /** Arguments with placeholders. */
  readonly arguments: JsonObject;
  /** The argument that carries the idempotency key (`outer.inner`: inside another); null: none, or {{key}} in the template. */
  readonly key: string | null;
  /** The argument that carries PlannedCall.mode (`outer.inner` likewise); null: the tool has no modes. */
  readonly mode: string | null;
  /** It asks for input while it works; this is the content of the answer, with placeholders. */
  readonly answer?: JsonObject;
  /** It starts other tools by name: the arguments that take such a name and its arguments. Absent: it does the work itself. */
  readonly starts?: { readonly tool: string; readonly arguments: string };
}

export interface TemplateValues {
  readonly token: string;
  readonly ms: number;
  readonly key: string | null;
  readonly n: number;
  /** The task id, for the tools of a job handle. */
  readonly id?: string;
  /** Values kept from earlier replies (handle.status.keep). */
  readonly kept?: Readonly<Record<string, string>>;
  /** The tool's input schema as tools/list gave it; null: unknown. */
  readonly inputSchema: JsonObject | null;
}

/** A compiled expression over one tool result: the value found, undefined when there is none. */
export type Reading = (result: JsonObject) => unknown;

/** The job-handle pattern with its expressions compiled. The start tool is `tools.get('work')`, its failing variant `'failing'`. */
export interface HandleSpec {
  readonly start: { readonly id: Reading };
  readonly status: HandleStatus;
  /** The same question asked so that the server answers when the job is over, or after a while; null: it cannot be. */
  readonly wait: HandleStatus | null;
  /** Another tool that gives what a completed job gave; null: the status reply carries it. */
  readonly result: (PlainCall & { readonly value: Reading | null }) | null;
  /** How questions are answered; the answer to one is the `answer` of the tool that asks. null: they cannot be. */
  readonly answer: {
    readonly tool: string;
    readonly arguments: JsonObject;
    /** The argument that takes the answers by key; null: the arguments are the answer. */
    readonly byKey: string | null;
  } | null;
  readonly cancel: {
    readonly tool: string;
    readonly arguments: JsonObject;
    /** null: every reply that is not an error is an acceptance. */
    readonly accepted: ((result: JsonObject) => boolean) | null;
    /** After an accepted cancel, not-found counts as cancelled. */
    readonly thenMissing: boolean;
  } | null;
}

/** A tool that tells how a job stands, and how its reply is read. */
export interface HandleStatus extends PlainCall {
  /** The state as a string; null: the reply has none. */
  state(result: JsonObject): string | null;
  /** What a state means; 'missing': the server does not know the id; null: on no list and no `otherwise`. */
  statusOf(state: string | null): Status | 'missing' | null;
  /** The finished work's result; null: the whole reply is the result. */
  readonly result: Reading | null;
  /** What later calls of this job need of the reply, by the name of their placeholder. */
  keep(result: JsonObject): Readonly<Record<string, string>>;
  /** What a job in input_required asks, by key. */
  questions(result: JsonObject): JsonObject;
  /** A reply (or the text of a failed call) that says the id is unknown. */
  isMissing(result: JsonObject | null, errorText: string | null): boolean;
}
