/** Plain data as JSON knows it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonMap = { readonly [key: string]: Json };

/** The tool by which whoever judges an agent looks at a workspace; no agent is offered it. */
export const INSPECT_TOOL = 'inspect_workspace';

/** How many tasks an agent is given at once, and whether their tools are of one class. */
export const INSTANCE_KINDS = ['single', 'dual-same', 'dual-cross', 'triple-same', 'triple-cross'] as const;
export type InstanceKind = (typeof INSTANCE_KINDS)[number];

/**
 * One problem of an evaluation: tasks given to an agent at the same moment, with the calls that solve them. The form of calls
 * and references is that of NESTFUL (arXiv 2409.03797).
 */
export interface Instance {
  /** filesystem/017, dual-same/042: unique in its data set, stable over its versions. */
  readonly id: string;
  readonly kind: InstanceKind;
  readonly tasks: readonly EvaluationTask[];
}

export interface EvaluationTask {
  /** A, B, C: unique in its instance. */
  readonly id: string;
  /** Of the twelve tool classes. */
  readonly toolClass: string;
  /**
   * Names the world that the calls of this task work in; every call carries it as its argument `workspace`. A world begins in
   * a state that follows from this name alone. Empty: the tools have no world (imported records).
   */
  readonly workspace: string;
  /** What a model is told: everything it needs but the results. */
  readonly instruction: string;
  /** The gold calls, in an order in which they can be made. */
  readonly steps: readonly Step[];
  /** What the world is after the gold calls. null: the tools have no world. */
  readonly goldState: Json;
}

export interface Step {
  /** $var_1, $var_2 …: unique in its task. */
  readonly label: string;
  readonly tool: string;
  /** References to results of earlier steps stand as text: "$var_1.order_id$", also within a longer text. */
  readonly arguments: JsonMap;
  /** Labels of the steps whose results must be known before: those its arguments refer to, and those it must come after. */
  readonly after: readonly string[];
  /** What the tool answers to the gold call (structured content). */
  readonly goldResult: Json;
  /** A text that stands in this result, and in no other of the instance. */
  readonly canary: string;
}

/** Where a step stands among all of an instance: A/$var_1. */
export type StepId = string;

export function stepId(task: string, label: string): StepId {
  return `${task}/${label}`;
}
