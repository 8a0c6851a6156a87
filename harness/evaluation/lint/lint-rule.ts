import type { DialectId } from '../../model/operation.ts';
import type { Meta } from '../../model/registry.ts';
import type { ServerTool } from '../../wire/dialects/adapter.ts';
import type { ToolText } from './tool-text.ts';

/** What a lint looks at: what a server says of itself and of its tools, and nothing that it does. */
export interface ServerDescription {
  readonly dialect: DialectId;
  readonly instructions: string;
  readonly tools: readonly ServerTool[];
  /** What somebody who knows the server says of its tools, by tool; it goes before what is found out. */
  readonly known: ReadonlyMap<string, KnownRole>;
}

export interface KnownRole {
  readonly role: Exclude<ToolRole, 'plain' | 'task' | 'slow'> | 'work';
  /** Who says it. */
  readonly why: string;
}

/**
 * task: a call may become a task of the protocol. start, status, answer, cancel: a job handle's tools. slow: answers when the
 * work is done, and that may be long. plain: nothing tells that its result could come late.
 */
export type ToolRole = 'task' | 'start' | 'status' | 'answer' | 'cancel' | 'slow' | 'plain';

/** One tool with all that its rules need to know. */
export interface JudgedTool {
  readonly tool: ServerTool;
  readonly role: ToolRole;
  /** Why it has this role, as half a sentence. */
  readonly why: string;
  readonly text: ToolText;
  /** Its own text and that of the tools that tell the state of what it starts: an agent reads them together. */
  readonly whole: ToolText;
  readonly partners: Partners;
  /** The protocol's tasks that this server speaks; null: none. */
  readonly tasks: 'tasks-2025-11-25' | 'tasks-2026-07-28' | null;
}

/** Names of the tools of one job handle. */
export interface Partners {
  readonly start: readonly string[];
  readonly status: readonly string[];
  readonly answer: readonly string[];
  readonly cancel: readonly string[];
}

/** One thing that a description leaves unsaid. */
export interface Gap {
  /** The rest of a sentence that begins with the tool's name. */
  readonly missing: string;
  /** What would fill it: words for the description, annotations as JSON, or advice on the tools themselves. */
  readonly example: string;
  readonly place: 'description' | 'annotations' | 'tools';
}

/** `name` is the file: the gap, as it is called in words. */
export interface LintMeta extends Meta {
  readonly name: string;
}

/** One piece of advice on tool descriptions, made so that it can be checked. To add one: see index.ts. */
export interface LintRule {
  readonly meta: LintMeta;
  /** Tools of other roles are left alone. */
  readonly roles: readonly ToolRole[];
  /** Pure. No gaps: the description says all that this rule asks for; null: it is asked of a partner in this tool's place. */
  check(tool: JudgedTool): readonly Gap[] | null;
}
