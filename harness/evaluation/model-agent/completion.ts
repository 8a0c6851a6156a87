import type { EpisodeMode } from '../../model/evaluation/episode.ts';
import type { JsonMap } from '../../model/evaluation/instance.ts';

/** A message as /v1/chat/completions has it. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | AssistantMessage
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string };

export interface AssistantMessage {
  readonly role: 'assistant';
  /** null: it only called tools. */
  readonly content: string | null;
  readonly tool_calls?: readonly ChatToolCall[];
}

export interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is the model's own text; it need not be JSON. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A tool as a model is told of it. */
export interface OfferedTool {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description: string; readonly parameters: JsonMap };
}

/** Which episode a conversation belongs to: one evaluation has no two of the same. */
export interface ConversationId {
  readonly instance: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  readonly seed: number;
}

/** One turn of a model is one completion. */
export interface TurnRequest {
  readonly conversation: ConversationId;
  /** Counts from 1. */
  readonly turn: number;
  /** The whole conversation so far. */
  readonly messages: readonly ChatMessage[];
  /** Index of the first message that the turn before did not have. */
  readonly firstNewIndex: number;
  readonly tools: readonly OfferedTool[];
}

export interface TurnUsage {
  /** Tokens read and written. */
  readonly input: number;
  readonly output: number;
  /** The endpoint did not say: a quarter of the bytes. */
  readonly isEstimated: boolean;
}

export type TurnAnswer =
  /** `ms`: how long the model took. */
  | { readonly kind: 'message'; readonly message: AssistantMessage; readonly usage: TurnUsage; readonly ms: number }
  /** The endpoint gave nothing that can be used, and was asked often enough. */
  | { readonly kind: 'failed'; readonly why: string }
  /** Nothing more is asked: an interrupt, a budget that is spent. */
  | { readonly kind: 'stopped'; readonly why: string }
  /** The episode cannot be played at all: its transcript is missing or is that of another. */
  | { readonly kind: 'void'; readonly why: string };

/** Asks a model, or what was written down of one. Never rejects. */
export type Complete = (request: TurnRequest) => Promise<TurnAnswer>;
