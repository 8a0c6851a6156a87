/** A tool as tools/list shows it, in every dialect. */
import { publishedSchema } from '../tools/call.ts';
import type { JsonObjectSchema, Tool } from '../tools/tool.ts';
import type { DialectOptions } from './dialect.ts';
import { isObject, type JsonObject } from './json-rpc.ts';
import { bareSchema } from './schema-mode.ts';
import { explicitDescription, type ToolWords, timeoutText, timesOf } from './tool-words.ts';

/** `more`: what the protocol needs to be told, however little is said of the tool. */
export function publishedTool(
  tool: Tool,
  {
    options,
    words,
    more = {},
  }: { readonly options: DialectOptions; readonly words: ToolWords; readonly more?: JsonObject },
): JsonObject {
  return chosenWords(options, {
    name: tool.name,
    title: tool.title,
    description: explicitDescription(tool, words),
    inputSchema: timedSchema(tool, options),
    annotations: tool.annotations,
    ...more,
  });
}

/** A whole tool in explicit mode; in bare mode its names and types, and what the protocol itself reads. */
export function chosenWords({ schema }: Pick<DialectOptions, 'schema'>, tool: JsonObject): JsonObject {
  if (schema !== 'bare') return tool;
  const { name, inputSchema, execution } = tool;
  return {
    name,
    inputSchema: isObject(inputSchema) ? bareSchema(inputSchema) : inputSchema,
    ...(execution === undefined ? {} : { execution }),
  };
}

/** Its arguments and those of every call, with the time that is waited when none is given. */
export function timedSchema(tool: Tool, options: DialectOptions): JsonObjectSchema {
  const schema = publishedSchema(tool);
  const { max_wait_seconds: wait } = schema.properties;
  if (!isObject(wait)) return schema;
  const description = `How long the work may take: ${timeoutText(tool, timesOf(options))}. Then the task is ended as failed, finished or not.`;
  return { ...schema, properties: { ...schema.properties, max_wait_seconds: { ...wait, description } } };
}
