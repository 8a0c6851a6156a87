import { stringify } from 'yaml';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import { isObject, type JsonObject } from '../wire/json-rpc.ts';
import type { Probed, TargetOptions } from './target.ts';

/** Words by which tools of long work are commonly named. */
const WORK_WORDS = /report|research|render|generate|simulate|analy[sz]e|import|export|run|start|long|job|task|process/i;

/** A profile, as YAML, that a probed server's owner can complete: the likeliest work tool with arguments from its schema. */
export function starterProfile(probed: Probed, options: TargetOptions): string {
  const tool = likeliest([...probed.tools.values()]);
  const target = {
    ...(options.server === undefined ? {} : { command: options.server }),
    ...(options.url === undefined ? {} : { url: options.url }),
  };
  return stringify({
    ...(options.module === undefined ? { target } : {}),
    dialect: probed.dialect,
    tools: { work: { name: tool?.name ?? 'NAME', arguments: tool ? argumentsFor(tool) : {}, takes: '2s' } },
    echo: '$.content[0].text',
    state: { durable: true },
  });
}

/** A tool that must or may become a task, by name, and with an argument that can carry the token. */
function likeliest(tools: readonly ServerTool[]): ServerTool | undefined {
  const score = (tool: ServerTool) =>
    (tool.taskSupport === 'forbidden' ? 0 : 4) +
    (WORK_WORDS.test(tool.name) ? 2 : 0) +
    (Object.values(argumentsFor(tool)).includes('{{token}}') ? 1 : 0);
  return [...tools].sort((a, b) => score(b) - score(a))[0];
}

/** Required arguments with a value of their type; the first text carries the token, a duration in ms is asked for. */
function argumentsFor(tool: ServerTool): JsonObject {
  const { properties, required } = tool.inputSchema;
  const needed = Array.isArray(required) ? required : [];
  const args: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(isObject(properties) ? properties : {})) {
    if (name === 'ms') args[name] = '{{ms}}';
    else if (needed.includes(name)) args[name] = exampleOf(property, !Object.values(args).includes('{{token}}'));
  }
  return args;
}

function exampleOf(property: unknown, canCarryToken: boolean): unknown {
  if (!isObject(property)) return '';
  if ('default' in property) return property.default;
  if (Array.isArray(property.enum)) return property.enum[0];
  switch (property.type) {
    case 'integer':
    case 'number':
      return typeof property.minimum === 'number' ? property.minimum : 1;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return canCarryToken ? '{{token}}' : '';
  }
}
