/**
 * BFCL v3 (Berkeley Function-Calling Leaderboard): questions with their functions, and the calls that answer them, in the same
 * record as `ground_truth` or in a second file by id. Several turns become one task whose calls follow each other.
 */

import { z } from 'zod';
import type { Json, JsonMap } from '../../model/evaluation/instance.ts';
import { json, jsonMap } from '../../model/evaluation/json-schema.ts';
import { messageOf } from '../../model/usage-error.ts';
import type { CallDraft, ImportedTool, ImportFile, RecordDraft } from './imported-set.ts';
import { type PythonCall, parsePythonCall } from './python-call.ts';
import { checked, malformed, type RecordText, recordsOf } from './record-lines.ts';
import { schemaFields } from './schema-field.ts';

const message = z.looseObject({ role: z.string(), content: z.string() });

const toolSchema = z.looseObject({
  name: z.string().min(1),
  description: z.string().default(''),
  parameters: z.looseObject({
    properties: z.record(z.string(), jsonMap).default({}),
    required: z.array(z.string()).default([]),
  }),
});

/** By turns, each a list of calls as Python writes them; or one turn of calls with the values that are right for each argument. */
const groundTruth = z.union([
  z.array(z.array(z.string())).min(1),
  z.array(z.record(z.string(), z.record(z.string(), z.array(json)))).min(1),
]);

const record = z.looseObject({
  id: z.string().min(1),
  question: z.array(z.array(message)).min(1),
  function: z.union([z.array(toolSchema), toolSchema]).optional(),
  ground_truth: groundTruth.optional(),
  /** Not in the published files: what each call answered, in the order of all calls. */
  outputs: z.array(json).optional(),
});

const answerRecord = z.looseObject({ id: z.string().min(1), ground_truth: groundTruth });

type Truth = z.output<typeof groundTruth>;

/** `answers` is looked at for records without a ground truth of their own. */
export function bfclDrafts(file: ImportFile, answers: ImportFile | null): RecordDraft[] {
  const known = new Map<string, Truth>();
  for (const one of answers === null ? [] : recordsOf(answers)) {
    const read = checked(answerRecord, one, answers?.name ?? '');
    known.set(read.id, read.ground_truth);
  }
  return recordsOf(file).map((one) => draftOf(checked(record, one, file.name), one, known, file.name));
}

function draftOf(
  read: z.output<typeof record>,
  { line }: RecordText,
  known: ReadonlyMap<string, Truth>,
  file: string,
): RecordDraft {
  const truth = read.ground_truth ?? known.get(read.id);
  if (truth === undefined) {
    throw malformed(file, line, `ground_truth: expected the calls here, or a record '${read.id}' in a file of answers`);
  }
  const described = read.function === undefined ? [] : [read.function].flat();
  const turns = turnsOf(truth, file, line);
  const flat = turns.flat();
  if (flat.length === 0) throw malformed(file, line, 'ground_truth: expected at least one call');
  if (read.outputs !== undefined && read.outputs.length !== flat.length) {
    throw malformed(file, line, `outputs: expected ${flat.length}, one a call, got ${read.outputs.length}`);
  }
  const stranger = described.length > 0 && flat.find((call) => !described.some(({ name }) => name === call.name));
  if (stranger) throw malformed(file, line, `ground_truth: no function of the record is called '${stranger.name}'`);
  // Calls of one turn with a list of right values may be made at once; calls of a conversation follow each other.
  const isConversation = Array.isArray(truth[0]);
  const calls = flat.map(
    (call, index): CallDraft => ({
      label: `$var_${index + 1}`,
      tool: toolName(call.name),
      arguments: call.arguments,
      after: isConversation && index > 0 ? [`$var_${index}`] : [],
      output: read.outputs?.[index],
      outputTypes: { result: 'any' },
    }),
  );
  return {
    ...{ file, line, calls },
    id: `bfcl/${read.id}`,
    instruction: read.question
      .flat()
      .filter(({ role }) => role === 'user')
      .map(({ content }) => content)
      .join('\n'),
    tools: described.length > 0 ? described.map(toolOf) : flat.map(guessedTool),
  };
}

function turnsOf(truth: Truth, file: string, line: number): PythonCall[][] {
  const isText = (turn: Truth[number]): turn is string[] => Array.isArray(turn);
  const single: PythonCall[] = [];
  const turns: PythonCall[][] = [];
  for (const turn of truth) {
    if (isText(turn)) turns.push(turn.map((text) => pythonCall(text, file, line)));
    else single.push(...Object.entries(turn).map(([name, args]) => ({ name, arguments: firstValues(args) })));
  }
  return single.length > 0 ? [single] : turns;
}

function pythonCall(text: string, file: string, line: number): PythonCall {
  try {
    return parsePythonCall(text);
  } catch (cause) {
    throw malformed(file, line, `ground_truth: ${messageOf(cause)}`);
  }
}

/** The first of the values that are right; an argument that may be left out (an empty text among them) and has no other is. */
function firstValues(args: Readonly<Record<string, readonly Json[]>>): JsonMap {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, values]) => {
      const [value] = values.filter((one) => one !== '');
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function toolOf({ name, description, parameters }: z.output<typeof toolSchema>): ImportedTool {
  return {
    name: toolName(name),
    description,
    properties: schemaFields(parameters.properties),
    required: parameters.required,
  };
}

/** Conversations name the classes of their tools alone: what can be said of a tool is how it was called. */
function guessedTool(call: PythonCall): ImportedTool {
  const properties = Object.fromEntries(Object.keys(call.arguments).map((name) => [name, {}]));
  return { name: toolName(call.name), description: '', properties, required: [] };
}

/** Names of tools may not have dots everywhere. */
function toolName(name: string): string {
  return name.replaceAll('.', '_');
}
