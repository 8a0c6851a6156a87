import type { Instance, Json, JsonMap } from '../../model/evaluation/instance.ts';

/** What a file of somebody else's records gives: problems, and all that a server needs to answer their gold calls. */
export interface ImportedSet {
  readonly instances: readonly Instance[];
  readonly tools: readonly ImportedTool[];
  readonly answers: readonly RecordedAnswer[];
  /** What is other than in the file, in its order. */
  readonly notes: readonly ImportNote[];
}

export interface ImportedTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of each argument. */
  readonly properties: Readonly<Record<string, JsonMap>>;
  readonly required: readonly string[];
}

/** One gold call with its references resolved, and what it answers. */
export interface RecordedAnswer {
  readonly tool: string;
  readonly arguments: JsonMap;
  readonly result: JsonMap;
  readonly canary: string;
}

export interface ImportNote {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly id: string;
  readonly message: string;
}

/** A text file that was read. */
export interface ImportFile {
  /** As the user named it. */
  readonly name: string;
  readonly text: string;
}

/** A record as it stands in either format, before its calls are answered. */
export interface RecordDraft {
  readonly file: string;
  readonly line: number;
  /** With the format before it: nestful/12. */
  readonly id: string;
  readonly instruction: string;
  readonly tools: readonly ImportedTool[];
  readonly calls: readonly CallDraft[];
}

export interface CallDraft {
  readonly label: string;
  readonly tool: string;
  readonly arguments: JsonMap;
  /** Labels of calls that it comes after, beside those that its arguments refer to. */
  readonly after: readonly string[];
  /** What it answered where the record says so; undefined: it does not. */
  readonly output: Json | undefined;
  /** The names of what it answers, with their types where those are known. */
  readonly outputTypes: Readonly<Record<string, string>>;
}
