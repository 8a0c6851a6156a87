import type { InputRequests } from '../tasks/input-methods.ts';
import type { ToolResult } from '../tasks/task.ts';

/** An operation the server offers. Every workload also takes `idempotency_key` and `max_wait_seconds`, added by the registry. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  /** What goes in and what comes out. How its result reaches a caller is added by the dialect. */
  readonly description: string;
  /** What a second call or a second run does to its effects; left out: nothing is to be said. */
  readonly repeating?: string;
  /** JSON Schema of the arguments, without the two common ones. */
  readonly inputSchema: JsonObjectSchema;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly idempotentHint: boolean;
    readonly destructiveHint: boolean;
    readonly openWorldHint: boolean;
  };
  /** After a crash it may run again; its effects carry the task's key, so the outside world refuses the second. May depend on the arguments (effect's mode). */
  safeToRepeat(args: Readonly<Record<string, unknown>>): boolean;
  /** What it will ask its caller with these arguments, for callers who must be told before; left out: nothing. */
  questions?(args: Readonly<Record<string, unknown>>): Questions;
  /** Whether it may, must or must not be called as a task, in the dialects that have tasks. Default: optional. */
  readonly taskSupport?: TaskSupport;
  /** How long it takes with these arguments, ms, where that is known: clients are told to look when it should be over. */
  expectedMs?(args: Readonly<Record<string, unknown>>): number;
  /** SLA of this operation, ms; null: the server's. */
  readonly slaMs: number | null;
  /** One clear sentence of what is wrong with the arguments (a path and what was expected), or the parsed arguments. */
  parse(
    args: unknown,
  ):
    | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
    | { readonly ok: false; readonly message: string };
  run(args: Readonly<Record<string, unknown>>, context: ToolContext): Promise<ToolResult>;
}

export type TaskSupport = 'optional' | 'required' | 'forbidden';

export interface JsonObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

export interface Questions {
  /** Can be asked before there is a task, where the protocol knows that. */
  readonly first: InputRequests;
  /** Is asked while the task is going on. */
  readonly later: InputRequests;
}

export interface ToolContext {
  readonly taskId: string;
  /** Where this run stands in its caller's trace (W3C traceparent), to be passed on; undefined: the call had none. */
  readonly trace?: string;
  /** What the outside world sees: the same for every run of the same logical work. */
  readonly effectKey: string;
  /** Aborted by cancel, by a lost lease and by shutdown: stop the work. */
  readonly signal: AbortSignal;
  readonly effects: EffectLedger;
  /** Sets the status message clients see. */
  progress(message: string): void;
  /**
   * What the caller answered, by key. While an answer is missing this does not return: the work is stopped, its task waits for
   * input, and the tool is run again from its start when that is here. So ask before you act, under the same keys with the same
   * questions each time; a key means one question for the life of the task. Rejects with the signal's reason when it stops the
   * work, with an error when the caller cannot be asked or could not answer; let those through.
   */
  ask(questions: InputRequests): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>>;
  sleep(ms: number): Promise<void>;
}

/** The outside world: where work leaves its mark. A commit with an effect key it has seen is refused and changes nothing. */
export interface EffectLedger {
  begin(token: string, effectKey: string): Promise<void>;
  /**
   * false: this effect key was committed before; nothing was written. `permit` is asked at the last moment before it is written, and
   * throws when that must not happen any more.
   */
  commit(token: string, effectKey: string, permit?: () => void): Promise<boolean>;
}
