/** NESTFUL (arXiv 2409.03797): nested sequences of calls whose arguments refer to earlier results as "$var_1.result$". */
import { z } from 'zod';
import type { Json } from '../../model/evaluation/instance.ts';
import { json, jsonMap } from '../../model/evaluation/json-schema.ts';
import { referencesIn } from '../../model/evaluation/reference.ts';
import type { CallDraft, ImportedTool, ImportFile, RecordDraft } from './imported-set.ts';
import { checked, malformed, parseJson, type RecordText, recordsOf } from './record-lines.ts';
import { schemaFields } from './schema-field.ts';

const outputParameters = z.record(z.string(), z.union([z.looseObject({ type: z.string().optional() }), z.string()]));

const tool = z.looseObject({
  name: z.string().min(1),
  description: z.string().default(''),
  parameters: jsonMap.default({}),
  output_parameters: outputParameters.optional(),
  output_parameter: outputParameters.optional(),
});

const call = z.looseObject({
  name: z.string().min(1),
  label: z.string().regex(/^\$?var_\d+$/, 'expected a label like $var_1'),
  arguments: jsonMap,
  /** Not in the published files: what the call answered. */
  output: json.optional(),
});

const record = z.looseObject({
  sample_id: z.union([z.string(), z.number()]).optional(),
  input: z.string().min(1),
  tools: z.union([z.string(), z.array(json)]),
  output: z.union([z.string(), z.array(json)]),
  gold_answer: json.optional(),
});

export function nestfulDrafts(file: ImportFile): RecordDraft[] {
  return recordsOf(file).map((one, index) => draftOf(checked(record, one, file.name), one, index, file.name));
}

function draftOf(read: z.output<typeof record>, { line }: RecordText, index: number, file: string): RecordDraft {
  const listed = (value: string | Json[], name: string) =>
    ({ line, value: { [name]: typeof value === 'string' ? parseJson(value, file, line) : value } }) as const;
  const { tools } = checked(z.object({ tools: z.array(tool).min(1) }), listed(read.tools, 'tools'), file);
  const { output } = checked(z.object({ output: z.array(call).min(1) }), listed(read.output, 'output'), file);
  const calls = output.map((one, at): CallDraft => {
    const known = tools.find(({ name }) => name === one.name);
    if (known === undefined)
      throw malformed(file, line, `output.${at}.name: no tool of the record is called '${one.name}'`);
    const earlier = output.slice(0, at).map(({ label }) => normal(label));
    const missing = referencesIn(one.arguments).find(({ label }) => !earlier.includes(label));
    if (missing !== undefined) {
      throw malformed(file, line, `output.${at}.arguments: refers to ${missing.label}, which is no earlier call`);
    }
    const isLast = at === output.length - 1;
    return {
      label: normal(one.label),
      tool: one.name,
      arguments: one.arguments,
      after: [],
      output: one.output ?? (isLast ? goldOf(read.gold_answer, outputTypesOf(known)) : undefined),
      outputTypes: outputTypesOf(known),
    };
  });
  return {
    ...{ file, line, calls },
    id: `nestful/${read.sample_id ?? index + 1}`,
    instruction: read.input,
    tools: tools.map(toolOf),
  };
}

/** The answer to the whole is what its last call gives. */
function goldOf(gold: Json | undefined, types: Readonly<Record<string, string>>): Json | undefined {
  if (gold === undefined || gold === null) return undefined;
  const isMap = typeof gold === 'object' && !Array.isArray(gold);
  return isMap ? gold : { [Object.keys(types)[0] ?? 'result']: gold };
}

/** $var_1, as the references write it. */
function normal(label: string): string {
  return `$var_${label.replace(/\D/g, '')}`;
}

function outputTypesOf(one: z.output<typeof tool>): Record<string, string> {
  const types = Object.entries(one.output_parameters ?? one.output_parameter ?? {}).map(
    ([name, is]) => [name, typeof is === 'string' ? is : (is.type ?? 'any')] as const,
  );
  return types.length === 0 ? { result: 'any' } : Object.fromEntries(types);
}

/** Either the arguments themselves, or a JSON Schema that holds them as its properties. */
function toolOf({ name, description, parameters }: z.output<typeof tool>): ImportedTool {
  const nested = jsonMap.safeParse(parameters.properties);
  const own = nested.success && parameters.type !== undefined ? nested.data : parameters;
  const required = z.array(z.string()).safeParse(parameters.required);
  const properties = Object.fromEntries(
    Object.entries(own).map(([key, field]) => [key, jsonMap.safeParse(field).data ?? {}]),
  );
  return { name, description, properties: schemaFields(properties), required: required.success ? required.data : [] };
}
